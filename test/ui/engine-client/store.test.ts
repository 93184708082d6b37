import type { EngineMessage, ModelCard, Slices } from '../../../src/protocol/interface.js';
import { initialSlices } from '../../../src/ui/engine-client/initial-slices.js';
import { createPageStore, receive } from '../../../src/ui/engine-client/page-store.js';
import { dismissToast, toast } from '../../../src/ui/engine-client/toasts.js';
import { setView } from '../../../src/ui/engine-client/view.js';

const welcome = (slices: Partial<Slices>): EngineMessage => ({
  type: 'welcome',
  version: 1,
  kind: 'live',
  engine: '1.0',
  slices: { ...initialSlices(), ...slices },
});

const input = (name: string): Slices['inputs'][number] => ({
  name,
  source: { kind: 'pad' },
  range: [0, 1],
  curve: 0,
  inverted: false,
  value: 0.5,
});

const example = (id: string): Slices['examples'][number] => ({
  id,
  label: id,
  hue: 0,
  enabled: true,
  weight: 1,
  inputs: [0, 0],
  latents: [0],
});

describe('the page’s store', () => {
  it('applies a welcome as a whole and later only the parts that changed', () => {
    const store = createPageStore();
    expect(store.getState().connection).toBe('connecting');
    receive(store, welcome({ inputs: [input('X'), input('Y')], examples: [example('a')] }));
    const { inputs } = store.getState();
    expect(store.getState().connection).toBe('open');
    receive(store, { type: 'state', slices: { examples: [] } });
    expect(store.getState().examples).toEqual([]);
    expect(store.getState().inputs).toBe(inputs);
  });

  it('drops references to what no longer exists', () => {
    const store = createPageStore();
    const card = { latentDims: 8 } as ModelCard;
    receive(
      store,
      welcome({
        inputs: [input('X'), input('Y'), input('Z')],
        examples: [example('a'), example('b')],
        model: { card, missing: null, loading: false },
      }),
    );
    setView(store, { xInput: 0, yInput: 2, selectedExample: 'b', dimension: 7 });
    receive(store, {
      type: 'state',
      slices: {
        inputs: [input('X'), input('Y')],
        examples: [example('a')],
        model: { card: { ...card, latentDims: 4 }, missing: null, loading: false },
      },
    });
    expect(store.getState().view).toMatchObject({
      xInput: 0,
      yInput: 1,
      selectedExample: null,
      dimension: null,
    });
  });

  it('gives the pad two axes again after an instrument with one input', () => {
    const store = createPageStore();
    const inputs = [input('X'), input('Y'), input('Z')];
    const axes = () => {
      const { xInput, yInput } = store.getState().view;
      return [xInput, yInput];
    };
    receive(store, welcome({ inputs: inputs.slice(0, 2) }));
    receive(store, { type: 'state', slices: { inputs: inputs.slice(0, 1) } });
    expect(axes()).toEqual([0, 0]);
    receive(store, { type: 'state', slices: { inputs } });
    expect(axes()).toEqual([0, 1]);
    setView(store, { xInput: 1, yInput: 2 });
    receive(store, { type: 'state', slices: { inputs: inputs.slice(0, 2) } });
    expect(axes()).toEqual([1, 0]);
    // The user may choose one input for both axes.
    setView(store, { xInput: 1, yInput: 1 });
    receive(store, { type: 'state', slices: { inputs } });
    expect(axes()).toEqual([1, 1]);
  });

  it('shows a failure without a request, and leaves the failure of a request to its caller', () => {
    const store = createPageStore();
    const fault = { code: 'internal', message: 'It failed.', hint: 'Try again.' };
    receive(store, { type: 'failed', request: 4, fault });
    expect(store.getState().toasts).toEqual([]);
    receive(store, { type: 'failed', request: null, fault });
    expect(store.getState().toasts).toMatchObject([
      { level: 'error', text: 'It failed.', hint: 'Try again.' },
    ]);
  });

  it('shows equal messages once, and at most three', () => {
    const store = createPageStore();
    for (const text of ['a', 'b', 'a', 'c', 'd']) toast(store, { level: 'info', text, hint: null });
    expect(store.getState().toasts.map(({ text }) => text)).toEqual(['a', 'c', 'd']);
    const [first] = store.getState().toasts;
    dismissToast(store, first?.id ?? -1);
    expect(store.getState().toasts.map(({ text }) => text)).toEqual(['c', 'd']);
  });

  // A fourth message removed the Undo of the first.
  it('keeps a message with a button, however many follow', () => {
    const store = createPageStore();
    const actions = [{ label: 'Undo', run: () => undefined }];
    toast(store, { level: 'info', text: 'deleted', hint: null, actions });
    for (const text of ['a', 'b', 'c', 'd']) toast(store, { level: 'info', text, hint: null });
    expect(store.getState().toasts.map(({ text }) => text)).toEqual(['deleted', 'c', 'd']);
    for (const text of ['e', 'f', 'g']) toast(store, { level: 'info', text, hint: null, actions });
    expect(store.getState().toasts.map(({ text }) => text)).toEqual(['deleted', 'e', 'f', 'g']);
  });

  it('stops being the speaker when another window takes over', () => {
    const store = createPageStore();
    setView(store, { speaking: true });
    receive(store, { type: 'audio-taken' });
    expect(store.getState().view.speaking).toBe(false);
  });
});
