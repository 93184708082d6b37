import { z } from 'zod';
import { TillerError } from '../../document/tiller-error.js';
import { MAX_INPUTS, MAX_LATENTS } from '../../document/limits.js';
import type { Dataset } from './dataset.js';
import { prepareDataset } from './dataset.js';
import { compileMapping } from './evaluate.js';
import { fitGroup } from './fit.js';
import { pack } from '../../document/packing.js';
import type { TrainingReport } from './report.js';
import { reportFit, type MappingReport } from './report.js';
import type { RegressorSettings } from '../../document/learning.js';
import { learningSchema } from '../../document/learning.js';
import { examplesSchema, type Example } from '../../document/example.js';
import type { TrainedDimension, TrainedMapping } from '../../document/trained.js';

export type { TrainingReport };

export const trainingRequestSchema = z.strictObject({
  examples: examplesSchema,
  learning: learningSchema,
  inputCount: z.number().int().min(1).max(MAX_INPUTS),
  latentCount: z.number().int().min(1).max(MAX_LATENTS),
});
export type TrainingRequest = z.infer<typeof trainingRequestSchema>;

export interface TrainingControl {
  /** Called after each dimension with the number of trained dimensions and of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called between the iterations of a fit; true cancels the training. */
  readonly shouldStop?: () => boolean;
}

export interface TrainingResult {
  readonly trained: TrainedMapping;
  readonly report: TrainingReport;
}

/** Latents that differ by less than this, relative to their magnitude, are equal. */
const MIN_SPREAD = 1e-9;

/**
 * Trains one regressor per latent dimension. The same request gives the same bits of `trained` on every machine; only the times
 * in the report differ. Without enabled examples no dimension is mapped; with one point, or equal latents, a dimension is a
 * constant. Examples at the same point are merged, with the weighted mean of their latents. Every enabled example is used
 * for the fit; none is held out. Blocks its thread; `Trainer` does the same in a worker.
 *
 * @throws TillerError `argument-invalid` where an enabled example has another number of inputs or latents,
 * `training-cancelled` where `shouldStop` returns true
 */
export function trainMapping(request: TrainingRequest, control: TrainingControl = {}): TrainingResult {
  const { learning, inputCount, latentCount } = request;
  const startedMs = performance.now();
  const checkpoint = () => {
    if (control.shouldStop?.() === true) {
      throw new TillerError('training-cancelled', 'The training was cancelled.');
    }
  };
  const dataset = prepareDataset(request.examples, inputCount, latentCount);
  const dimensions = Array.from({ length: latentCount }, (): TrainedDimension => ({ kind: 'none' }));
  const trainMs = new Float64Array(latentCount);
  const groups = new Map<string, { settings: RegressorSettings; members: number[] }>();
  let done = latentCount;
  dimensions.forEach((_, d) => {
    const constant = commonValue(dataset, d);
    if (constant !== undefined) dimensions[d] = { kind: 'constant', value: constant, errorRelative: 0 };
    if (constant !== undefined || dataset.points === 0) return;
    const settings = learning.perDimension[String(d)] ?? learning.shared;
    const key = JSON.stringify(settings);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { settings, members: [d] });
    else group.members.push(d);
    done--;
  });

  for (const { settings, members } of groups.values()) {
    checkpoint();
    let from = performance.now();
    const { order, fit } = fitGroup(settings, dataset, members, checkpoint);
    const sharedMs = performance.now() - from;
    for (const d of order) {
      checkpoint();
      from = performance.now();
      dimensions[d] = fit(d);
      trainMs[d] = performance.now() - from + sharedMs / members.length;
      control.onProgress?.(++done, latentCount);
    }
  }

  const needsPoints = dimensions.some(({ kind }) => kind === 'gp' || kind === 'knn');
  const trained: TrainedMapping = {
    inputs: inputCount,
    centre: dataset.centre,
    scale: dataset.scale,
    points: needsPoints
      ? {
          count: dataset.points,
          inputs: pack(dataset.inputs, 'float32'),
          weights: pack(dataset.weights, 'float32'),
        }
      : null,
    dimensions,
  };
  const kinds = dimensions.map(({ kind }) => kind);
  const report = reportFit(dataset, compileMapping(trained), kinds, trainMs);
  report.dimensions.forEach(({ errorRelative }, d) => {
    const dimension = dimensions[d]!;
    if (dimension.kind !== 'none') dimension.errorRelative = errorRelative;
  });
  return { trained, report: { ...report, totalMs: performance.now() - startedMs } };
}

/** The common value of a dimension's targets; undefined where they differ or there are none. */
function commonValue(dataset: Dataset, dimension: number): number | undefined {
  const targets = dataset.targets[dimension]!;
  if (targets.length === 0) return undefined;
  const low = Math.min(...targets);
  const high = Math.max(...targets);
  const tolerance = MIN_SPREAD * Math.max(1, Math.abs(low), Math.abs(high));
  return high - low <= tolerance ? Math.fround(targets[0]!) : undefined;
}

/** Beyond this many examples the fit of a mapping that came with a preset is not measured: it would hold up the main thread. */
const MOST_REPORTED_EXAMPLES = 128;

/**
 * The fit of a mapping that was learned before, as from a preset.
 * @returns null where it does not belong to these examples, or there are too many of them
 */
export function reportMapping(trained: TrainedMapping, examples: readonly Example[]): MappingReport | null {
  if (examples.length > MOST_REPORTED_EXAMPLES) return null;
  const mapping = compileMapping(trained);
  const fits = examples.every(
    ({ inputs, latents }) => inputs.length === mapping.inputs && latents.length === mapping.latents,
  );
  if (!fits || !examples.some(({ enabled }) => enabled)) return null;
  const kinds = trained.dimensions.map(({ kind }) => kind);
  const dataset = prepareDataset(examples, mapping.inputs, mapping.latents);
  return { ...reportFit(dataset, mapping, kinds, new Float64Array(kinds.length)), totalMs: null };
}
