import { PLUGIN_PROTOCOL_VERSION, TO_ENGINE } from '../../../src/protocol/plugin.js';
import { FrameWriter } from '../../../src/engine/host/frame-writer.js';
import type { FromPipe, ToPipe } from '../../../src/engine/host/messages.js';
import type { PipePlayer } from '../../../src/engine/host/pipe-player.js';
import { PipeLoop } from '../../../src/engine/host/pipe-loop.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import type { StreamCommand } from '../../../src/engine/stream/messages.js';
import type { MusicalTime } from '../../../src/engine/time/musical-time.js';
import { frame, framesIn, readerOf } from './pipes.js';

/** Plays the input times ten and records its calls, in order. */
export class RecordingPlayer implements PipePlayer {
  readonly calls: string[] = [];
  offline = false;
  latencySamples = 40;
  loading: Promise<void> | null = null;
  callSeconds = 0;
  readonly margin = 'normal';
  hasStarted = false;

  apply(command: StreamCommand): void {
    this.calls.push(command.type);
    if (command.type === 'load') this.load();
  }
  private load(): void {
    this.loading = new Promise((resolve) =>
      setImmediate(() => {
        this.loading = null;
        this.latencySamples = 99;
        this.callSeconds = 512 / 48_000;
        this.calls.push('loaded');
        resolve();
      }),
    );
  }
  prepare(rate: number, maxBlock: number, channels: number): number {
    this.calls.push(`prepare ${rate} ${maxBlock} ${channels}`);
    return this.latencySamples;
  }
  midi(offset: number, status: number, data1: number, data2: number): void {
    this.calls.push(`midi ${offset} ${status} ${data1} ${data2}`);
  }
  parameter(offset: number, index: number, value: number): void {
    this.calls.push(`parameter ${offset} ${index} ${value}`);
    if (index === PARAMETER_INDEX.width) this.load();
  }
  setOffline(offline: boolean): void {
    if (offline !== this.offline) this.calls.push(offline ? 'offline' : 'live');
    this.offline = offline;
  }
  setTime({ tempo, playing, beat, beatsPerBar, songSample }: MusicalTime): void {
    const place = playing ? `${beat} ${songSample}` : 'stopped';
    this.calls.push(`time ${tempo} ${place} ${beatsPerBar}`);
  }
  takeNow(): void {
    this.calls.push('now');
  }
  process(input: Float32Array[], output: Float32Array[], frames: number): void {
    this.hasStarted = true;
    this.calls.push(`process ${frames}`);
    for (const [c, channel] of input.entries())
      for (let i = 0; i < frames; i++) (output[c] as Float32Array)[i] = 10 * (channel[i] ?? 0);
  }
}

export const hello = frame(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION }, Buffer.from('a test'));
export const prepare = (epoch = 1, channels = 2) =>
  frame(TO_ENGINE.prepare, { epoch, rate: 48_000, maxBlock: 512, channels });

/** What the main thread does with a message, and how it answers. */
export type Main = (message: FromPipe, say: (answer: ToPipe) => void) => void;

export const settlesAtOnce: Main = (message, say) => {
  if (message.type === 'settle') say({ type: 'ready' });
};

/** Runs a loop over `frames` until the pipe ends; `beforeFrame` is called before each is read. */
export async function play(
  frames: Buffer[],
  fromMain: ToPipe[] = [],
  main: Main = settlesAtOnce,
  beforeFrame: (player: RecordingPlayer) => void = () => undefined,
) {
  const written: Buffer[] = [];
  const posted: FromPipe[] = [];
  const player = new RecordingPlayer();
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
    deliver: ({ id }) => player.calls.push(`model ${id}`),
    mainBeats: () => 42,
    version: '1.2.3',
  });
  await loop.run();
  return { sent: framesIn(Buffer.concat(written)), written, posted, player, loop };
}
