import { loadSource } from '../typescript.mjs';
import { decodeLatents, readWav, renderLoop } from './engine.mjs';

const { DescriptorMeter, loudnessLufs, compileMapping } = await loadSource(
  'src/engine/descriptors/descriptors.ts',
  'src/engine/descriptors/loudness.ts',
  'src/engine/mapping/evaluate.ts',
);

/** Frames that are decoded before a held sound is measured, and frames that are measured. */
const SETTLING_FRAMES = 8;
const MEASURED_FRAMES = 16;

/** Positions of a grid over so many inputs: five steps each for two, three for more. */
function grid(inputs) {
  const steps = inputs <= 2 ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1];
  let positions = [[]];
  for (let i = 0; i < inputs; i += 1) positions = positions.flatMap((p) => steps.map((step) => [...p, step]));
  return positions;
}

/**
 * The sounds that the decoder holds at `positions` of the performance space while the track gives the origin of the latent
 * space, as descriptors.
 */
function heldSounds(preset, positions = grid(preset.inputs.length)) {
  const mapping = compileMapping(preset.trained);
  const frames = positions.flatMap((position) => {
    const latents = new Float32Array(mapping.latents);
    mapping.evaluate(Float64Array.from(position), latents);
    const bounded = latents.map((value, d) => {
      const { mode, amount, range } = preset.steering.dimensions[d];
      return mode === 'off' ? 0 : Math.min(range[1], Math.max(range[0], amount * value));
    });
    return new Array(SETTLING_FRAMES + MEASURED_FRAMES).fill([...bounded]);
  });
  const { samples, rate } = decodeLatents(preset.model.sha256, frames);
  const meter = new DescriptorMeter(rate);
  const length = samples.length / positions.length;
  const settling = (length * SETTLING_FRAMES) / (SETTLING_FRAMES + MEASURED_FRAMES);
  return positions.map((_, i) => meter.measure(samples.subarray(i * length, (i + 1) * length), settling));
}

/** Distance of two timbres (mel-frequency cepstra), 6 dB of loudness counting as much as 1. */
export function timbreDistance(a, b) {
  const loudness = (a.loudnessLufs - b.loudnessLufs) / 6;
  return Math.hypot(loudness, ...a.timbre.map((value, k) => value - b.timbre[k]));
}

/**
 * How much steps of the waveform's slope stand out at the borders of hops: the greatest over the median, over places in the hop,
 * of the median absolute second difference there. About 1.2 for any sound without clicks at borders.
 */
export function borderRoughness(samples, hop) {
  const medians = [];
  for (let place = 0; place < hop; place += 1) {
    const values = [];
    for (let n = place + hop; n + 1 < samples.length; n += hop)
      values.push(Math.abs(samples[n + 1] - 2 * samples[n] + samples[n - 1]));
    medians.push(median(values));
  }
  return Math.max(...medians) / Math.max(1e-9, median(medians));
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Figures of a loop played through the preset at `path`, steered by `gesture`. */
export function playedFigures(path, loop, gesture, hop) {
  const input = readWav(loop);
  const output = renderLoop(path, loop, gesture);
  return {
    levelDb: loudnessLufs(output.samples, output.rate) - loudnessLufs(input.samples, input.rate),
    roughness: borderRoughness(output.samples, hop) / Math.max(1, borderRoughness(input.samples, hop)),
    sound: new DescriptorMeter(output.rate).measure(output.samples),
  };
}

/** Peak in dB of the loudest sound that the preset holds, without its output gain. */
export function heldPeakDb(preset) {
  return 20 * Math.log10(Math.max(...heldSounds(preset).map(({ peak }) => peak)));
}
