import { TillerError } from '../../../src/document/tiller-error.js';
import type { TrainingRequest, TrainingResult } from '../../../src/engine/mapping/train.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import type { ModelManifest } from '../../../src/engine/model/manifest.js';
import type { Telemetry } from '../../../src/engine/stream/messages.js';

/** What an instrument's tests know of a model: three latents. */
export const manifest = {
  name: 'sample',
  sha256: 'ab'.repeat(32),
  latentRanges: [
    [-2, 2],
    [-2, 2],
    [-2, 2],
  ],
} as unknown as ModelManifest;

/** Trains in this thread when `finish` is called, as the worker would later. */
export class HeldTrainer {
  waiting: {
    request: TrainingRequest;
    resolve: (result: TrainingResult) => void;
    reject: (error: unknown) => void;
  }[] = [];
  train(request: TrainingRequest): Promise<TrainingResult> {
    this.cancel();
    return new Promise((resolve, reject) => this.waiting.push({ request, resolve, reject }));
  }
  cancel(): void {
    for (const { reject } of this.waiting.splice(0))
      reject(new TillerError('training-cancelled', 'cancelled'));
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  async finish(): Promise<void> {
    for (const { request, resolve } of this.waiting.splice(0)) resolve(trainMapping(request));
    await settled();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What the streaming worker says of a moment in which `decoded` sounds. */
export function telemetry(decoded: number[]): { type: 'telemetry' } & Telemetry {
  const values = Float32Array.from(decoded);
  return {
    type: 'telemetry',
    encoded: values,
    mapped: values,
    decoded: values,
    inputPeakDb: [0, 0],
    outputPeakDb: [0, 0],
    inputRmsDb: [0, 0],
    outputRmsDb: [0, 0],
    gainReductionDb: 0,
    modelLoad: 0,
    totalLoad: 0,
    faults: 0,
  };
}
