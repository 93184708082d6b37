/**
 * An engine for the plugin's own tests: the real pipe loop around a player that delays, scales and adds noise, and that
 * can be made to fail. Bundled by scripts/native-test.mjs into a copy of the plugin's bundle.
 *
 * Its output can be distinguished from the dry track: the input, `LATENCY` samples later, times the `amount`
 * parameter at its sample position, plus noise of the size of the `latentNoise` parameter. Program change n means an
 * amount of n / 127, bypass an amount of 1. While `loop` is on it plays on its first channel the beat in thousandths, −0.001 while the transport
 * stands, and on its second the sample of the song, modulo 2^20, in shares of 2^21; −0.5 where it is not known.
 * Without an instrument it selects one with a glide of `CHOSEN_GLIDE`.
 * `TILLER_FAKE_FAULT` names a file whose first word is a fault to produce at the next tick; it is removed first.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { FrameReader, readDescriptor } from '../../src/engine/host/frame-reader.js';
import { FrameWriter, writeDescriptor } from '../../src/engine/host/frame-writer.js';
import type { FromPipe, ToPipe } from '../../src/engine/host/messages.js';
import type { PipePlayer } from '../../src/engine/host/pipe-player.js';
import { PipeLoop } from '../../src/engine/host/pipe-loop.js';
import { GESTURE } from '../../src/protocol/plugin.js';
import { PARAMETERS, PARAMETER_INDEX } from '../../src/document/parameters.js';
import type { StreamCommand } from '../../src/engine/stream/messages.js';
import { FREE_TIME, type MusicalTime } from '../../src/engine/time/musical-time.js';

const LATENCY = Number(process.env['TILLER_FAKE_LATENCY'] ?? 300);

const CHOSEN_GLIDE = 0.3;

/** xorshift32, -1..1. */
class Noise {
  private state = 1;
  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state / 0x80000000;
  }
  restart(): void {
    this.state = 1;
  }
}

class FakePlayer implements PipePlayer {
  latencySamples = LATENCY;
  readonly loading = null;
  readonly callSeconds = 0;
  readonly margin = 'normal';
  readonly hasStarted = true;
  nan = false;
  /** Program changes that came with their block, and were not asked for by `recall` yet. */
  programsHeard = 0;
  readonly values = PARAMETERS.map((parameter) => parameter.initial);
  private events: { offset: number; index: number; value: number }[] = [];
  private readonly noise = new Noise();
  private lines: Float32Array[] = [];
  private channels = 0;
  private at = 0;
  private rate = 48_000;
  private time: MusicalTime = FREE_TIME;

  apply(command: StreamCommand): void {
    if (command.type !== 'restart') return;
    this.noise.restart();
    for (const line of this.lines) line.fill(0);
  }

  prepare(rate: number, _maxBlock: number, channels: number): number {
    this.rate = rate;
    this.channels = channels;
    this.noise.restart();
    this.delayBy(this.latencySamples);
    return this.latencySamples;
  }

  delayBy(samples: number): void {
    this.latencySamples = samples;
    this.lines = Array.from({ length: this.channels }, () => new Float32Array(Math.max(1, samples)));
    this.at = 0;
  }

  midi(offset: number, status: number, data1: number, data2: number): void {
    if ((status & 0xf0) === 0xb0 && data1 === 1) this.parameter(offset, PARAMETER_INDEX.amount, data2 / 127);
    if ((status & 0xf0) === 0xc0) {
      this.programsHeard++;
      this.parameter(offset, PARAMETER_INDEX.amount, data1 / 127);
    }
  }

  takeNow(): void {
    for (const event of this.events) this.values[event.index] = event.value;
    this.events = [];
  }

  setTime(time: MusicalTime): void {
    this.time = { ...time };
  }

  setOffline(): void {
    // The fake player has no time limits to lift.
  }

  parameter(offset: number, index: number, value: number): void {
    this.events.push({ offset, index, value });
  }

  private beatAt(sample: number): number {
    const { tempo, playing, beat } = this.time;
    return playing ? beat + (sample * tempo) / 60 / this.rate : -1;
  }

  private songSampleAt(sample: number): number {
    const { playing, songSample } = this.time;
    if (!playing || Number.isNaN(songSample)) return -0.5;
    return ((((songSample + sample) % 2 ** 20) + 2 ** 20) % 2 ** 20) / 2 ** 21;
  }

  process(input: Float32Array[], output: Float32Array[], frames: number): void {
    let taken = 0;
    for (let i = 0; i < frames; i++) {
      for (let event = this.events[taken]; event && event.offset <= i; event = this.events[++taken])
        this.values[event.index] = event.value;
      const bypassed = (this.values[PARAMETER_INDEX.bypass] ?? 0) >= 0.5;
      const gain = bypassed ? 1 : (this.values[PARAMETER_INDEX.amount] ?? 1);
      const noise = (this.values[PARAMETER_INDEX.latentNoise] ?? 0) * this.noise.next();
      const loops = (this.values[PARAMETER_INDEX.loop] ?? 0) >= 0.5;
      for (const [c, line] of this.lines.entries()) {
        const place = c === 0 ? this.beatAt(i) / 1000 : this.songSampleAt(i);
        const sample = loops ? place : (input[c]?.[i] ?? 0) * gain + noise;
        const channel = output[c];
        if (channel) channel[i] = this.nan ? NaN : this.latencySamples === 0 ? sample : (line[this.at] ?? 0);
        line[this.at] = sample;
      }
      this.at = (this.at + 1) % Math.max(1, this.latencySamples);
    }
    this.events = this.events.slice(taken).map((event) => ({ ...event, offset: 0 }));
  }
}

function takeFault(): string {
  const path = process.env['TILLER_FAKE_FAULT'];
  if (path === undefined) return '';
  try {
    const fault = readFileSync(path, 'utf8').trim();
    rmSync(path);
    return fault;
  } catch {
    return '';
  }
}

const player = new FakePlayer();
const queue: ToPipe[] = [];
const write = writeDescriptor(1);
let preset = '';
let undoHistory = '';
let beats = 0;
let mainHangs = false;
let states = 0;

const presets = [
  { id: 'factory/first', name: 'First of all' },
  { id: 'user/second', name: '' },
];
/** By program; other programs are presets without a name. */
const assignments = [
  { program: 0, preset: 'factory/first' },
  { program: 5, preset: 'user/second' },
];

function fixLatency(milliseconds: number): void {
  queue.push({ type: 'send', message: 'fixLatency', fields: { milliseconds }, text: '' });
}

function sendPrograms(on: boolean): void {
  const fields = { on: Number(on), channel: 0 };
  queue.push({ type: 'send', message: 'programs', fields, text: JSON.stringify(assignments) });
}

const documentOf = (
  message: 'state' | 'undoHistory' | 'recalled',
  fields: Record<string, number>,
  text: string,
): ToPipe => ({
  type: 'document',
  document: { message, fields, bytes: Buffer.from(text) },
});

function sendState(edited: boolean): void {
  const fields = { edited: Number(edited), silenceOnFault: 0, states };
  queue.push(documentOf('state', fields, preset));
}

function post(message: FromPipe): void {
  if (message.type === 'state') {
    // As when a project is restored while an engine still reports its previous state.
    if (states > 0) {
      const fields = { index: PARAMETER_INDEX.glide, value: 7, gesture: 0 };
      queue.push({ type: 'send', message: 'parameter', fields, text: '' });
      sendState(false);
    }
    preset = message.text;
    states++;
    if (preset === '')
      for (const index of [PARAMETER_INDEX.glide, PARAMETER_INDEX.amount, PARAMETER_INDEX.dryWet]) {
        const value = index === PARAMETER_INDEX.glide ? CHOSEN_GLIDE : 1;
        player.parameter(0, index, value);
        queue.push({ type: 'send', message: 'parameter', fields: { index, value, gesture: 0 }, text: '' });
      }
    if (preset !== '' && !preset.startsWith('{')) {
      queue.push({ type: 'send', message: 'refused', fields: {}, text: 'The preset is not JSON.' });
      preset = '{"default":true}';
    } else if (undoHistory !== '') preset = JSON.stringify({ given: undoHistory });
    undoHistory = '';
    sendState(false);
    const names = PARAMETERS.map((parameter) => parameter.name);
    names[0] = 'Input 1: brightness';
    queue.push({ type: 'send', message: 'names', fields: {}, text: JSON.stringify(names) });
    queue.push({ type: 'send', message: 'presets', fields: {}, text: JSON.stringify(presets) });
  } else if (message.type === 'undo-history') {
    undoHistory = message.text;
  } else if (message.type === 'render-warning') {
    preset = JSON.stringify({ renderWarning: message.text });
    sendState(true);
  } else if (message.type === 'recall') {
    const { number, id } = message;
    const assigned = assignments.find(({ preset }) => preset === id);
    const program = assigned?.program ?? message.program;
    // One that came with a block takes effect at its sample.
    if (player.programsHeard === 0) player.parameter(0, PARAMETER_INDEX.amount, program / 127);
    player.programsHeard = 0;
    const moved = { index: PARAMETER_INDEX.amount, value: program / 127, gesture: GESTURE.none };
    queue.push({ type: 'send', message: 'parameter', fields: moved, text: '' });
    queue.push(documentOf('recalled', { number }, ''));
  } else if (message.type === 'settle') queue.push({ type: 'ready' });
  else if (message.type === 'parameter') player.values[message.index] = message.value;
}

function commit(fault: string): void {
  switch (fault) {
    case 'crash':
      return process.abort();
    case 'exit':
      return process.exit(3);
    case 'hang':
      for (;;);
    case 'main-hang':
      mainHangs = true;
      return;
    case 'garbage': {
      const garbage = Buffer.from('this is not a frame of the protocol, whatever one makes of it');
      write(garbage, 0, garbage.length);
      return;
    }
    case 'nan':
      player.nan = true;
      return;
    case 'sane':
      player.nan = false;
      return;
    case 'edit':
      preset = '{"edited":true}';
      // Documents arrive in order: whoever sees the edit has its history, too.
      queue.push(documentOf('undoHistory', {}, 'a step to undo'));
      sendState(true);
      return;
    case 'more-latency':
      player.delayBy(20_000);
      return;
    case 'fix-latency':
      return fixLatency(100);
    case 'follow-latency':
      return fixLatency(0);
    case 'programs-off':
      return sendPrograms(false);
    case 'programs-on':
      return sendPrograms(true);
    case 'edit-long': {
      const noise = new Noise();
      preset = JSON.stringify({ edited: true, values: Array.from({ length: 150_000 }, () => noise.next()) });
      sendState(true);
      return;
    }
    case 'report-values':
      preset = JSON.stringify(
        Object.fromEntries(
          (['amount', 'glide', 'dryWet'] as const).map((id) => [
            id,
            Math.round((player.values[PARAMETER_INDEX[id]] ?? 0) * 1000) / 1000,
          ]),
        ),
      );
      sendState(true);
      return;
    case 'hold':
      queue.push({
        type: 'send',
        message: 'parameter',
        fields: { index: PARAMETER_INDEX.dryWet, value: 0.25, gesture: GESTURE.begin },
        text: '',
      });
      return;
    case 'move-on':
      player.values[PARAMETER_INDEX.dryWet] = 0.5;
      queue.push({
        type: 'send',
        message: 'parameter',
        fields: { index: PARAMETER_INDEX.dryWet, value: 0.5, gesture: 0 },
        text: '',
      });
      return;
    case 'move':
      for (const [index, value] of [
        [PARAMETER_INDEX.glide, 0.02],
        [PARAMETER_INDEX.dryWet, 0.25],
      ] as const) {
        player.values[index] = value;
        queue.push({ type: 'send', message: 'parameter', fields: { index, value, gesture: 0 }, text: '' });
      }
      return;
    default:
      return;
  }
}

const started = process.env['TILLER_FAKE_START'];
if (started === 'fail') {
  process.stderr.write('the model file is corrupt\n');
  process.exit(1);
}
// Or the name of a file: the engine starts once it exists.
if (started !== undefined)
  while (!existsSync(started)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);

await new PipeLoop({
  reader: new FrameReader(readDescriptor(0)),
  writer: new FrameWriter(write),
  player,
  receive: () => {
    if (!mainHangs) beats++;
    // A standby process must not take what is meant for the engine that plays.
    if (states > 0) commit(takeFault());
    return queue.shift();
  },
  post,
  deliver: () => undefined,
  mainBeats: () => beats,
  version: 'fake',
}).run();
