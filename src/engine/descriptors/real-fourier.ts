import { loadKernel } from '../audio/simd/kernel.js';
import { WASM_BASE64 } from './fourier.wasm.js';

/** Exports of fourier.wat, where the parameters are described. */
interface FourierExports {
  first(from: number, to: number, turns: number, plane: number): void;
  later(from: number, to: number, turns: number, plane: number, run: number): void;
  halves(from: number, to: number, plane: number): void;
  powers(from: number, to: number, turns: number, plane: number): void;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * Fourier transform of a real signal: a complex one of half the size, of even samples as real and odd ones as imaginary parts, whose
 * halves are then taken apart. In single precision, by WebAssembly, with the same bits on every machine. One thread;
 * allocates nothing after construction.
 */
export class RealFourier {
  /** The even samples of the signal, then the odd ones: to be filled before each transform, which overwrites them. */
  readonly signal: Float32Array;
  /** The power of each bin, from 0 Hz to half the rate, `size / 2 + 1`. */
  readonly power: Float32Array;
  private readonly half: number;
  private readonly other: Float32Array;
  private readonly turns: Float32Array;
  private readonly binTurns: Float32Array;
  private readonly kernel: FourierExports;

  /** @param size samples of the signal, a power of two from 32 on */
  constructor(readonly size: number) {
    const half = size / 2;
    this.half = half;
    const lengths = [size, size, (6 * half) / 4, half, half + 1];
    const { exports, arrays } = loadKernel<FourierExports>(WASM_BASE64, lengths);
    this.kernel = exports;
    const at = (i: number) => arrays[i] as Float32Array;
    this.signal = at(0);
    this.other = at(1);
    this.turns = at(2);
    this.binTurns = at(3);
    this.power = at(4);
    const quarter = half / 4;
    for (let factor = 1; factor <= 3; factor += 1)
      writeTurns(
        this.turns.subarray((2 * factor - 2) * quarter, 2 * factor * quarter),
        (-2 * Math.PI * factor) / half,
      );
    writeTurns(this.binTurns, (-2 * Math.PI) / size);
  }

  /** Transforms `signal` and writes `power`. */
  run(): void {
    const { half, kernel, binTurns, power } = this;
    const transformed = this.transform();
    kernel.powers(transformed.byteOffset, power.byteOffset, binTurns.byteOffset, half * BYTES);
    const first = transformed[0] as number;
    const last = transformed[half] as number;
    const middle = half / 2;
    power[0] = (first + last) * (first + last);
    power[half] = (first - last) * (first - last);
    power[middle] = (transformed[middle] as number) ** 2 + (transformed[half + middle] as number) ** 2;
  }

  /** The complex transform. @returns real parts, then imaginary ones */
  private transform(): Float32Array {
    const { kernel, signal, other, turns, half } = this;
    const plane = half * BYTES;
    const one = signal.byteOffset;
    const two = other.byteOffset;
    kernel.first(one, two, turns.byteOffset, plane);
    let isInSignal = false;
    let run = 4 * BYTES;
    for (; 4 * run <= plane; run *= 4) {
      kernel.later(isInSignal ? one : two, isInSignal ? two : one, turns.byteOffset, plane, run);
      isInSignal = !isInSignal;
    }
    if (run < plane) {
      kernel.halves(isInSignal ? one : two, isInSignal ? two : one, plane);
      isInSignal = !isInSignal;
    }
    return isInSignal ? signal : other;
  }
}

/** Fills the first half with the cosines of 0, `angle`, twice it and so on, and the second half with their sines. */
function writeTurns(turns: Float32Array, angle: number): void {
  const half = turns.length / 2;
  for (let i = 0; i < half; i += 1) {
    turns[i] = Math.cos(angle * i);
    turns[half + i] = Math.sin(angle * i);
  }
}
