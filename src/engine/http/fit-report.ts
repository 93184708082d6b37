import type { MappingReport } from '../mapping/report.js';
import type { FitReport } from '../../protocol/interface.js';

/** Error, relative to the spread of the examples' latents, from which an example counts as missed: it can be heard. */
const AUDIBLE_MISS = 0.2;

/** A training's report for the page: errors per dimension, missed examples (largest error first), contradictions. */
export function fitReport(report: MappingReport): FitReport {
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
