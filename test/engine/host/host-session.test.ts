import { jest } from '@jest/globals';
import { parameterNames } from '../../../src/engine/host/host-display.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { emptyPreset } from '../../../src/document/default-preset.js';
import type { Edit } from '../../../src/document/edit.js';
import type { Preset } from '../../../src/document/preset.js';
import { parameterValues } from '../../../src/document/parameter-values.js';
import { ADDRESS, preset, setUp } from './host-session-rig.js';

describe('HostSession', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('leaves what can be undone to the engine after it', async () => {
    const first = setUp();
    await first.session.receive({ type: 'state', text: JSON.stringify(preset('Song')) });
    first.instrument.edit({ type: 'set-seed', seed: 7 });
    // An engine may be killed right after an edit: what it kept is out by then.
    const undoHistory = first.of('undoHistory').at(-1)?.text ?? '';
    const state = first.of('state').at(-1)?.text ?? '';

    const second = setUp();
    await second.session.receive({ type: 'undo-history', text: undoHistory });
    await second.session.receive({ type: 'state', text: state });
    expect(second.instrument.state).toMatchObject({ undoLabel: 'change seed', preset: { seed: 7 } });
    second.instrument.undo();
    expect(second.instrument.state).toMatchObject({ undoLabel: null, preset: { seed: 1 } });
    // It belonged to that document alone.
    await second.session.receive({ type: 'state', text: JSON.stringify(preset('Another')) });
    expect(second.instrument.state.undoLabel).toBeNull();
  });

  test('knows again which preset a project is a version of', async () => {
    const first = setUp([preset('Factory', { model: { name: 'm', sha256: 'a'.repeat(64) } })]);
    await first.session.receive({ type: 'state', text: '' });
    first.instrument.edit({ type: 'set-seed', seed: 7 });
    await first.settle();
    const text = first.of('state').at(-1)?.text ?? '';

    const second = setUp([preset('Factory', { model: { name: 'm', sha256: 'a'.repeat(64) } })]);
    await second.session.receive({ type: 'state', text });
    expect(second.instrument.state).toMatchObject({
      presetId: 'factory/0',
      dirty: true,
      preset: { seed: 7 },
    });
    second.instrument.edit({ type: 'set-seed', seed: 1 });
    expect(second.instrument.state.dirty).toBe(false);
    // Where the preset is gone, the project's instrument stands for itself.
    const third = setUp();
    await third.session.receive({ type: 'state', text });
    expect(third.instrument.state).toMatchObject({ presetId: null, preset: { seed: 7 } });
  });

  test('sends the presets again whenever one is saved, renamed, deleted or restored', async () => {
    const { session, of, settle, nowThereAre } = setUp([preset('A'), preset('B')]);
    const names = () =>
      (JSON.parse(of('presets').at(-1)?.text ?? '[]') as { name: string }[]).map(({ name }) => name);
    nowThereAre('A', 'B');
    await session.receive({ type: 'state', text: JSON.stringify(preset('Song')) });
    await settle();
    expect(names()).toEqual(['A', 'B']);
    // The plugin kept the old list, and a host's program 1 was another preset than it showed.
    nowThereAre('B');
    nowThereAre('B', 'C');
    await settle();
    expect(names()).toEqual(['B', 'C']);
    expect(of('presets')).toHaveLength(2);
  });

  test('lets audio flow while the page is still being opened', async () => {
    const { session, of, isReady } = setUp([], new Promise(() => undefined));
    void session.receive({ type: 'open-interface' });
    await session.receive({ type: 'settle' });
    expect(isReady()).toBe(1);
    expect(of('interface')).toEqual([]);
  });

  test('plays on when what the last engine left cannot be read', async () => {
    const { session, instrument } = setUp();
    await session.receive({ type: 'undo-history', text: 'nonsense' });
    await session.receive({ type: 'state', text: JSON.stringify(preset('Song')) });
    expect(instrument.state.preset.name).toBe('Song');
    expect(instrument.state.notice?.text).toContain('what could be undone is lost');
  });

  test("plays the host's preset, and lets audio flow when that and its parameters are applied", async () => {
    const { session, instrument, of, isReady } = setUp();
    void session.receive({ type: 'state', text: JSON.stringify(preset('From the project')) });
    void session.receive({ type: 'state', text: JSON.stringify(preset('Another')) });
    void session.receive({ type: 'parameter', index: PARAMETER_INDEX.amount, value: 0.25 });
    const settled = session.receive({ type: 'settle' });
    expect(isReady()).toBe(0);
    await settled;
    expect(isReady()).toBe(1);
    expect(instrument.state.preset.name).toBe('Another');
    expect(instrument.state.preset.steering.amount).toBe(0.25);
    expect(
      of('state').map(({ fields, text }) => [fields['edited'], (JSON.parse(text) as Preset).name]),
    ).toEqual([
      [0, 'From the project'],
      [0, 'Another'],
    ]);
    expect(of('parameter')).toEqual([]);
  });

  test.each([['not JSON'], ['{"format":"tiller-preset","version":99}'], ['{}']])(
    'what cannot be read (%s) is refused with the reason, and something plays',
    async (text) => {
      const { session, of, isReady } = setUp();
      await session.receive({ type: 'state', text });
      await session.receive({ type: 'settle' });
      expect(of('refused')[0]?.text).toMatch(/could not be read\. .+ keeps it as it is/);
      expect(of('state').map(({ fields }) => fields['edited'])).toEqual([0]);
      expect(isReady()).toBe(1);
    },
  );

  test('a new instance plays the first factory preset whose model is there; its values go to the host', async () => {
    const output = { ...emptyPreset(null, 0).output, dryWet: 0.5 };
    const { session, instrument, of, sent } = setUp([
      preset('Model is missing', { model: { name: 'm', sha256: 'b'.repeat(64) } }),
      preset('Playable', { model: { name: 'm', sha256: 'a'.repeat(64) }, output }),
    ]);
    await session.receive({ type: 'state', text: '' });
    expect(instrument.state.preset.name).toBe('Playable');
    const sentValues = () => new Map(of('parameter').map(({ fields }) => [fields['index'], fields['value']]));
    expect([...sentValues()].sort(([a = 0], [b = 0]) => a - b)).toEqual([
      ...parameterValues(instrument.state.preset).entries(),
    ]);
    expect(sentValues().get(PARAMETER_INDEX.dryWet)).toBe(0.5);
    // Once it has received what plays, the plugin takes a value for the player's.
    expect(sent.findLastIndex(({ message }) => message === 'parameter')).toBeLessThan(
      sent.findIndex(({ message }) => message === 'state'),
    );

    // The same instrument again moves nothing in the engine, but the plugin has forgotten its values.
    sent.length = 0;
    await session.receive({ type: 'state', text: '' });
    expect(sentValues().get(PARAMETER_INDEX.dryWet)).toBe(0.5);
  });

  test("the host's parameters come after its preset and are not sent back", async () => {
    const { session, instrument, of } = setUp();
    const done = session.receive({ type: 'state', text: JSON.stringify(preset('x')) });
    await session.receive({ type: 'parameter', index: PARAMETER_INDEX.amount, value: 0.25 });
    await done;
    expect(instrument.state.preset.steering.amount).toBe(0.25);
    expect(of('parameter')).toEqual([]);
  });

  test('what the page moves is sent at once with its gesture, and the document soon, as an edit', async () => {
    const { session, instrument, of, settle } = setUp();
    await session.receive({ type: 'state', text: JSON.stringify(preset('x')) });
    instrument.setParameter(PARAMETER_INDEX.amount, 1, 'page', 'begin');
    instrument.setParameter(PARAMETER_INDEX.amount, 0.75, 'page');
    instrument.setParameter(PARAMETER_INDEX.amount, 0.5, 'page', 'end');
    expect(of('parameter').map(({ fields }) => [fields['value'], fields['gesture']])).toEqual([
      [1, 1],
      [0.75, 2],
      [0.5, 3],
    ]);
    await settle();
    const last = of('state').at(-1);
    // The beginning of the gesture at once, its end with what came meanwhile.
    expect(of('state')).toHaveLength(3);
    expect(last?.fields['edited']).toBe(1);
    expect((JSON.parse(last?.text ?? '') as Preset).steering.amount).toBe(0.5);
  });

  test('every edit counts as one, and nothing else does', async () => {
    const { session, instrument, of, settle } = setUp();
    await session.receive({ type: 'state', text: JSON.stringify(preset('x')) });
    const edited = async (change: () => unknown) => {
      const before = of('state').length;
      await change();
      await settle();
      return of('state')
        .slice(before)
        .some(({ fields }) => fields['edited'] === 1);
    };
    const place: Edit = { type: 'add-example', example: { label: 'a', inputs: [0.5, 0.5], latents: [] } };
    expect(await edited(() => instrument.edit(place))).toBe(true);
    const id = instrument.state.preset.examples[0]?.id ?? '';
    const edits: Edit[] = [
      { type: 'edit-example', id, change: { inputs: [0.25, 0.5] } },
      { type: 'learn-automatically', automatic: false },
      { type: 'set-output', change: { ceilingDb: -3 } },
      { type: 'describe', change: { name: 'y' } },
    ];
    for (const edit of edits)
      expect([edit.type, await edited(() => instrument.edit(edit))]).toEqual([edit.type, true]);
    expect(await edited(() => instrument.undo())).toBe(true);

    const { amount } = PARAMETER_INDEX;
    expect(await edited(() => session.receive({ type: 'parameter', index: amount, value: 0.3 }))).toBe(false);
    expect(await edited(() => instrument.setParameter(amount, 0.4, 'midi'))).toBe(false);
    // What the page shows differently is no edit, though automation moves meanwhile.
    expect(
      await edited(() => {
        instrument.setParameter(amount, 0.5, 'host');
        instrument.notify(new Error('Something happened.'));
      }),
    ).toBe(false);
    expect(await edited(() => session.receive({ type: 'state', text: JSON.stringify(preset('z')) }))).toBe(
      false,
    );
  });

  test('a document in which values move is sent once they rest, an edit of it at once', async () => {
    const { session, instrument, of, settle } = setUp();
    await session.receive({ type: 'state', text: JSON.stringify(preset('x')) });
    const move = async (index: number) => {
      instrument.setParameter(PARAMETER_INDEX.amount, index / 200, 'host');
      await jest.advanceTimersByTimeAsync(10);
    };
    // The plugin was sent the whole project every tenth of a second while anything moved.
    for (let i = 0; i < 100; i++) await move(i);
    expect(of('state')).toHaveLength(1);
    instrument.edit({ type: 'set-seed', seed: 7 });
    expect(of('state')).toHaveLength(2);
    for (let i = 100; i < 200; i++) await move(i);
    expect(of('state')).toHaveLength(2);
    await settle();
    expect(of('state')).toHaveLength(3);
    const last = JSON.parse(of('state').at(-1)?.text ?? '') as Preset;
    expect([last.seed, last.steering.amount]).toEqual([7, 199 / 200]);
    expect(of('state').map(({ fields }) => fields['edited'])).toEqual([0, 1, 0]);
    expect(of('parameter')).toEqual([]);
  });

  test('names, silence on faults and notices follow the document', async () => {
    const { session, instrument, of, settle } = setUp();
    await session.receive({ type: 'state', text: JSON.stringify(preset('x')) });
    expect(JSON.parse(of('names')[0]?.text ?? '[]')).toEqual(parameterNames(instrument.state.preset));
    instrument.edit({ type: 'edit-input', index: 0, change: { name: 'brightness' } });
    instrument.edit({ type: 'set-output', change: { onFault: 'silence' } });
    instrument.notify(new Error('the disk is full'));
    await settle();
    expect((JSON.parse(of('names').at(-1)?.text ?? '[]') as string[]).slice(0, 3)).toEqual([
      'Input 1: brightness',
      'Input 2: Y',
      'Input 3',
    ]);
    expect(of('state').at(-1)?.fields['silenceOnFault']).toBe(1);
    expect(of('notice').at(-1)).toMatchObject({ fields: { level: 2 }, text: 'the disk is full' });
  });

  test("nothing replaces the project's instrument before that is loaded", async () => {
    const { session, instrument, of, settle } = setUp();
    instrument.notify(new Error('the library is being read'));
    await settle();
    expect(of('state')).toEqual([]);
    await session.receive({ type: 'state', text: JSON.stringify(preset('From the project')) });
    expect(of('state').map(({ text }) => (JSON.parse(text) as Preset).name)).toEqual(['From the project']);
  });

  test('what the plugin lost of an export is a notice', async () => {
    const { session, instrument } = setUp();
    await session.receive({ type: 'render-warning', text: 'The export is dry for a moment.' });
    expect(instrument.state.notice).toMatchObject({
      level: 'error',
      text: 'The export is dry for a moment.',
    });
  });

  test('the page is served when a window asks', async () => {
    const { session, of } = setUp();
    await session.receive({ type: 'open-interface' });
    expect(of('interface')).toEqual([{ message: 'interface', fields: {}, text: ADDRESS }]);
  });

  test('knows the latency that is reported to the host, and warns of a model that needs more', async () => {
    const { session, of, latency, instrument } = setUp();
    const report = (fixedMilliseconds: number, neededSamples: number) =>
      session.receive({ type: 'latency', rate: 48_000, fixedMilliseconds, neededSamples });
    await report(0, 2400);
    expect(latency.state).toEqual({ fixedMilliseconds: null, neededMilliseconds: 50 });
    latency.fix(80);
    expect(of('fixLatency').map(({ fields }) => fields)).toEqual([{ milliseconds: 80 }]);
    await report(80, 2400);
    expect(instrument.state.notice).toBeNull();
    await report(80, 4800);
    expect(instrument.state.notice?.text).toBe(
      'This model needs 100.0 ms, the latency is fixed at 80 ms: it is heard 20.0 ms late.',
    );
    latency.fix(null);
    expect(of('fixLatency').at(-1)?.fields).toEqual({ milliseconds: 0 });
  });

  test('sends which programs recall presets, from the first project on and whenever that changes', async () => {
    const { session, of, programs, settle } = setUp([preset('A')]);
    await programs.set({ channel: 3 });
    expect(of('programs')).toEqual([]);
    await session.receive({ type: 'state', text: JSON.stringify(preset('Song')) });
    await programs.assign(7, 'factory/0');
    await programs.set({ on: false });
    await settle();
    expect(of('programs').map(({ fields, text }) => [fields, JSON.parse(text) as unknown])).toEqual([
      [{ on: 1, channel: 3 }, [{ program: 0, preset: 'factory/0' }]],
      [
        { on: 1, channel: 3 },
        [
          { program: 0, preset: 'factory/0' },
          { program: 7, preset: 'factory/0' },
        ],
      ],
      [{ on: 0, channel: 3 }, expect.anything()],
    ]);
  });

  // A host saved its project right behind a program change: the plugin must know when what it has is the preset asked for.
  test('a preset that is asked for is sent with its parameters first, then reported as recalled', async () => {
    const { session, sent, of } = setUp([preset('A'), preset('B', { seed: 7 })]);
    await session.receive({ type: 'state', text: JSON.stringify(preset('Song')) });
    sent.length = 0;
    void session.receive({ type: 'recall', number: 1, program: 0, id: '' });
    void session.receive({ type: 'recall', number: 2, program: 0, id: 'factory/1' });
    await session.receive({ type: 'settle' });
    expect(JSON.parse(of('state').at(-1)?.text ?? '')).toMatchObject({ preset: { name: 'B', seed: 7 } });
    const order = sent.map(({ message, fields }) => (message === 'recalled' ? fields['number'] : message));
    expect(order.lastIndexOf('state')).toBeLessThan(order.indexOf(2));
    expect(order.filter((name) => typeof name === 'number').sort()).toEqual([1, 2]);
  });

  // The project's preset, which was still being loaded, took the place of the newer program.
  test('a program change behind a project is recalled once that is loaded', async () => {
    const { session, instrument } = setUp([preset('A')]);
    void session.receive({ type: 'state', text: JSON.stringify(preset('Song')) });
    void session.receive({ type: 'recall', number: 1, program: 0, id: '' });
    await session.receive({ type: 'settle' });
    expect(instrument.state.preset.name).toBe('A');
  });

  test('a preset that cannot be opened is reported, and the rest goes on', async () => {
    const { session, instrument, of } = setUp();
    await session.receive({ type: 'recall', number: 3, program: 0, id: 'user/gone' });
    await session.receive({ type: 'settle' });
    expect(of('recalled').map(({ fields }) => fields)).toEqual([{ number: 3 }]);
    expect(instrument.state.notice).toMatchObject({ level: 'error', text: 'It is gone.' });
    await session.receive({ type: 'parameter', index: PARAMETER_INDEX.amount, value: 0.5 });
    expect(instrument.state.preset.steering.amount).toBe(0.5);
  });
});
