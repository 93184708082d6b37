import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EngineMessage, Fault, MapMode, Slices } from '../../protocol/interface.js';
import { initialSlices } from './initial-slices.js';

export const PANELS = ['examples', 'learn', 'inputs', 'steering', 'output', 'library'] as const;
export type Panel = (typeof PANELS)[number];
export type Theme = 'dark' | 'light';

/**
 * `connecting`: not yet spoken; `open`; `lost`: the engine is away and asked again every second;
 * `refused`: an engine answers, but it is not the one that this page was opened by.
 */
export type Connection = 'connecting' | 'open' | 'lost' | 'refused';

export interface Toast {
  id: number;
  level: 'info' | 'warning' | 'error';
  text: string;
  hint: string | null;
  /** A way back, such as restoring what was deleted. */
  action: { label: string; run: () => void } | null;
}

export interface Labelling {
  /** What it is for; null until the engine has captured it. What is typed meanwhile is kept. */
  example: string | null;
  /** As typed so far. */
  text: string;
  /** Whether Enter was pressed already. */
  done: boolean;
}

/** What belongs to this window alone: never sent, partly remembered by the browser. */
export interface View {
  panel: Panel;
  theme: Theme;
  /** The two inputs on the pad. */
  xInput: number;
  yInput: number;
  mapMode: MapMode | 'off';
  /** The latent that panels and the map's one-dimension mode speak of; null means all. */
  dimension: number | null;
  selectedExample: string | null;
  /** How far `randomise` may move a latent, as a share of half its range. */
  radius: number;
  sweeping: number | null;
  /** The label being typed for a capture, null while none is asked. */
  labelling: Labelling | null;
  keysShown: boolean;
  dropping: boolean;
  speaking: boolean;
}

export interface PageState extends Slices {
  connection: Connection;
  kind: 'live' | 'plugin';
  engine: string;
  view: View;
  toasts: Toast[];
}

export type PageStore = StoreApi<PageState>;

const initialView = (): View => ({
  panel: 'examples',
  theme: 'dark',
  xInput: 0,
  yInput: 1,
  mapMode: 'latents',
  dimension: null,
  selectedExample: null,
  radius: 0.25,
  sweeping: null,
  labelling: null,
  keysShown: false,
  dropping: false,
  speaking: false,
});

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

/** Takes in what the engine says. Faults of a request go to whoever asked; the others become a toast. */
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
      mendView(store, before);
      return;
    case 'state':
      store.setState(announcement.slices);
      mendView(store, before);
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

export function setView(store: PageStore, change: Partial<View>): void {
  store.setState(({ view }) => ({ view: { ...view, ...change } }));
}

/** Brings what the window points at back to what exists, after inputs, examples or the model changed. */
function mendView(store: PageStore, before: PageState): void {
  const { view, inputs, examples, model } = store.getState();
  const change: Partial<View> = {};
  const last = Math.max(0, inputs.length - 1);
  if (view.xInput > last) change.xInput = 0;
  if (view.yInput > last) change.yInput = Math.min(1, last);
  const x = change.xInput ?? view.xInput;
  const y = change.yInput ?? view.yInput;
  const onPurpose = before.inputs.length > 1 && before.view.xInput === before.view.yInput;
  // Two axes need two inputs: one that was alone on the pad gets company again.
  if (x === y && last > 0 && !onPurpose) change.yInput = x === 0 ? 1 : 0;
  if (view.selectedExample !== null && !examples.some(({ id }) => id === view.selectedExample)) {
    change.selectedExample = null;
  }
  const labelled = view.labelling?.example ?? null;
  if (labelled !== null && !examples.some(({ id }) => id === labelled)) change.labelling = null;
  const dimensions = model.card?.latentDims ?? 0;
  if (view.dimension !== null && view.dimension >= dimensions) change.dimension = null;
  if (view.sweeping !== null && view.sweeping >= dimensions) change.sweeping = null;
  if (Object.keys(change).length > 0) setView(store, change);
}

const TOASTS_SHOWN = 3;
let lastToast = 0;

export function toast(
  store: PageStore,
  content: Pick<Toast, 'level' | 'text' | 'hint'> & { action?: Toast['action'] },
): number {
  const id = ++lastToast;
  const { level, text, hint } = content;
  const next: Toast = { id, level, text, hint, action: content.action ?? null };
  store.setState(({ toasts }) => ({
    toasts: [...toasts.filter((shown) => shown.text !== text), next].slice(-TOASTS_SHOWN),
  }));
  return id;
}

export const toastFault = (store: PageStore, fault: Fault): number =>
  toast(store, { level: 'error', text: fault.message, hint: fault.hint ?? null });

export function dismissToast(store: PageStore, id: number): void {
  store.setState(({ toasts }) => ({ toasts: toasts.filter((shown) => shown.id !== id) }));
}
