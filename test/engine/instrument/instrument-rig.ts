import { TillerError } from '../../../src/document/tiller-error.js';
import type { TrainingRequest, TrainingResult } from '../../../src/engine/mapping/train.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import type { ModelManifest } from '../../../src/engine/model/manifest.js';
import type { Telemetry } from '../../../src/engine/stream/messages.js';

/** The manifest of a model of three latents, as far as an instrument reads it. */
export const manifest = {
  name: 'sample',
  sha256: 'ab'.repeat(32),
  latentRanges: [
    [-2, 2],
    [-2, 2],
    [-2, 2],
  ],
} as unknown as ModelManifest;

/** A trainer whose trainings end when the test calls `finish` or `fail`. */
export class ManualTrainer {
  waiting: {
    request: TrainingRequest;
    resolve: (result: TrainingResult) => void;
    reject: (error: unknown) => void;
  }[] = [];
  /** Trainings that were started so far. */
  started = 0;
  train(request: TrainingRequest): Promise<TrainingResult> {
    this.started += 1;
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
    await nextTurn();
  }
  async fail(): Promise<void> {
    for (const { reject } of this.waiting.splice(0)) reject(new TillerError('training-failed', 'It failed.'));
    await nextTurn();
  }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A telemetry report with `decoded` as the latents of the last latent frame, and `inputs` as what its mapping got. */
export function telemetry(decoded: number[], inputs: number[] = []): { type: 'telemetry' } & Telemetry {
  const values = Float32Array.from(decoded);
  return {
    type: 'telemetry',
    inputs: Float32Array.from(inputs),
    audioRanges: new Float32Array(32).fill(NaN),
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
    modelRests: false,
    faults: 0,
    time: { tempo: 90, playing: true, beat: -1.5, beatsPerBar: 4, songSample: NaN },
  };
}
