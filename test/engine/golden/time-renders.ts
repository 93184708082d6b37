import { AUDIO_DESCRIPTORS } from '../../../src/document/audio-descriptors.js';
import { defaultInput } from '../../../src/document/default-preset.js';
import type { InputSource } from '../../../src/document/input.js';
import type { KeptLoop } from '../../../src/document/kept-loop.js';
import { LFO_SHAPES } from '../../../src/document/lfo-shapes.js';
import { BLENDED_LOOPS } from '../../../src/document/loop-slots.js';
import { defaultOutput, type Output } from '../../../src/document/output.js';
import { pack } from '../../../src/document/packing.js';
import { PARAMETERS, PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { ChangeQueue } from '../../../src/engine/stream/change-queue.js';
import { sentLoops } from '../../../src/engine/stream/loop-blend.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { random } from '../audio/signals.js';
import { LatentModel } from '../stream/fakes.js';
import { prepareMono } from '../stream/play.js';

const RATE = 48_000;
/** Samples of a latent frame, 20 ms. */
const HOP = 960;
/** Does not divide the latent frame. */
const BLOCK = 441;
const FRAMES = 150;
/** Latent frames at which the loop is switched on and off, and at which the tempo changes. */
const [LOOP_ON, LOOP_OFF, TEMPO_CHANGES] = [40, 120, 80];
/** Quarter notes per minute before and from there on. */
const TEMPOS = [150, 97] as const;

interface Play {
  readonly output?: Partial<Output>;
  /** Moves the first input, which the latent then is. */
  readonly source?: InputSource;
  readonly loops?: readonly KeptLoop[];
}

/** Renders of a few seconds by a model in plain arithmetic, [render][latent frame]: the latent as it is heard, to six decimals. */
export function timeRenders(): Record<string, number[]> {
  const loops = [kept(1, 0), kept(-1, 1)];
  const lfo = { kind: 'lfo', period: 0.7, phase: 0.1, seed: 3 } as const;
  const followed = { kind: 'audio', attackMilliseconds: 20, releaseMilliseconds: 150, heard: null } as const;
  const plays: Record<string, Play> = {
    'loop of a beat': { output: { loopLength: '1 beat' } },
    'loop of half a second, from the next bar': { output: { loopLength: '0.5 s', loopStart: 'bar' } },
    'kept loop': { output: { loopSlot: 1 }, loops },
    'blend of kept loops': { output: { loopSlot: BLENDED_LOOPS, loopLength: '2 beats' }, loops },
    ...Object.fromEntries(
      LFO_SHAPES.flatMap((shape) =>
        (['beats', 'seconds'] as const).map((unit) => [
          `${shape} in ${unit}`,
          { source: { ...lfo, shape, unit } },
        ]),
      ),
    ),
    ...Object.fromEntries(
      AUDIO_DESCRIPTORS.map((descriptor) => [
        `follows ${descriptor}`,
        { source: { ...followed, descriptor } },
      ]),
    ),
  };
  return Object.fromEntries(Object.entries(plays).map(([name, play]) => [name, render(play)]));
}

function render({ output = {}, source, loops }: Play): number[] {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ceilingDb: 0, ...output });
  if (source !== undefined) {
    const dimensions = [{ ...defaultDimension(), mode: 'override' as const }];
    stream.setSteering({ amount: 1, glideSeconds: 0, dimensions });
    stream.setMapping({ evaluate: (inputs, latents) => void (latents[0] = inputs[0] as number) });
    // Below the ceiling, which steps from one latent frame to the next exceed otherwise.
    stream.setMotions([{ ...defaultInput('input'), source, range: [0, 0.5] }]);
  }
  if (loops !== undefined) stream.setLoops(sentLoops(loops));
  const latencySamples = prepareMono(stream, new LatentModel({ hop: HOP, latentDims: 1 }), RATE);
  const track = song();
  const heard = new Float32Array(track.length);
  const changes = new ChangeQueue(PARAMETERS.length, PARAMETERS.length);
  let beat = 0;
  for (let at = 0; at + BLOCK <= track.length; at += BLOCK) {
    const tempo = TEMPOS[at < TEMPO_CHANGES * HOP ? 0 : 1];
    for (const [frame, on] of source === undefined ? [[LOOP_ON, 1] as const, [LOOP_OFF, 0] as const] : []) {
      const offset = frame * HOP - at;
      if (offset >= 0 && offset < BLOCK) changes.push(offset, PARAMETER_INDEX.loop, on);
    }
    stream.setTime({ tempo, playing: true, beat, beatsPerBar: 4, songSample: at });
    stream.process([track.subarray(at, at + BLOCK)], [heard.subarray(at, at + BLOCK)], BLOCK, changes);
    beat += (BLOCK * tempo) / 60 / RATE;
  }
  return Array.from({ length: FRAMES }, (_, frame) => {
    const value = heard[latencySamples + frame * HOP + HOP / 2] ?? NaN;
    return Number(value.toFixed(6));
  });
}

/** Bursts of a quarter of a second: tones and noise, each softer towards its end. */
function song(): Float32Array {
  const draw = random(11);
  const length = RATE / 4;
  return Float32Array.from({ length: (FRAMES + 20) * HOP }, (_, n) => {
    const burst = Math.floor(n / length);
    const level = 0.4 * (1 - (0.9 * (n % length)) / length);
    const noise = 2 * draw() - 1;
    return level * (burst % 3 === 2 ? noise : Math.sin((2 * Math.PI * 220 * 1.5 ** burst * n) / RATE));
  });
}

/** A loop of three beats whose latent rises, or falls, by a half; at a corner of the pad. */
function kept(direction: number, place: number): KeptLoop {
  const frames = 37;
  const latents = Float32Array.from({ length: frames }, (_, i) => (direction * i) / frames / 2);
  return { name: '', frames, rows: 1, beats: 3, inputs: [place], latents: pack(latents, 'float32') };
}
