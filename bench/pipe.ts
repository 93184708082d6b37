import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { emptyPreset } from '../src/document/default-preset.js';
import { MAX_EXAMPLES, MAX_LATENTS } from '../src/document/limits.js';
import { PARAMETERS } from '../src/document/parameters.js';
import type { Preset } from '../src/document/preset.js';
import { FRAME_HEADER_BYTES, PLUGIN_PROTOCOL_VERSION, TO_ENGINE, TO_PLUGIN } from '../src/protocol/plugin.js';
import type { MessageLayout } from '../src/protocol/plugin.js';
import { Random } from '../src/engine/mapping/random.js';
import { blockFrame, frame } from '../test/engine/host/pipes.js';
import type { BenchRow } from './row.js';
import { summarise } from './row.js';

const RATE = 48_000;
const BLOCK = 64;
const BLOCKS = 2000;
const WARM_UP = 200;
/** Blocks between two points of the automation: 100 Hz. */
const AUTOMATION_BLOCKS = Math.round(RATE / 100 / BLOCK);
const AUTOMATED = 40;
const EDIT_MILLISECONDS = 1000;
/** Of SCHED_RR: as the plugin's (`native/tiller/process/linux/RealtimeScheduling.h`), and that of a host's audio thread. */
const ENGINE_PRIORITY = 5;
const HOST_PRIORITY = 60;

/** A preset of about this many bytes as JSON; Infinity for the largest: 2048 examples of 256 latents. */
function presetOf(bytes: number): Preset {
  const random = new Random(1);
  const preset = emptyPreset(null, MAX_LATENTS);
  const example = (id: number) => ({
    id: `example-${id}`,
    label: `Sound ${id}`,
    hue: 0,
    enabled: true,
    weight: 1,
    inputs: [random.uniform(), random.uniform()],
    latents: Array.from({ length: MAX_LATENTS }, () => 1000 * (random.uniform() + random.uniform() / 3)),
  });
  const exampleBytes = JSON.stringify(example(1000)).length;
  const count = Math.min(MAX_EXAMPLES, Math.floor(bytes / exampleBytes));
  const learning = { ...preset.learning, automatic: false };
  return { ...preset, learning, examples: Array.from({ length: count }, (_, id) => example(id)) };
}

/** Block `index` as the plugin sends it, with a point of each automated parameter 100 times a second. */
function block(index: number): Buffer {
  const automated = index % AUTOMATION_BLOCKS === 0 ? PARAMETERS.slice(0, AUTOMATED) : [];
  const channel = new Array<number>(BLOCK).fill(0.1);
  return blockFrame({
    position: index * BLOCK,
    channels: [channel, channel],
    parameters: automated.map(({ min, max }, i) => [
      0,
      i,
      min + (max - min) * (0.5 + 0.4 * Math.sin(index / 1000 + i)),
    ]),
  });
}

/** Gives a thread the real-time priority that the plugin gives it, where the user has a right to it and the system is Linux. */
function raise(thread: number, priority: number): void {
  spawnSync('chrt', ['-R', '-r', '-p', String(priority), String(thread)], { stdio: 'ignore' });
}

/** What the plugin's end of the pipe sees. */
interface Seen {
  /** Milliseconds from each block to its answer. */
  readonly answers: number[];
  readonly marginSamples: number;
  /** Bytes of documents that arrived meanwhile. */
  readonly documentBytes: number;
}

async function playWith(preset: Preset): Promise<Seen> {
  const program = fileURLToPath(new URL('./pipe-engine.js', import.meta.url));
  const engine = spawn(process.execPath, [program, String(EDIT_MILLISECONDS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
  });
  let rest: Buffer = Buffer.alloc(0);
  let samples = 0;
  let marginSamples = -1;
  let documentBytes = 0;
  let wake = () => undefined as void;
  engine.stdout.on('data', (bytes: Buffer) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (;;) {
      if (rest.length < FRAME_HEADER_BYTES) break;
      const length = rest.readUInt32LE(0);
      if (rest.length < FRAME_HEADER_BYTES + length) break;
      const type = rest.readUInt16LE(4);
      if (type === TO_PLUGIN.samples.type) samples += 1;
      else if (type === TO_PLUGIN.hello.type)
        raise(rest.readUInt32LE(FRAME_HEADER_BYTES + TO_PLUGIN.hello.at.streamThread), ENGINE_PRIORITY);
      else if (type === TO_PLUGIN.prepared.type)
        marginSamples = rest.readUInt32LE(FRAME_HEADER_BYTES + TO_PLUGIN.prepared.at.marginSamples);
      else if (
        type === TO_PLUGIN.state.type ||
        type === TO_PLUGIN.textPart.type ||
        type === TO_PLUGIN.undoHistory.type
      )
        documentBytes += length;
      rest = rest.subarray(FRAME_HEADER_BYTES + length);
    }
    wake();
  });
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise<void>((resolve) => (wake = resolve));
  };
  const send = (layout: MessageLayout, fields: Record<string, number>, text = '') =>
    engine.stdin.write(frame(layout, fields, Buffer.from(text)));
  send(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION });
  send(TO_ENGINE.state, {}, JSON.stringify(preset));
  send(TO_ENGINE.prepare, { epoch: 1, rate: RATE, maxBlock: BLOCK, channels: 2 });
  const ticking = setInterval(() => send(TO_ENGINE.tick, { count: 1 }), 20);
  await until(() => marginSamples >= 0);
  clearInterval(ticking);
  const answers: number[] = [];
  documentBytes = 0;
  for (let i = 0; i < WARM_UP + BLOCKS; i += 1) {
    const bytes = block(i);
    const began = performance.now();
    engine.stdin.write(bytes);
    await until(() => samples > i);
    if (i >= WARM_UP) answers.push(performance.now() - began);
    // A host plays on in real time: the engine's main thread has as much time as it would have there.
    await pause(1);
  }
  engine.stdin.end();
  await new Promise((resolve) => engine.once('exit', resolve));
  return { answers, marginSamples, documentBytes };
}

/**
 * How long the plugin waits for the answer to a block of 64 samples while 40 parameters are automated at 100 Hz and the
 * document is edited once a second: with an empty project, and with the largest, which has an undo history.
 */
export async function pipeBench(): Promise<BenchRow[]> {
  raise(process.pid, HOST_PRIORITY);
  const rows: BenchRow[] = [];
  for (const [name, bytes] of [
    ['an empty project', 0],
    ['a project of 10 MB', Infinity],
  ] as const) {
    const { answers, marginSamples, documentBytes } = await playWith(presetOf(bytes));
    const limit = (1000 * (BLOCK + marginSamples)) / RATE;
    const late = answers.filter((milliseconds) => milliseconds > limit).length;
    rows.push({
      name: `pipe: answer to 64 samples, ${name}`,
      unit: 'ms',
      ...summarise(answers),
      bar: limit,
      barKind: 'max',
      note:
        `${late} of ${answers.length} later than ${limit.toFixed(1)} ms, latest ${Math.max(...answers).toFixed(1)} ms; ` +
        `${(documentBytes / 2 ** 20).toFixed(1)} MB of documents meanwhile`,
    });
  }
  return rows;
}
