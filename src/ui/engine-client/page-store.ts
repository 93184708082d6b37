import { createStore } from 'zustand/vanilla';
import type { EngineMessage, SliceName, Slices } from '../../protocol/interface.js';
import { noteActivity } from './activity.js';
import { initialSlices } from './initial-slices.js';
import type { PageState, PageStore, View } from './page-state.js';
import { shareParts } from './share.js';
import { toast, toastFault } from './toasts.js';
import { initialView, repairView, setView } from './view.js';

/**
 * @param view what this window remembers from its last visit; the rest takes its initial value
 * @param kind until the engine has told it
 */
export function createPageStore(view: Partial<View> = {}, kind: PageState['kind'] = 'live'): PageStore {
  return createStore<PageState>(() => ({
    ...initialSlices(),
    connection: 'connecting',
    kind,
    engine: '',
    view: { ...initialView(), ...view },
    toasts: [],
  }));
}

/** The announced slices, which share with the present state what has not changed. */
const shared = <T extends Partial<Slices>>(state: PageState, slices: T): T =>
  Object.fromEntries(
    Object.entries(slices).map(([name, slice]) => [name, shareParts(state[name as SliceName], slice)]),
  ) as T;

/**
 * Applies an announcement of the engine to the store. A failure that answers a request is left to the caller of that
 * request; any other failure is shown as a toast.
 */
export function receive(store: PageStore, announcement: EngineMessage): void {
  const before = store.getState();
  switch (announcement.type) {
    case 'welcome':
      store.setState({
        ...shared(before, announcement.slices),
        connection: 'open',
        kind: announcement.kind,
        engine: announcement.engine,
      });
      repairView(store, before);
      return;
    case 'state':
      store.setState(shared(before, announcement.slices));
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
    case 'activity':
      noteActivity(announcement, performance.now());
      return;
    case 'midi-feedback':
    case 'done':
      return;
  }
}
