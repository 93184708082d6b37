import { isSame, matchInputs } from '../../document/input-identity.js';
import type { Input } from '../../document/input.js';

/** Assigns inputs to the tracks of a take. An input keeps its track while others are added, removed and restored. */
export class TakeTracks {
  private tracks: number[];
  private count: number;
  private readonly removed: { readonly input: Input; readonly track: number }[] = [];

  constructor(private inputs: readonly Input[]) {
    this.tracks = inputs.map((_, i) => i);
    this.count = inputs.length;
  }

  /** The track of each input. */
  get ofInputs(): readonly number[] {
    return this.tracks;
  }

  /** The input that plays a track now, or null where it was removed. */
  inputOf(track: number): number | null {
    const index = this.tracks.indexOf(track);
    return index < 0 ? null : index;
  }

  /** Follows a change of the document's inputs. @returns true where inputs were added or removed */
  follow(inputs: readonly Input[]): boolean {
    const before = this.inputs;
    this.inputs = inputs;
    if (inputs.length === before.length) return false;
    const kept = matchInputs(before, inputs);
    const tracks = this.tracks;
    before.forEach((input, i) => {
      const track = tracks[i];
      if (track !== undefined && !kept.includes(i)) this.removed.push({ input, track });
    });
    this.tracks = inputs.map((input, i) => {
      const from = kept[i] ?? null;
      return (from === null ? undefined : tracks[from]) ?? this.trackOfAdded(input);
    });
    return true;
  }

  /** The track that a restored input had before it was removed, or a new one. */
  private trackOfAdded(input: Input): number {
    const at = this.removed.findLastIndex((removed) => isSame(removed.input, input));
    const [restored] = at < 0 ? [] : this.removed.splice(at, 1);
    return restored?.track ?? this.count++;
  }
}
