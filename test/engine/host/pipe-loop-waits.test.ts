import { TO_ENGINE } from '../../../src/protocol/plugin.js';
import type { ToPipe } from '../../../src/engine/host/messages.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { hello, play, prepare, type Main } from './pipe-loop-rig.js';
import { blockFrame, frame } from './pipes.js';

/** Answers the first `settle` at once, and later ones after a command that comes later. */
function secondSettleLate(): { receive: Main; asked: () => number } {
  let asked = 0;
  return {
    asked: () => asked,
    receive: (message, say) => {
      if (message.type !== 'settle') return;
      asked += 1;
      if (asked === 1) say({ type: 'ready' });
      else
        setTimeout(() => {
          say({ type: 'command', command: { type: 'parameter', index: 0, value: 1 } });
          say({ type: 'ready' });
        }, 20);
    },
  };
}

describe('PipeLoop, where it waits for the main thread or a model', () => {
  test('a model that a parameter calls for is waited for before its block', async () => {
    const parameters: [number, number, number][] = [[0, PARAMETER_INDEX.width, 0.5]];
    const { player, sent } = await play([
      hello,
      prepare(1, 1),
      blockFrame({ position: 0, channels: [[0]], parameters }),
    ]);
    expect(player.calls.slice(1)).toEqual([
      `parameter 0 ${PARAMETER_INDEX.width} 0.5`,
      'loaded',
      'process 1',
    ]);
    expect(sent.filter(({ name }) => name === 'busy')).toHaveLength(2);
  });

  test('live blocks are answered while a model is being opened, offline ones wait for it', async () => {
    const notes = async (flags: number) => {
      const position = (at: number) => blockFrame({ position: at, channels: [[1]], flags });
      const frames = [hello, prepare(1, 1), position(0), position(1), position(2)];
      const manifest = { hop: 512, sampleRate: 48_000 } as never;
      const fromMain: ToPipe[] = [];
      const { player, sent } = await play(
        frames,
        fromMain,
        (message, say) => {
          if (message.type === 'settle') say({ type: 'ready' });
        },
        (player) => {
          // After the first block.
          if (player.calls.at(-1) === 'process 1' && !player.calls.includes('load'))
            fromMain.push({ type: 'command', command: { type: 'load', model: { dir: '', manifest } } });
        },
      );
      return [player.calls.slice(1), sent.map(({ name }) => name).filter((name) => name === 'busy').length];
    };
    expect(await notes(0)).toEqual([['process 1', 'load', 'process 1', 'process 1'], 0]);
    expect(await notes(2)).toEqual([['offline', 'process 1', 'load', 'loaded', 'process 1', 'process 1'], 2]);
  });

  test('a model is waited for, and its latency and margin are reported', async () => {
    const manifest = { hop: 512, sampleRate: 48_000 } as never;
    const { sent, player } = await play(
      [hello, prepare(), blockFrame({ position: 0, channels: [[1], [1]] })],
      [{ type: 'command', command: { type: 'load', model: { dir: '', manifest } } }],
    );
    expect(player.calls).toEqual(['load', 'loaded', 'prepare 48000 512 2', 'process 1']);
    expect(sent.map(({ name }) => name)).toEqual(['busy', 'busy', 'hello', 'prepared', 'samples']);
    expect(sent.slice(0, 2).map(({ fields }) => fields['milliseconds'])).toEqual([20_000, 0]);
    // Three tenths of one call of 512 samples beside the jitter.
    expect(sent[3]?.fields).toEqual({
      epoch: 1,
      latencySamples: 99,
      marginSamples: Math.ceil(96 + 0.3 * 512),
    });
  });

  test('nothing is announced before everything sent before the stream is applied', async () => {
    const { sent, posted } = await play(
      [hello, frame(TO_ENGINE.state, {}, Buffer.from('{}')), prepare(), frame(TO_ENGINE.tick, { count: 1 })],
      [],
      () => undefined,
    );
    expect(sent.map(({ name }) => name)).toEqual(['hello', 'pong']);
    expect(posted.map(({ type }) => type)).toEqual(['hello', 'state', 'settle']);
  });

  test('an export begins when everything sent before it is applied, and not sooner', async () => {
    const offlineRestart = 1 | 2;
    const main = secondSettleLate();
    const { player, sent } = await play(
      [
        hello,
        prepare(1, 1),
        blockFrame({ position: 0, channels: [[1]], flags: offlineRestart }),
        blockFrame({ position: 1, channels: [[1]], flags: 2 }),
      ],
      [],
      main.receive,
    );
    expect(main.asked()).toBe(2);
    expect(player.calls).toEqual([
      'prepare 48000 512 1',
      'offline',
      'parameter',
      'restart',
      'process 1',
      'process 1',
    ]);
    expect(sent.map(({ name }) => name)).toEqual(['hello', 'prepared', 'busy', 'busy', 'samples', 'samples']);
  });

  test('an export waits for the preset that a program change recalls, live audio does not', async () => {
    const notes = async (flags: number) => {
      const main = secondSettleLate();
      const { player } = await play(
        [
          hello,
          prepare(1, 1),
          blockFrame({ position: 0, channels: [[1]], flags, midi: [[0, 0xc3, 5, 0]] }),
          blockFrame({ position: 1, channels: [[1]], flags }),
        ],
        [],
        main.receive,
      );
      return player.calls.slice(1);
    };
    expect(await notes(2)).toEqual(['offline', 'midi 0 195 5 0', 'parameter', 'process 1', 'process 1']);
    expect(await notes(0)).toEqual(['midi 0 195 5 0', 'process 1', 'process 1']);
  });

  test('a program change is asked for with its bank and the number of its block; of two, the last', async () => {
    const { posted } = await play([
      hello,
      prepare(1, 1),
      blockFrame({
        position: 0,
        channels: [[1]],
        recall: 7,
        midi: [
          [0, 0xc0, 5, 0],
          [0, 0xc1, 6, 0x103],
        ],
      }),
      blockFrame({ position: 1, channels: [[1]], recall: 7 }),
    ]);
    const recalls = posted.filter(({ type }) => type === 'recall');
    expect(recalls).toEqual([{ type: 'recall', number: 7, program: 0x103 * 128 + 6, id: '' }]);
  });

  // A host begins an export with all its values and a program change at once, and the values won.
  test('in an export, values from before a program change are applied before its preset, others after it', async () => {
    const { player } = await play([
      hello,
      prepare(1, 1),
      blockFrame({
        position: 0,
        channels: [[1, 1, 1, 1]],
        flags: 2,
        parameters: [
          [0, 16, 0.5],
          [2, 17, 0.25],
          [3, 16, 0.75],
        ],
        midi: [[2, 0xc0, 5, 0]],
      }),
    ]);
    expect(player.calls.slice(2)).toEqual([
      'parameter 0 16 0.5',
      'parameter 0 17 0.25',
      'now',
      'parameter 3 16 0.75',
      'midi 2 192 5 0',
      'process 4',
    ]);
  });

  test('an export waits for a preset that is asked for between two blocks, with the values that came before', async () => {
    const { player } = await play(
      [
        hello,
        prepare(1, 1),
        blockFrame({ position: 0, channels: [[1]], flags: 2 | 4, parameters: [[0, 16, 0.5]] }),
        frame(TO_ENGINE.recallPreset, { number: 1, program: 3 }),
        blockFrame({ position: 0, channels: [[1]], flags: 2 }),
      ],
      [],
      (message, say) => {
        if (message.type === 'recall')
          setTimeout(() => say({ type: 'command', command: { type: 'parameter', index: 16, value: 1 } }), 20);
        if (message.type === 'settle') setTimeout(() => say({ type: 'ready' }), 20);
      },
    );
    expect(player.calls.slice(-4)).toEqual(['parameter 0 16 0.5', 'now', 'parameter', 'process 1']);
  });
});
