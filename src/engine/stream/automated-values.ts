import { PARAMETERS } from '../../document/parameters.js';
import { withParameter, type Automated } from '../../document/parameter-values.js';

const ALL = PARAMETERS.map((_, index) => index);

/**
 * What plays of the parameters that automation or a hand has moved since the document last set them. The document
 * hears of those a moment later, and what it sends meanwhile must not undo them. One thread.
 */
export class PlayingValues {
  /** By index, in the parameter's own unit; NaN where what the document says plays. */
  private readonly values = new Float64Array(PARAMETERS.length).fill(NaN);

  /** It moved beside the document. */
  move(index: number, value: number): void {
    this.values[index] = value;
  }

  /** The document sets it. */
  set(index: number): void {
    this.values[index] = NaN;
  }

  /** `settings` of the document, which sets the parameters `sets` with them, and of the others what plays. */
  keptIn(settings: Automated, sets: readonly number[] = ALL): Automated {
    for (const index of sets) this.set(index);
    let kept = settings;
    this.values.forEach((value, index) => {
      if (!Number.isNaN(value)) kept = withParameter(kept, index, value);
    });
    return kept;
  }
}
