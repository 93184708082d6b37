import { PLUGIN_PROTOCOL_VERSION, TO_ENGINE } from '../../../src/protocol/plugin.js';
import { FrameWriter } from '../../../src/engine/host/frame-writer.js';
import type { FromPipe, ToPipe } from '../../../src/engine/host/messages.js';
import type { PipePlayer } from '../../../src/engine/host/pipe-loop.js';
import { PipeLoop } from '../../../src/engine/host/pipe-loop.js';
import { kernelThreadId } from '../../../src/engine/workers/thread-priority.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import type { StreamCommand } from '../../../src/engine/stream/messages.js';
import { blockFrame, frame, framesIn, readerOf } from './pipes.js';

/** Plays the input times ten and notes what it is told, in order. */
class NotingPlayer implements PipePlayer {
  readonly notes: string[] = [];
  offline = false;
  latencySamples = 40;
  loading: Promise<void> | null = null;
  callSeconds = 0;
  readonly margin = 'normal';
  hasStarted = false;

  apply(command: StreamCommand): void {
    this.notes.push(command.type);
    if (command.type === 'load') this.load();
  }
  private load(): void {
    this.loading = new Promise((resolve) =>
      setImmediate(() => {
        this.loading = null;
        this.latencySamples = 99;
        this.callSeconds = 512 / 48_000;
        this.notes.push('loaded');
        resolve();
      }),
    );
  }
  prepare(rate: number, maxBlock: number, channels: number): number {
    this.notes.push(`prepare ${rate} ${maxBlock} ${channels}`);
    return this.latencySamples;
  }
  midi(offset: number, status: number, data1: number, data2: number): void {
    this.notes.push(`midi ${offset} ${status} ${data1} ${data2}`);
  }
  parameter(offset: number, index: number, value: number): void {
    this.notes.push(`parameter ${offset} ${index} ${value}`);
    if (index === PARAMETER_INDEX.width) this.load();
  }
  setOffline(offline: boolean): void {
    if (offline !== this.offline) this.notes.push(offline ? 'offline' : 'live');
    this.offline = offline;
  }
  takeNow(): void {
    this.notes.push('now');
  }
  process(input: Float32Array[], output: Float32Array[], frames: number): void {
    this.hasStarted = true;
    this.notes.push(`process ${frames}`);
    for (const [c, channel] of input.entries())
      for (let i = 0; i < frames; i++) (output[c] as Float32Array)[i] = 10 * (channel[i] ?? 0);
  }
}

const hello = frame(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION }, Buffer.from('a test'));
const prepare = (epoch = 1, channels = 2) =>
  frame(TO_ENGINE.prepare, { epoch, rate: 48_000, maxBlock: 512, channels });

/** What the main thread does with a message, and how it answers. */
type Main = (message: FromPipe, say: (answer: ToPipe) => void) => void;

const settlesAtOnce: Main = (message, say) => {
  if (message.type === 'settle') say({ type: 'ready' });
};

async function play(
  frames: Buffer[],
  fromMain: ToPipe[] = [],
  main: Main = settlesAtOnce,
  beforeFrame: (player: NotingPlayer) => void = () => undefined,
) {
  const written: Buffer[] = [];
  const posted: FromPipe[] = [];
  const player = new NotingPlayer();
  const loop = new PipeLoop({
    reader: readerOf(Buffer.concat(frames)),
    writer: new FrameWriter((bytes, offset, length) => {
      written.push(Buffer.from(bytes.subarray(offset, offset + length)));
      return length;
    }),
    player,
    receive: () => {
      beforeFrame(player);
      return fromMain.shift();
    },
    post: (message) => {
      posted.push(message);
      main(message, (answer) => fromMain.push(answer));
    },
    deliver: ({ id }) => player.notes.push(`model ${id}`),
    mainBeats: () => 42,
    version: '1.2.3',
  });
  await loop.run();
  return { sent: framesIn(Buffer.concat(written)), written, posted, player, loop };
}

const refuses = (frames: Buffer[]) => expect(play(frames)).rejects.toMatchObject({ code: 'message-invalid' });

describe('PipeLoop', () => {
  test('greets, prepares, and answers blocks in order with their place', async () => {
    const { sent, player } = await play([
      hello,
      prepare(),
      blockFrame({
        position: 0,
        channels: [
          [1, 2],
          [3, 4],
        ],
      }),
      blockFrame({ position: 2, channels: [[5], [6]] }),
      frame(TO_ENGINE.tick, { count: 7 }),
    ]);
    expect(sent.map(({ name }) => name)).toEqual(['hello', 'prepared', 'samples', 'samples', 'pong']);
    expect(sent[0]).toMatchObject({
      fields: {
        protocol: PLUGIN_PROTOCOL_VERSION,
        processId: process.pid,
        streamThread: kernelThreadId() ?? 0,
      },
      text: '1.2.3',
    });
    // Without a model the margin is the jitter alone: 2 ms.
    expect(sent[1]?.fields).toEqual({ epoch: 1, latencySamples: 40, marginSamples: 96 });
    expect(sent[2]?.payload.subarray(16)).toEqual(Buffer.from(Float32Array.of(10, 20, 30, 40).buffer));
    expect(sent[3]?.fields).toEqual({ epoch: 1, position: 2, frames: 1, channels: 2 });
    expect(sent[4]?.fields).toEqual({ count: 7, mainBeats: 42 });
    expect(player.notes).toEqual(['prepare 48000 512 2', 'process 2', 'process 1']);
  });

  test('events come before their block, in order; what is out of bounds is left out', async () => {
    const { player } = await play([
      hello,
      prepare(1, 1),
      blockFrame({
        position: 0,
        channels: [[0, 0, 0]],
        parameters: [
          [1, 0, 0.25],
          [2, 41, -1],
          [9, 3, 0.5],
          [0, 42, 1],
          [0, 1, NaN],
        ],
        midi: [[2, 0xb0, 0xff, 3]],
      }),
    ]);
    expect(player.notes).toEqual([
      'prepare 48000 512 1',
      'parameter 1 0 0.25',
      'parameter 2 41 -1',
      'parameter 3 3 0.5',
      'midi 2 176 127 3',
      'process 3',
    ]);
  });

  test('a restart, a gap and a skipped block empty what is played', async () => {
    const { player, sent } = await play([
      hello,
      prepare(1, 1),
      blockFrame({ position: 0, channels: [[1]], flags: 1 }),
      blockFrame({ position: 5, channels: [[1]] }),
      blockFrame({ position: 6, channels: [[1]], flags: 4, parameters: [[0, 2, 1]] }),
      blockFrame({ position: 7, channels: [[1]] }),
      blockFrame({ position: 8, channels: [[1]] }),
    ]);
    expect(player.notes.slice(1)).toEqual([
      'restart',
      'process 1',
      'restart',
      'process 1',
      'parameter 0 2 1',
      'now',
      'restart',
      'process 1',
      'process 1',
    ]);
    expect(sent.filter(({ name }) => name === 'samples').map(({ fields }) => fields['position'])).toEqual([
      0, 5, 7, 8,
    ]);
  });

  test('a model that a parameter calls for is waited for before its block', async () => {
    const parameters: [number, number, number][] = [[0, PARAMETER_INDEX.width, 0.5]];
    const { player, sent } = await play([
      hello,
      prepare(1, 1),
      blockFrame({ position: 0, channels: [[0]], parameters }),
    ]);
    expect(player.notes.slice(1)).toEqual([
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
          if (player.notes.at(-1) === 'process 1' && !player.notes.includes('load'))
            fromMain.push({ type: 'command', command: { type: 'load', model: { dir: '', manifest } } });
        },
      );
      return [player.notes.slice(1), sent.map(({ name }) => name).filter((name) => name === 'busy').length];
    };
    expect(await notes(0)).toEqual([['process 1', 'load', 'process 1', 'process 1'], 0]);
    expect(await notes(2)).toEqual([['offline', 'process 1', 'load', 'loaded', 'process 1', 'process 1'], 2]);
  });

  test('a document is written in parts between answers, a newer one in the place of one that waits', async () => {
    const text = 'é'.repeat(50_000);
    const document = (message: 'state' | 'undoHistory', edited: number, content: string): ToPipe => ({
      type: 'document',
      document: { message, fields: { edited, silenceOnFault: 0, states: 3 }, bytes: Buffer.from(content) },
    });
    const fromMain: ToPipe[] = [];
    let begun = false;
    const blocks = Array.from({ length: 8 }, (_, i) => blockFrame({ position: i, channels: [[1]] }));
    const { sent } = await play([hello, prepare(1, 1), ...blocks], fromMain, settlesAtOnce, (player) => {
      if (begun || !player.hasStarted) return;
      begun = true;
      fromMain.push(
        document('state', 0, text),
        document('state', 1, 'superseded'),
        document('undoHistory', 0, 'steps'),
        document('state', 0, 'newest'),
        { type: 'send', message: 'names', fields: {}, text: '[]' },
      );
    });
    const names = sent.map(({ name }) => name);
    expect(names.slice(names.indexOf('prepared') + 1)).toEqual([
      'samples',
      'names',
      ...['textPart', 'samples', 'textPart', 'samples', 'textPart', 'samples', 'state', 'samples'],
      ...['state', 'samples', 'undoHistory', 'samples', 'samples'],
    ]);
    const parts = sent.filter(({ name }) => name === 'textPart');
    const states = sent.filter(({ name }) => name === 'state');
    const bytes = [...parts.map(({ payload }) => payload.subarray(4)), states[0]?.payload.subarray(12) ?? ''];
    expect(Buffer.concat(bytes as Buffer[]).toString()).toBe(text);
    expect(parts.map(({ fields, payload }) => (fields['remaining'] ?? 0) + payload.length - 4)).toEqual([
      100_000, 67_232, 34_464,
    ]);
    expect(states.map(({ text, fields }) => [text.length, fields['edited']])).toEqual([
      [expect.any(Number), 0],
      ['newest'.length, 1],
    ]);
  });

  test('blocks of another epoch are neither played nor answered', async () => {
    const { sent, player } = await play([
      hello,
      prepare(2),
      blockFrame({ position: 0, channels: [[1], [1]] }),
    ]);
    expect(sent.map(({ name }) => name)).toEqual(['hello', 'prepared']);
    expect(player.notes).toEqual(['prepare 48000 512 2']);
  });

  test('a model is waited for, and its latency and margin are told', async () => {
    const manifest = { hop: 512, sampleRate: 48_000 } as never;
    const { sent, player } = await play(
      [hello, prepare(), blockFrame({ position: 0, channels: [[1], [1]] })],
      [{ type: 'command', command: { type: 'load', model: { dir: '', manifest } } }],
    );
    expect(player.notes).toEqual(['load', 'loaded', 'prepare 48000 512 2', 'process 1']);
    expect(sent.map(({ name }) => name)).toEqual(['busy', 'busy', 'hello', 'prepared', 'samples']);
    expect(sent.slice(0, 2).map(({ fields }) => fields['milliseconds'])).toEqual([20_000, 0]);
    // Three tenths of one call of 512 samples beside the jitter.
    expect(sent[3]?.fields).toEqual({
      epoch: 1,
      latencySamples: 99,
      marginSamples: Math.ceil(96 + 0.3 * 512),
    });
  });

  test('nothing is announced before all is applied that was said before the stream', async () => {
    const { sent, posted } = await play(
      [hello, frame(TO_ENGINE.state, {}, Buffer.from('{}')), prepare(), frame(TO_ENGINE.tick, { count: 1 })],
      [],
      () => undefined,
    );
    expect(sent.map(({ name }) => name)).toEqual(['hello', 'pong']);
    expect(posted.map(({ type }) => type)).toEqual(['hello', 'state', 'settle']);
  });

  test('an export begins when all is applied that was said before it, and not sooner', async () => {
    const offlineRestart = 1 | 2;
    let asked = 0;
    const { player, sent } = await play(
      [
        hello,
        prepare(1, 1),
        blockFrame({ position: 0, channels: [[1]], flags: offlineRestart }),
        blockFrame({ position: 1, channels: [[1]], flags: 2 }),
      ],
      [],
      (message, say) => {
        if (message.type !== 'settle') return;
        if (++asked === 1) say({ type: 'ready' });
        else
          setTimeout(() => {
            say({ type: 'command', command: { type: 'parameter', index: 0, value: 1 } });
            say({ type: 'ready' });
          }, 20);
      },
    );
    expect(asked).toBe(2);
    expect(player.notes).toEqual([
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
      let asked = 0;
      const { player } = await play(
        [
          hello,
          prepare(1, 1),
          blockFrame({ position: 0, channels: [[1]], flags, midi: [[0, 0xc3, 5, 0]] }),
          blockFrame({ position: 1, channels: [[1]], flags }),
        ],
        [],
        (message, say) => {
          if (message.type !== 'settle') return;
          if (++asked === 1) say({ type: 'ready' });
          else
            setTimeout(() => {
              say({ type: 'command', command: { type: 'parameter', index: 0, value: 1 } });
              say({ type: 'ready' });
            }, 20);
        },
      );
      return player.notes.slice(1);
    };
    expect(await notes(2)).toEqual(['offline', 'midi 0 195 5 0', 'parameter', 'process 1', 'process 1']);
    expect(await notes(0)).toEqual(['midi 0 195 5 0', 'process 1', 'process 1']);
  });

  test('a program change is asked for with the number of its block; of two, the last', async () => {
    const { posted } = await play([
      hello,
      prepare(1, 1),
      blockFrame({
        position: 0,
        channels: [[1]],
        recall: 7,
        midi: [
          [0, 0xc0, 5, 0],
          [0, 0xc1, 6, 0],
        ],
      }),
      blockFrame({ position: 1, channels: [[1]], recall: 7 }),
    ]);
    const recalls = posted.filter(({ type }) => type === 'recall');
    expect(recalls).toEqual([{ type: 'recall', number: 7, program: 6, id: '' }]);
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
    expect(player.notes.slice(2)).toEqual([
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
    expect(player.notes.slice(-4)).toEqual(['parameter 0 16 0.5', 'now', 'parameter', 'process 1']);
  });

  test('control goes to the main thread', async () => {
    const { posted } = await play([
      hello,
      frame(TO_ENGINE.state, {}, Buffer.from('{"é":1}')),
      frame(TO_ENGINE.parameter, { index: 16, value: 0.5 }),
      frame(TO_ENGINE.parameter, { index: 42, value: 0.5 }),
      frame(TO_ENGINE.openInterface, {}),
      frame(TO_ENGINE.recallPreset, { number: 4, program: 0xffffffff }, Buffer.from('factory/x')),
      frame(TO_ENGINE.recallPreset, { number: 5, program: 127 }),
      frame(TO_ENGINE.renderWarning, {}, Buffer.from('dry')),
    ]);
    expect(posted).toEqual([
      { type: 'hello', text: 'a test' },
      { type: 'state', text: '{"é":1}' },
      { type: 'parameter', index: 16, value: 0.5 },
      { type: 'open-interface' },
      { type: 'recall', number: 4, program: 0, id: 'factory/x' },
      { type: 'recall', number: 5, program: 127, id: '' },
      { type: 'render-warning', text: 'dry' },
    ]);
  });

  test('what MIDI moved is told to the host, what the host moved is not', async () => {
    const { loop, written } = await play([
      hello,
      prepare(1, 1),
      blockFrame({ position: 0, channels: [[0]], parameters: [[0, 1, 0.1]] }),
    ]);
    written.length = 0;
    const moved = [
      { index: 1, value: Math.fround(0.1) },
      { index: 2, value: 0.5 },
    ];
    loop.report({ type: 'moved', taken: 0, parameters: moved });
    loop.report({ type: 'moved', taken: 0, parameters: moved });
    expect(framesIn(Buffer.concat(written)).map(({ fields }) => fields)).toEqual([
      { index: 2, value: 0.5, gesture: 0 },
    ]);
  });

  test('what is no conversation ends it', async () => {
    await refuses([frame(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION + 1 })]);
    await refuses([frame(TO_ENGINE.tick, { count: 1 })]);
    await refuses([hello, frame({ ...TO_ENGINE.tick, type: 99 }, { count: 1 })]);
    await refuses([hello, frame(TO_ENGINE.recallPreset, { number: 1, program: 128 })]);
    await refuses([hello, frame(TO_ENGINE.prepare, { epoch: 1, rate: 1000, maxBlock: 64, channels: 2 })]);
    await refuses([
      hello,
      frame(TO_ENGINE.prepare, { epoch: 1, rate: 47_952.05, maxBlock: 64, channels: 2 }),
    ]);
    await refuses([hello, frame(TO_ENGINE.prepare, { epoch: 1, rate: 48_000, maxBlock: 0, channels: 2 })]);
    await refuses([hello, frame(TO_ENGINE.prepare, { epoch: 1, rate: 48_000, maxBlock: 64, channels: 3 })]);
    await refuses([hello, prepare(1, 2), blockFrame({ position: 0, channels: [[1]] })]);
    await refuses([
      hello,
      frame({ ...TO_ENGINE.prepare, bytes: 4, fields: TO_ENGINE.prepare.fields.slice(0, 1) }, { epoch: 1 }),
    ]);
  });
});
