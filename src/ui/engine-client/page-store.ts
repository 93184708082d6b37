import { createStore } from 'zustand/vanilla';
import type { EngineMessage } from '../../protocol/interface.js';
import { initialSlices } from './initial-slices.js';
import type { PageState, PageStore, View } from './page-state.js';
import { toast, toastFault } from './toasts.js';
import { initialView, repairView, setView } from './view.js';

/** @param view what this window remembers from its last visit; the rest takes its initial value. */
export function createPageStore(view: Partial<View> = {}): PageStore {
  return createStore<PageState>(() => ({
    ...initialSlices(),
    connection: 'connecting',
    kind: 'live',
    engine: '',
    view: { ...initialView(), ...view },
    toasts: [],
  }));
}

/**
 * Applies an announcement of the engine to the store. A failure that answers a request is left to the caller of that
 * request; any other failure is shown as a toast.
 */
export function receive(store: PageStore, announcement: EngineMessage): void {
  const before = store.getState();
  switch (announcement.type) {
    case 'welcome':
      store.setState({
        ...announcement.slices,
        connection: 'open',
        kind: announcement.kind,
        engine: announcement.engine,
      });
      repairView(store, before);
      return;
    case 'state':
      store.setState(announcement.slices);
      repairView(store, before);
      return;
    case 'notice':
      toast(store, announcement);
      return;
    case 'failed':
      if (announcement.request === null) toastFault(store, announcement.fault);
      return;
    case 'audio-taken':
      setView(store, { speaking: false });
      toast(store, {
        level: 'info',
        text: 'The sound moved to another window.',
        hint: 'Press play to bring it back.',
      });
      return;
    case 'done':
      return;
  }
}
