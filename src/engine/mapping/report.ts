import type { Contradiction, Dataset } from './dataset.js';
import { statistics } from './dataset.js';
import type { Mapping } from './evaluate.js';
import type { TrainedDimension } from '../../document/trained.js';

/** The error of one dimension at one example. */
export interface Miss {
  readonly exampleId: string;
  /** The mapping's latent minus the example's, in latent units. */
  readonly miss: number;
  /** |miss| relative to the standard deviation of the dimension's latents over the examples (to 1 where they are equal). */
  readonly missRelative: number;
}

export interface DimensionReport {
  readonly dimension: number;
  readonly kind: TrainedDimension['kind'];
  /**
   * Weighted RMS error over the enabled examples, relative to the standard deviation of their latents (to 1 where they are
   * equal); 0 where nothing is mapped. Contradicting examples count, though no fit can meet them.
   */
  readonly errorRelative: number;
  /** Training time in milliseconds, with a share of the steps that are common to several dimensions. */
  readonly trainMs: number;
  /** The example with the largest error; null where nothing is mapped. */
  readonly worst: Miss | null;
}

export interface ExampleReport {
  readonly exampleId: string;
  /** RMS over the dimensions of `missRelative`. */
  readonly missRelative: number;
  /** The dimension with the largest relative error. */
  readonly worstDimension: number;
}

/** Result of a training, for the player. */
export interface TrainingReport {
  readonly dimensions: DimensionReport[];
  /** One entry per enabled example, in their order. */
  readonly examples: ExampleReport[];
  readonly contradictions: Contradiction[];
  readonly totalMs: number;
}

/** The fit of a mapping, of which the training is not known where it came with a preset. */
export type MappingReport = Omit<TrainingReport, 'totalMs'> & { readonly totalMs: number | null };

/** Standard deviation below which latents count as equal. */
const MIN_SPREAD = 1e-9;

/** Evaluates the mapping at every example and reports its errors. */
export function reportFit(
  dataset: Dataset,
  mapping: Mapping,
  kinds: readonly TrainedDimension['kind'][],
  trainMs: ArrayLike<number>,
): Omit<TrainingReport, 'totalMs'> {
  const { examples, latentCount } = dataset;
  const outputs = examples.map((example) => {
    const out = new Float64Array(latentCount);
    mapping.evaluate(Float64Array.from(example.inputs), out);
    return out;
  });
  const weights = examples.map(({ weight }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const squares = new Float64Array(examples.length);
  const worstDimension = new Int32Array(examples.length);
  const worstMiss = new Float64Array(examples.length).fill(-1);

  const dimensions = kinds.map((kind, dimension): DimensionReport => {
    const wanted = examples.map(({ latents }) => latents[dimension]!);
    const { spread } = statistics(wanted, weights);
    const scale = spread > MIN_SPREAD ? spread : 1;
    let square = 0;
    let worst: Miss | null = null;
    examples.forEach(({ id }, i) => {
      const miss = outputs[i]![dimension]! - wanted[i]!;
      const missRelative = Math.abs(miss) / scale;
      square += (weights[i]! / total) * missRelative ** 2;
      squares[i] = squares[i]! + missRelative ** 2;
      if (worst === null || missRelative > worst.missRelative) worst = { exampleId: id, miss, missRelative };
      if (missRelative <= worstMiss[i]!) return;
      worstMiss[i] = missRelative;
      worstDimension[i] = dimension;
    });
    return { dimension, kind, errorRelative: Math.sqrt(square), trainMs: trainMs[dimension]!, worst };
  });
  return {
    dimensions,
    examples: examples.map(({ id }, i) => ({
      exampleId: id,
      missRelative: Math.sqrt(squares[i]! / latentCount),
      worstDimension: worstDimension[i]!,
    })),
    contradictions: dataset.contradictions,
  };
}
