import {
  BLOCK_FLAG,
  MAX_TEXT_BYTES,
  PLUGIN_PROTOCOL_VERSION,
  TO_ENGINE,
  TO_PLUGIN,
} from '../../../src/protocol/plugin.js';
import { PARAMETERS } from '../../../src/document/parameters.js';
import type { ToPipe } from '../../../src/engine/host/messages.js';
import { kernelThreadId } from '../../../src/engine/workers/thread-priority.js';
import { hello, play, prepare, settlesAtOnce } from './pipe-loop-rig.js';
import { blockFrame, frame, framesIn } from './pipes.js';

const refuses = (frames: Buffer[]) => expect(play(frames)).rejects.toMatchObject({ code: 'message-invalid' });

describe('PipeLoop', () => {
  test('answers hello, prepare and blocks in order, with their positions', async () => {
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
    expect(player.calls).toEqual(['prepare 48000 512 2', 'process 2', 'process 1']);
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
          [0, PARAMETERS.length, 1],
          [0, 1, NaN],
        ],
        midi: [[2, 0xb0, 0xff, 3]],
      }),
    ]);
    expect(player.calls).toEqual([
      'prepare 48000 512 1',
      'parameter 1 0 0.25',
      'parameter 2 41 -1',
      'parameter 3 3 0.5',
      'midi 2 176 127 3',
      'process 3',
    ]);
  });

  test('the musical position comes before its block, where the host gives one', async () => {
    const { player } = await play([
      hello,
      prepare(1, 1),
      blockFrame({ position: 0, channels: [[0]] }),
      blockFrame({
        ...{ position: 1, channels: [[0]], flags: BLOCK_FLAG.playing },
        time: { tempo: 93.5, beat: -2.75, beatsPerBar: 3, songSample: 5 },
      }),
      ...[-5, 2 ** 32 + 7, -(2 ** 40) - 1].map((songSample, i) =>
        blockFrame({
          ...{ position: 2 + i, channels: [[0]], flags: BLOCK_FLAG.playing | BLOCK_FLAG.songSample },
          time: { tempo: 120, beat: i, beatsPerBar: 4, songSample },
        }),
      ),
      blockFrame({ position: 5, channels: [[0]], time: { tempo: 120, beat: 7, beatsPerBar: 4 } }),
    ]);
    expect(player.calls.slice(1)).toEqual([
      ...['process 1', 'time 93.5 -2.75 NaN 3', 'process 1'],
      ...['time 120 0 -5 4', 'process 1', `time 120 1 ${2 ** 32 + 7} 4`, 'process 1'],
      ...[`time 120 2 ${-(2 ** 40) - 1} 4`, 'process 1', 'time 120 stopped 4', 'process 1'],
    ]);
  });

  test.each([
    ['a tempo', { tempo: 5, beat: 0, beatsPerBar: 4 }],
    ['a tempo', { tempo: NaN, beat: 0, beatsPerBar: 4 }],
    ['quarter notes per bar', { tempo: 120, beat: 0, beatsPerBar: 0 }],
    ['musical position', { tempo: 120, beat: Infinity, beatsPerBar: 4 }],
  ])('refuses what is no place in the music: %s', async (what, time) => {
    await expect(
      play([hello, prepare(1, 1), blockFrame({ position: 0, channels: [[0]], time })]),
    ).rejects.toMatchObject({ code: 'message-invalid', message: expect.stringContaining(what) as string });
  });

  // A host that set dry/wet before its first render heard the mix fade to it for 10 ms.
  test('a restart begins with the values of its first sample', async () => {
    const { player } = await play([
      hello,
      prepare(1, 1),
      blockFrame({
        position: 0,
        channels: [[1, 1]],
        flags: BLOCK_FLAG.restart,
        parameters: [
          [0, 18, 0],
          [1, 18, 0.5],
        ],
      }),
    ]);
    expect(player.calls.slice(1)).toEqual([
      'parameter 0 18 0',
      'now',
      'restart',
      'parameter 1 18 0.5',
      'process 2',
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
    expect(player.calls.slice(1)).toEqual([
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

  // The whole project was written at once, and every block behind it was late.
  test('the largest project passes between blocks while every parameter is automated', async () => {
    const text = Buffer.alloc(MAX_TEXT_BYTES, 'large');
    const state: ToPipe = {
      type: 'document',
      document: { message: 'state', fields: { edited: 0, silenceOnFault: 0, states: 1 }, bytes: text },
    };
    const fromMain: ToPipe[] = [];
    let begun = false;
    const parameters = PARAMETERS.map(({ max }, index) => [0, index, max] as const);
    const blocks = Array.from({ length: 520 }, (_, i) =>
      blockFrame({ position: i, channels: [[1]], parameters }),
    );
    const { sent, player } = await play([hello, prepare(1, 1), ...blocks], fromMain, settlesAtOnce, (one) => {
      if (begun || !one.hasStarted) return;
      begun = true;
      fromMain.push(state);
    });
    // Without the latency, which changes with the width.
    const played = sent.filter(({ name }) => ['samples', 'textPart', 'state'].includes(name));
    expect(played.filter(({ name }) => name === 'samples')).toHaveLength(blocks.length);
    for (const [i, { name, payload }] of played.entries()) {
      if (name === 'samples') continue;
      expect(payload.length).toBeLessThan(33 * 1024);
      expect(played[i + 1]?.name).toBe('samples');
    }
    const bytes = played.flatMap(({ name, payload }) => {
      if (name === 'textPart') return payload.subarray(TO_PLUGIN.textPart.bytes);
      return name === 'state' ? payload.subarray(TO_PLUGIN.state.bytes) : [];
    });
    expect(Buffer.concat(bytes).equals(text)).toBe(true);
    expect(player.calls.filter((call) => call.startsWith('parameter'))).toHaveLength(
      blocks.length * PARAMETERS.length,
    );
  });

  test('blocks of another epoch are neither played nor answered', async () => {
    const { sent, player } = await play([
      hello,
      prepare(2),
      blockFrame({ position: 0, channels: [[1], [1]] }),
    ]);
    expect(sent.map(({ name }) => name)).toEqual(['hello', 'prepared']);
    expect(player.calls).toEqual(['prepare 48000 512 2']);
  });

  test('control goes to the main thread', async () => {
    const { posted } = await play([
      hello,
      frame(TO_ENGINE.state, {}, Buffer.from('{"é":1}')),
      frame(TO_ENGINE.parameter, { index: 16, value: 0.5 }),
      frame(TO_ENGINE.parameter, { index: PARAMETERS.length, value: 0.5 }),
      frame(TO_ENGINE.openInterface, {}),
      frame(TO_ENGINE.recallPreset, { number: 4, program: 0xffffffff }, Buffer.from('factory/x')),
      frame(TO_ENGINE.recallPreset, { number: 5, program: 2 ** 21 - 1 }),
      frame(TO_ENGINE.renderWarning, {}, Buffer.from('dry')),
    ]);
    expect(posted).toEqual([
      { type: 'hello', text: 'a test' },
      { type: 'state', text: '{"é":1}' },
      { type: 'parameter', index: 16, value: 0.5 },
      { type: 'open-interface' },
      { type: 'recall', number: 4, program: 0, id: 'factory/x' },
      { type: 'recall', number: 5, program: 2 ** 21 - 1, id: '' },
      { type: 'render-warning', text: 'dry' },
    ]);
  });

  test('what MIDI moved is sent to the host, what the host moved is not', async () => {
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
    loop.report({ type: 'moved', commandsArrived: 0, parameters: moved });
    loop.report({ type: 'moved', commandsArrived: 0, parameters: moved });
    expect(framesIn(Buffer.concat(written)).map(({ fields }) => fields)).toEqual([
      { index: 2, value: 0.5, gesture: 0 },
    ]);
  });

  test('what breaks the protocol ends the loop', async () => {
    await refuses([frame(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION + 1 })]);
    await refuses([frame(TO_ENGINE.tick, { count: 1 })]);
    await refuses([hello, frame({ ...TO_ENGINE.tick, type: 99 }, { count: 1 })]);
    await refuses([hello, frame(TO_ENGINE.recallPreset, { number: 1, program: 2 ** 21 })]);
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
