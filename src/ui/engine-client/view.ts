import type { PageState, PageStore, View } from './page-state.js';

/** A new window's own state. */
export const initialView = (): View => ({
  panel: 'examples',
  theme: 'dark',
  themeChosen: false,
  xInput: 0,
  yInput: 1,
  mapMode: 'latents',
  dimension: null,
  selectedExample: null,
  randomRadius: 0.25,
  sweeping: null,
  labelling: null,
  deck: false,
  shortcutsShown: false,
  singleKeys: true,
  firstSteps: 'first-time',
  moving: false,
  modelsWithoutRate: [],
  dropping: false,
  speaking: false,
  recording: false,
});

/** Changes some fields of this window's own state. */
export function setView(store: PageStore, change: Partial<View>): void {
  store.setState(({ view }) => ({ view: { ...view, ...change } }));
}

/**
 * Replaces references to inputs, examples or latents that no longer exist after the engine's state changed.
 * @param before the page's state before that change
 */
export function repairView(store: PageStore, before: PageState): void {
  const { view, inputs, examples, model } = store.getState();
  const change: Partial<View> = {};
  const last = Math.max(0, inputs.length - 1);
  if (view.xInput > last) change.xInput = 0;
  if (view.yInput > last) change.yInput = Math.min(1, last);
  const x = change.xInput ?? view.xInput;
  const y = change.yInput ?? view.yInput;
  const sameOnPurpose = before.inputs.length > 1 && before.view.xInput === before.view.yInput;
  // With a single input both axes showed it; once there are two, each axis gets its own.
  if (x === y && last > 0 && !sameOnPurpose) change.yInput = x === 0 ? 1 : 0;
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
