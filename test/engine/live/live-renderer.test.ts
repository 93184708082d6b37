import {
  FRAME,
  audioChannel,
  audioFrameBytes,
  readAudioHead,
  writeAudioHead,
} from '../../../src/protocol/interface-frames.js';
import { AudioRingReader, AudioRingWriter, createAudioRing } from '../../../src/engine/live/audio-ring.js';
import { LIVE_BLOCK, type FromLiveWorker } from '../../../src/engine/live/messages.js';
import { LiveRenderer, type LivePlayer } from '../../../src/engine/live/live-renderer.js';
import { createSourcePosition, SourcePosition } from '../../../src/engine/live/source-position.js';
import { FileSource, MicrophoneSource } from '../../../src/engine/live/live-source.js';

/** Doubles its input and records its calls. */
class Doubler implements LivePlayer {
  readonly calls: string[] = [];
  /** Tempo and beat of each block. */
  readonly times: [number, number][] = [];
  apply(command: { type: string }): Promise<void> {
    this.calls.push(command.type);
    if (command.type === 'hold') throw new RangeError('no dimension 99');
    return Promise.resolve();
  }
  prepare(rate: number): number {
    this.calls.push(`prepare ${rate}`);
    return 0;
  }
  midi(_offset: number, status: number): void {
    this.calls.push(`midi ${status}`);
  }
  setTime({ tempo, beat }: { tempo: number; beat: number }): void {
    this.times.push([tempo, beat]);
  }
  takeNow(): void {
    this.calls.push('now');
  }
  idle(): void {
    this.calls.push('idle');
  }
  process(input: readonly Float32Array[], output: readonly Float32Array[], frames: number): void {
    output.forEach((side, c) => {
      for (let i = 0; i < frames; i++) side[i] = 2 * (input[c]?.[i] ?? 0);
    });
  }
}

describe('the live renderer', () => {
  let player: Doubler;
  let posted: FromLiveWorker[];
  let renderer: LiveRenderer;
  let position: SourcePosition;
  let audio: AudioRingReader;
  let heard: () => number[];
  beforeEach(() => {
    player = new Doubler();
    posted = [];
    position = new SourcePosition(createSourcePosition());
    const ring = createAudioRing();
    audio = new AudioRingReader(ring);
    renderer = new LiveRenderer(
      player,
      () => undefined,
      (message) => posted.push({ ...message }),
      new AudioRingWriter(ring),
      position,
    );
    const samples: number[] = [];
    let seen = 0;
    /** The left channel of everything that was sent so far. */
    heard = () => {
      for (; seen < posted.length; seen += 1) {
        const message = posted[seen];
        for (let i = 0; message?.type === 'audio' && i < message.blocks; i += 1) {
          const block = audio.take();
          expect(readAudioHead(block, FRAME.audio)).toEqual({ channels: 2, frames: LIVE_BLOCK });
          samples.push(...audioChannel(block, 0, LIVE_BLOCK));
        }
      }
      return samples;
    };
  });

  const loop = {
    kind: 'file',
    rate: 48_000,
    channels: [Float32Array.from({ length: 300 }, (_, i) => i)],
  } as const;

  it('renders whole blocks of what it was granted, and nothing before a speaker is open', () => {
    renderer.receive({ type: 'credit', frames: 1000 });
    expect(posted).toEqual([]);
    renderer.receive({ type: 'open', rate: 48_000 });
    renderer.receive({ type: 'credit', frames: LIVE_BLOCK * 2 - 1 });
    expect(heard()).toHaveLength(LIVE_BLOCK);
    renderer.receive({ type: 'credit', frames: 1 });
    expect(heard()).toHaveLength(2 * LIVE_BLOCK);
    renderer.receive({ type: 'close' });
    renderer.receive({ type: 'credit', frames: 5000 });
    expect(heard()).toHaveLength(2 * LIVE_BLOCK);
  });

  it('counts the beats of what it renders, at the tempo that is set', () => {
    renderer.receive({ type: 'open', rate: 48_000 });
    renderer.receive({ type: 'tempo', perMinute: 90, beat: 3, align: 'jump' });
    renderer.receive({ type: 'credit', frames: 2 * LIVE_BLOCK });
    renderer.receive({ type: 'tempo', perMinute: 180, beat: null, align: 'jump' });
    renderer.receive({ type: 'credit', frames: LIVE_BLOCK });
    const beats = (LIVE_BLOCK / 48_000) * 1.5;
    expect(player.times).toEqual([
      [90, 3],
      [90, 3 + beats],
      [180, 3 + 2 * beats],
    ]);
  });

  it('loops without a seam, and is silent while it does not play', () => {
    renderer.receive({ type: 'source', source: { ...loop, channels: [...loop.channels] } });
    renderer.receive({ type: 'open', rate: 48_000 });
    renderer.receive({ type: 'credit', frames: LIVE_BLOCK });
    expect(heard().every((sample) => sample === 0)).toBe(true);
    renderer.receive({ type: 'play', playing: true });
    renderer.receive({ type: 'credit', frames: 6 * LIVE_BLOCK });
    expect(heard().slice(LIVE_BLOCK)).toEqual(
      Array.from({ length: 6 * LIVE_BLOCK }, (_, i) => 2 * (i % 300)),
    );
  });

  it('goes on with the next file without a gap, says so once, and repeats that one', () => {
    const next = { rate: 48_000, channels: [Float32Array.from({ length: 200 }, (_, i) => i + 1)] };
    renderer.receive({ type: 'source', source: { ...loop, channels: [...loop.channels] } });
    renderer.receive({ type: 'next', number: 7, audio: next });
    renderer.receive({ type: 'open', rate: 48_000 });
    renderer.receive({ type: 'play', playing: true });
    renderer.receive({ type: 'credit', frames: 4 * LIVE_BLOCK });
    expect(heard()).toEqual(
      Array.from({ length: 4 * LIVE_BLOCK }, (_, i) => 2 * (i < 300 ? i : 1 + ((i - 300) % 200))),
    );
    expect(posted.filter(({ type }) => type === 'advanced')).toEqual([{ type: 'advanced', number: 7 }]);
  });

  it('reports its position, and goes to another over a short cross-fade', () => {
    const file = { kind: 'file', rate: 48_000, channels: [new Float32Array(48_000).fill(0.25)] } as const;
    file.channels[0]?.fill(0.5, 24_000);
    renderer.receive({ type: 'source', source: file });
    expect(position.get()).toBe(0);
    renderer.receive({ type: 'open', rate: 48_000 });
    renderer.receive({ type: 'play', playing: true });
    renderer.receive({ type: 'credit', frames: 10 * LIVE_BLOCK });
    expect(position.get()).toBeCloseTo((10 * LIVE_BLOCK) / 48_000, 2);
    renderer.receive({ type: 'seek', seconds: 0.75 });
    expect(position.get()).toBe(0.75);
    const before = heard().length;
    renderer.receive({ type: 'credit', frames: 4 * LIVE_BLOCK });
    const jump = heard().slice(before - 1);
    const steps = jump.slice(1).map((sample, i) => sample - (jump[i] ?? 0));
    // 0.25 of the file, doubled, over 256 samples.
    expect(Math.max(...steps)).toBeLessThan(0.5 / 200);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
    expect([jump[0], jump.at(-1)]).toEqual([0.5, 1]);
    renderer.receive({ type: 'source', source: { kind: 'microphone' } });
    expect(position.get()).toBeNull();
  });

  it('renders no further than the main thread takes what is rendered, and goes on then', () => {
    renderer.receive({ type: 'source', source: { ...loop, channels: [...loop.channels] } });
    renderer.receive({ type: 'play', playing: true });
    renderer.receive({ type: 'open', rate: 48_000 });
    // More than the ring holds, in credits that are each within what a speaker may grant.
    for (let i = 0; i < 10; i += 1) renderer.receive({ type: 'credit', frames: 100 * LIVE_BLOCK });
    const blocks = () => heard().length / LIVE_BLOCK;
    const first = blocks();
    expect(first).toBeLessThan(1000);
    renderer.receive({ type: 'credit', frames: LIVE_BLOCK });
    expect(blocks()).toBeGreaterThan(first);
    expect(heard()).toEqual(Array.from({ length: heard().length }, (_, i) => 2 * (i % 300)));
  });

  it('prepares for the speaker’s rate, once', () => {
    renderer.receive({ type: 'open', rate: 44_100 });
    renderer.receive({ type: 'open', rate: 44_100 });
    expect(player.calls).toEqual(['prepare 48000', 'prepare 44100']);
  });

  it('reports a command that fails, and continues', () => {
    renderer.receive({ type: 'command', command: { type: 'hold', dimension: 99, value: 0 } });
    expect(posted).toEqual([
      { type: 'report', report: { type: 'failed', code: 'model-failed', message: 'no dimension 99' } },
    ]);
    renderer.receive({ type: 'open', rate: 48_000 });
    renderer.receive({ type: 'credit', frames: LIVE_BLOCK });
    expect(heard()).toHaveLength(LIVE_BLOCK);
  });

  it('plays the microphone’s samples, and ignores an invalid message', () => {
    renderer.receive({ type: 'source', source: { kind: 'microphone' } });
    renderer.receive({ type: 'play', playing: true });
    renderer.receive({ type: 'open', rate: 48_000 });
    const frame = new ArrayBuffer(audioFrameBytes(1, LIVE_BLOCK));
    writeAudioHead(frame, FRAME.microphone, 1, LIVE_BLOCK);
    audioChannel(frame, 0, LIVE_BLOCK).fill(0.25);
    renderer.receive({ type: 'microphone', frame: frame.slice(0, -4) });
    renderer.receive({ type: 'microphone', frame });
    renderer.receive({ type: 'credit', frames: 2 * LIVE_BLOCK });
    expect(
      heard()
        .slice(0, LIVE_BLOCK)
        .every((sample) => sample === 0.5),
    ).toBe(true);
    expect(
      heard()
        .slice(LIVE_BLOCK)
        .every((sample) => sample === 0),
    ).toBe(true);
  });

  it('takes a controller while no speaker is open: MIDI Learn received nothing until something had been played', () => {
    const knob = { type: 'midi', status: 0xb0, data1: 74, data2: 16 } as const;
    renderer.receive(knob);
    expect(player.calls.slice(-2)).toEqual(['midi 176', 'idle']);
    renderer.receive({ type: 'open', rate: 48_000 });
    renderer.receive(knob);
    expect(player.calls.slice(-2)).toEqual(['midi 176', 'now']);
    renderer.receive({ type: 'close' });
    expect(player.calls.at(-1)).toBe('idle');
  });
});

describe('what plays into the model', () => {
  it('keeps a tone’s pitch and level when its rate is not the speaker’s', () => {
    const rate = 44_100;
    const speaker = 48_000;
    const tone = Float32Array.from({ length: rate }, (_, i) => Math.sin((2 * Math.PI * 1000 * i) / rate));
    const source = new FileSource({ channels: [tone], rate }, speaker);
    const out = [new Float32Array(speaker), new Float32Array(speaker)];
    for (let i = 0; i < 3; i++) source.pull(out, 0, 333 + i);
    source.pull(out, 0, speaker);
    const [left = new Float32Array()] = out;
    let crossings = 0;
    for (let i = 1; i < left.length; i++) if ((left[i - 1] ?? 0) < 0 && (left[i] ?? 0) >= 0) crossings += 1;
    expect(Math.abs(crossings - 1000)).toBeLessThanOrEqual(1);
    expect(Math.max(...left)).toBeCloseTo(1, 2);
  });

  it('drops the oldest of a microphone that runs ahead', () => {
    const microphone = new MicrophoneSource();
    for (let i = 0; i < 40; i++) microphone.push([new Float32Array(512).fill(i)], 512);
    const out = [new Float32Array(1), new Float32Array(1)];
    microphone.pull(out, 0, 1);
    expect(out[0]?.[0]).toBeGreaterThanOrEqual(31);
  });
});
