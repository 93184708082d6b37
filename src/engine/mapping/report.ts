import type { Contradiction, Dataset } from './dataset.js';
import { statistics } from './dataset.js';
import type { Mapping } from './evaluate.js';
import type { TrainedDimension } from '../../document/trained.js';

/** An example that the fit misses, and by how much: what is heard there minus what was asked for. */
export interface Miss {
  readonly exampleId: string;
  /** In latent units. */
  readonly miss: number;
  /** |miss| relative to the spread of the dimension's latents among the examples. */
  readonly missRelative: number;
}

export interface DimensionReport {
  readonly dimension: number;
  readonly kind: TrainedDimension['kind'];
  /**
   * Weighted root mean square miss over the enabled examples, relative to the standard deviation of their latents
   * (to 1 where they all agree); 0 where nothing is mapped. Contradictions count: no fit can be right on both.
   */
  readonly errorRelative: number;
  /** Time of its own, with its share of what it has in common with other dimensions. */
  readonly trainMs: number;
  /** The example missed by most; null where nothing is mapped. */
  readonly worst: Miss | null;
}

export interface ExampleReport {
  readonly exampleId: string;
  /** Root mean square over the dimensions of the misses, each relative to its spread. */
  readonly missRelative: number;
  /** The dimension that misses it by most. */
  readonly worstDimension: number;
}

/** What the player is told after training. */
export interface TrainingReport {
  readonly dimensions: DimensionReport[];
  /** One entry per enabled example, in their order. */
  readonly examples: ExampleReport[];
  readonly contradictions: Contradiction[];
  readonly totalMs: number;
}

/** Spread below which latents count as all alike. */
const LEAST_SPREAD = 1e-9;

/** Plays every example through the mapping as it will be heard, and says how far off it is. */
export function reportFit(
  dataset: Dataset,
  mapping: Mapping,
  kinds: readonly TrainedDimension['kind'][],
  trainMs: ArrayLike<number>,
): Omit<TrainingReport, 'totalMs'> {
  const { examples, latentCount } = dataset;
  const heard = examples.map((example) => {
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
    const scale = spread > LEAST_SPREAD ? spread : 1;
    let square = 0;
    let worst: Miss | null = null;
    examples.forEach(({ id }, i) => {
      const miss = heard[i]![dimension]! - wanted[i]!;
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
