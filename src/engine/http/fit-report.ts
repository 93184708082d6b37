import type { TrainingReport } from '../mapping/train.js';
import type { FitReport } from '../../protocol/interface.js';

/** Share of the examples' spread from which a miss can be heard, and is shown. */
const AUDIBLE_MISS = 0.2;

/** What the page shows of a training: errors per dimension, and the examples that the fit passes by. */
export function fitReport(report: TrainingReport): FitReport {
  return {
    milliseconds: report.totalMs,
    dimensions: report.dimensions.map(({ dimension, kind, errorRelative }) => ({
      dimension,
      kind,
      errorRelative,
    })),
    missed: report.examples
      .filter(({ missRelative }) => missRelative > AUDIBLE_MISS)
      .sort((a, b) => b.missRelative - a.missRelative)
      .map(({ exampleId, worstDimension, missRelative }) => ({
        example: exampleId,
        dimension: worstDimension,
        missRelative,
      })),
    contradictions: report.contradictions.map(({ exampleIds }) => exampleIds),
  };
}
