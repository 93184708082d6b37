import { emptyPreset } from '../../../src/document/default-preset.js';
import { PARAMETER_INDEX, PARAMETERS } from '../../../src/document/parameters.js';
import {
  parametersSetBy,
  type StreamCommand,
  type StreamLink,
  type StreamReport,
} from '../../../src/engine/stream/messages.js';
import { Instrument } from '../../../src/engine/instrument/instrument.js';
import { Player } from '../../../src/engine/stream/player.js';
import { MovedParameters } from '../../../src/engine/stream/moved-parameters.js';

const RATE = 48000;
const BLOCK = 512;

/** An instrument and the player that its commands go to; what the player reports waits until `hear`. */
async function setUp() {
  const waiting: StreamReport[] = [];
  const sent: StreamCommand[] = [];
  const player = new Player((report) => waiting.push(report));
  let listener: (report: StreamReport) => void = () => undefined;
  const link: StreamLink = {
    send: (command) => {
      sent.push(command);
      void player.apply(command);
    },
    onReport: (added) => void (listener = added),
  };
  const instrument = new Instrument({
    link,
    presets: {} as never,
    models: { find: () => Promise.resolve(null) },
    trainer: { cancel: () => undefined, close: () => Promise.resolve() } as never,
  });
  await instrument.files.load(emptyPreset(null, 4), 'host');
  await new Promise((resolve) => setTimeout(resolve, 0));
  player.prepare(RATE, BLOCK, 1);
  const input = [new Float32Array(BLOCK).fill(0.25)];
  const output = [new Float32Array(BLOCK)];
  const play = (blocks: number) => {
    for (let i = 0; i < blocks; i++) player.process(input, output, BLOCK);
    return 20 * Math.log10((output[0]?.at(-1) ?? 0) / 0.25);
  };
  const hear = () => {
    for (const report of waiting.splice(0)) listener(report);
  };
  return { player, instrument, play, hear, sent };
}

describe('automation that the document has not heard of', () => {
  it('stays when the page edits something beside it', async () => {
    const { player, instrument, play, hear } = await setUp();
    play(20);
    hear();
    player.parameter(0, PARAMETER_INDEX.outputGain, -20);
    play(1);
    // All levels went out with the ceiling, and the gain jumped back to what the document still said.
    instrument.edit({ type: 'set-output', change: { ceilingDb: -2 } });
    expect(play(40)).toBeCloseTo(-20, 3);
    hear();
    expect(instrument.state.preset.output).toMatchObject({ outputGainDb: -20, ceilingDb: -2 });
    // What the document sets counts, also against what played.
    instrument.edit({ type: 'set-output', change: { outputGainDb: -6 } });
    expect(play(40)).toBeCloseTo(-6, 3);
    instrument.edit({ type: 'set-output', change: { ceilingDb: -1 } });
    expect(play(40)).toBeCloseTo(-6, 3);
  });

  // What was moved first was reported last, and undid the edit in the document.
  it('is not reported over what the document has set since', async () => {
    const { player, instrument, play, hear } = await setUp();
    play(20);
    hear();
    const { outputGain, input } = PARAMETER_INDEX;
    player.parameter(0, outputGain, -20);
    player.parameter(0, input, 0.25);
    player.parameter(0, input + 1, 0.75);
    play(1);
    instrument.edit({ type: 'set-output', change: { outputGainDb: -6 } });
    instrument.setParameter(input, 1, 'page');
    play(20);
    hear();
    const { output, inputs } = instrument.state.preset;
    expect([output.outputGainDb, inputs[0]?.value, inputs[1]?.value]).toEqual([-6, 1, 0.75]);
  });

  // What a model lets be set was numbered by the player alone: the report of an older move counted as newer than the edit.
  it('is not taken over an edit that was made before its report came', async () => {
    const { player, instrument, play, hear } = await setUp();
    player.parameter(0, PARAMETER_INDEX.outputGain, -20);
    play(20);
    instrument.edit({ type: 'set-output', change: { outputGainDb: -6 } });
    hear();
    expect(instrument.state.preset.output.outputGainDb).toBe(-6);
  });

  it('is not sent along with an edit of another input', async () => {
    const { instrument, sent } = await setUp();
    const before = sent.length;
    instrument.edit({ type: 'edit-input', index: 0, change: { name: 'knob' } });
    const moved = sent
      .slice(before)
      .flatMap((command) => (command.type === 'parameter' ? command.index : []));
    expect(moved).toEqual([PARAMETER_INDEX.input]);
  });

  it('stays in the steering of all dimensions but the one that is edited', async () => {
    const { instrument, sent } = await setUp();
    const { offset } = PARAMETER_INDEX;
    const moves = new MovedParameters();
    moves.move(offset, 1);
    moves.move(offset + 1, 2);
    instrument.edit({ type: 'steer-dimensions', dimensions: [0], change: { offset: 3, mode: 'add' } });
    const command = sent.at(-1);
    if (command?.type !== 'steering') throw new Error('the steering was not sent');
    const { steering } = moves.keptIn(
      { ...instrument.state.preset, ...command },
      moves.arrive(command.sets),
      command.sets,
    );
    expect(steering.dimensions.map((dimension) => dimension.offset)).toEqual([3, 2, 0, 0]);
    // Where the document sets everything, nothing from before counts.
    expect(moves.keptIn(instrument.state.preset, moves.arrive())).toBe(instrument.state.preset);
    expect(moves.keptIn(instrument.state.preset, moves.arrive([]), [])).toBe(instrument.state.preset);
  });

  // A setting that waited for a model undid the automation that had come after it, and its report.
  it('stays where it came after a setting that waits for a model', async () => {
    const { player, instrument, play, hear } = await setUp();
    play(20);
    hear();
    const { outputGain, input } = PARAMETER_INDEX;
    player.parameter(0, outputGain, -3);
    await player.apply({ type: 'expect-model' });
    instrument.edit({ type: 'set-output', change: { outputGainDb: -40, ceilingDb: -2 } });
    instrument.setParameter(input, 1, 'page');
    // The present model goes on as it is.
    expect(play(40)).toBeCloseTo(-3, 3);
    player.parameter(0, outputGain, -20);
    player.parameter(0, input, 0.25);
    await player.apply({ type: 'load', model: null });
    expect(play(40)).toBeCloseTo(-20, 3);
    hear();
    const { output, inputs } = instrument.state.preset;
    expect([output.outputGainDb, output.ceilingDb, inputs[0]?.value]).toEqual([-20, -2, 0.25]);
    // What is set later counts again.
    instrument.edit({ type: 'set-output', change: { outputGainDb: -6 } });
    expect(play(40)).toBeCloseTo(-6, 3);
  });

  // The older move waited for its sample, and was heard after the setting.
  it('is dropped where it still waits for its sample when the document sets the parameter', async () => {
    const { player, instrument, play } = await setUp();
    play(20);
    player.parameter(BLOCK - 1, PARAMETER_INDEX.outputGain, -40);
    instrument.edit({ type: 'set-output', change: { outputGainDb: -6 } });
    expect(play(40)).toBeCloseTo(-6, 3);
    // Bypass acts behind the limiter's look-ahead: a change at a block's last sample waits for the next block.
    player.parameter(BLOCK - 1, PARAMETER_INDEX.bypass, 1);
    play(1);
    await player.apply({ type: 'parameter', index: PARAMETER_INDEX.bypass, value: 0 });
    expect(play(40)).toBeCloseTo(-6, 3);
  });
});

describe('parametersSetBy', () => {
  it('gives the parameters of every command that sets some, and null for the others', () => {
    const { steering, output, attributes, inputs } = emptyPreset(null, 2);
    const all = PARAMETERS.map((_, index) => index);
    for (const command of [
      { type: 'steering', steering } as const,
      { type: 'output', output } as const,
      { type: 'attributes', attributes } as const,
    ]) {
      expect([command.type, parametersSetBy(command)]).toEqual([command.type, all]);
      expect(parametersSetBy({ ...command, sets: [3] })).toEqual([3]);
    }
    expect(parametersSetBy({ type: 'parameter', index: 5, value: 0.5 })).toEqual([5]);
    expect(parametersSetBy({ type: 'inputs', inputs })).toBeNull();
    expect(parametersSetBy({ type: 'restart' })).toBeNull();
  });
});
