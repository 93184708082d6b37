import { loadKernel } from './kernel.js';
import { WASM_BASE64 } from './polyphase.wasm.js';

/** Exports of polyphase.wat, where the parameters are described. */
export interface PolyphaseExports {
  convolve(
    rows: number,
    rowBytes: number,
    phases: number,
    samples: number,
    phase: number,
    denominator: number,
    wholeStep: number,
    phaseStep: number,
    output: number,
    count: number,
  ): void;
}

/** `loadKernel` of the polyphase filter. */
export const loadPolyphase = (lengths: readonly number[]) =>
  loadKernel<PolyphaseExports>(WASM_BASE64, lengths);
