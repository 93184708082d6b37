import { PARAMETERS } from '../../document/parameters.js';
import { withParameter, type Automated } from '../../document/parameter-values.js';

const ALL: readonly number[] = PARAMETERS.map((_, index) => index);

/**
 * Which parameters automation or MIDI has moved since the document last set them. The document learns of moves a moment later:
 * what it sends meanwhile must not undo them, and an older move must not be reported over what it has set since.
 *
 * Commands of the document that set parameters are numbered in the order in which they arrive, and each move knows how many had
 * arrived before it. Of a command and a move, the one that arrived later counts, however late the command is applied (it may
 * wait for a model). One thread.
 */
export class MovedParameters {
  /** By index, in the parameter's own unit; NaN where the document's value plays. */
  private readonly playing = new Float64Array(PARAMETERS.length).fill(NaN);
  /** The same of what is not reported yet; NaN where there is nothing to report. */
  private readonly unreported = new Float64Array(PARAMETERS.length).fill(NaN);
  /** By index: commands that had arrived before the last move. */
  private readonly arrivedBefore = new Float64Array(PARAMETERS.length);
  private arrived = 0;
  private hasUnreported = false;

  /**
   * A command of the document has arrived that sets the parameters `sets`.
   * @returns its number, for when it is applied
   */
  arrive(sets: readonly number[] = ALL): number {
    for (const index of sets) this.unreported[index] = NaN;
    this.arrived += 1;
    return this.arrived;
  }

  /** Automation or MIDI moves a parameter. @param value in the parameter's own unit */
  move(index: number, value: number): void {
    this.playing[index] = value;
    this.unreported[index] = value;
    this.arrivedBefore[index] = this.arrived;
    this.hasUnreported = true;
  }

  /**
   * The document's command `number` is applied and sets one parameter.
   * @returns false where the parameter was moved after the command had arrived: then the move counts
   */
  set(index: number, number: number): boolean {
    if (!Number.isNaN(this.playing[index]) && (this.arrivedBefore[index] as number) >= number) return false;
    this.playing[index] = NaN;
    return true;
  }

  /**
   * @param settings of the document, whose command `number` sets the parameters `sets` with them
   * @param onSet called with each parameter that the command sets indeed
   * @returns `settings`, with what plays of the other parameters
   */
  keptIn(
    settings: Automated,
    number: number,
    sets: readonly number[] = ALL,
    onSet: (index: number) => void = () => undefined,
  ): Automated {
    for (const index of sets) if (this.set(index, number)) onSet(index);
    let kept = settings;
    this.playing.forEach((value, index) => {
      if (!Number.isNaN(value)) kept = withParameter(kept, index, value);
    });
    return kept;
  }

  /** What has moved since the last call, and how many commands had arrived by then; null where nothing has. */
  takeReport(): { commandsArrived: number; parameters: { index: number; value: number }[] } | null {
    if (!this.hasUnreported) return null;
    this.hasUnreported = false;
    const parameters: { index: number; value: number }[] = [];
    for (let index = 0; index < this.unreported.length; index++) {
      const value = this.unreported[index] as number;
      if (!Number.isNaN(value)) parameters.push({ index, value });
    }
    this.unreported.fill(NaN);
    return parameters.length > 0 ? { commandsArrived: this.arrived, parameters } : null;
  }
}
