import FFT from 'fft.js';
import { PNG } from 'pngjs';

const SIZE = 2048;
const HEIGHT = 256;
const FLOOR_DB = -90;

/** Level in dB at a fractional bin, interpolated; 0 dB is a sine of amplitude 1. */
function levelDb(spectrum: readonly number[], bin: number): number {
  const below = Math.min(SIZE / 2 - 2, Math.floor(bin));
  const magnitude = (k: number) => Math.hypot(spectrum[2 * k] ?? 0, spectrum[2 * k + 1] ?? 0) / (SIZE / 4);
  const mix = bin - below;
  return 20 * Math.log10((1 - mix) * magnitude(below) + mix * magnitude(below + 1) + 1e-9);
}

function transform(
  samples: Float32Array,
  centre: number,
  fft: FFT,
  scratch: { frame: number[]; out: number[] },
) {
  for (let i = 0; i < SIZE; i++) {
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE);
    scratch.frame[i] = hann * (samples[centre - SIZE / 2 + i] ?? 0);
  }
  fft.realTransform(scratch.out, scratch.frame);
}

/** Colour of a level 0..1, from dark blue to pale yellow, with approximately even steps of lightness. */
function colour(level: number): [number, number, number] {
  const stops: [number, number, number][] = [
    [12, 12, 20],
    [42, 36, 92],
    [28, 120, 140],
    [236, 172, 72],
    [250, 244, 230],
  ];
  const at = Math.min(Math.max(level, 0), 0.9999) * (stops.length - 1);
  const low = stops[Math.floor(at)] ?? [0, 0, 0];
  const high = stops[Math.floor(at) + 1] ?? low;
  const mix = at - Math.floor(at);
  return [0, 1, 2].map((i) => Math.round((low[i] ?? 0) * (1 - mix) + (high[i] ?? 0) * mix)) as [
    number,
    number,
    number,
  ];
}

/**
 * Spectrograms of several signals above each other over one time axis, as PNG bytes: logarithmic frequency from 40 Hz, level as
 * colour from dark to pale.
 *
 * @param sounds mono signals
 * @param rate in Hz
 * @param width of the picture in pixels
 */
export function spectrogramPng(sounds: readonly Float32Array[], rate: number, width = 900): Buffer {
  const fft = new FFT(SIZE);
  const scratch = { frame: new Array<number>(SIZE).fill(0), out: fft.createComplexArray() };
  const gap = 6;
  const picture = new PNG({ width, height: sounds.length * (HEIGHT + gap) - gap });
  picture.data.fill(255);
  const longest = Math.max(...sounds.map((sound) => sound.length));
  const lowest = 40;
  const highest = rate / 2;
  sounds.forEach((sound, row) => {
    for (let x = 0; x < width; x++) {
      transform(sound, Math.round((x / width) * longest), fft, scratch);
      for (let y = 0; y < HEIGHT; y++) {
        const hertz = lowest * (highest / lowest) ** (1 - (y + 0.5) / HEIGHT);
        const db = levelDb(scratch.out, (hertz / rate) * SIZE);
        const [red, green, blue] = colour(1 - db / FLOOR_DB);
        picture.data.set([red, green, blue, 255], 4 * ((row * (HEIGHT + gap) + y) * width + x));
      }
    }
  });
  return PNG.sync.write(picture);
}
