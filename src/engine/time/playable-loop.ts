/** A kept loop as the streaming loop plays it. */
export interface PlayableLoop {
  readonly frames: number;
  /** Signals that were encoded at once. */
  readonly rows: number;
  /** Quarter notes of one round; null where it takes as long as its latent frames. */
  readonly beats: number | null;
  /** [frames, rows, latents]; the end joins the beginning. */
  readonly latents: Float32Array;
}

/** Which kept loops are blended, and with which shares (sum 1) of the first `count`. */
export interface LoopShares {
  readonly count: number;
  /** Slots, from 0. */
  readonly slots: Int32Array;
  readonly shares: Float64Array;
}

/** Whether two loops sound alike. Looks at every latent of equal ones; allocates nothing. */
export function haveEqualContent(one: PlayableLoop | null, other: PlayableLoop | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.frames !== other.frames || one.rows !== other.rows || one.beats !== other.beats) return false;
  if (one.latents.length !== other.latents.length) return false;
  for (let i = 0; i < one.latents.length; i += 1) if (one.latents[i] !== other.latents[i]) return false;
  return true;
}

/**
 * Adds a share of a kept loop to `into`, between two of its latent frames.
 * @param phase 0..1 of its round
 * @param dims latents of the model
 * @returns false, having added nothing, where the loop is not of such a model
 */
export function addLoop(
  loop: PlayableLoop,
  phase: number,
  share: number,
  dims: number,
  into: Float32Array,
): boolean {
  const { frames, rows, latents } = loop;
  if (latents.length !== frames * rows * dims) return false;
  const at = phase * frames;
  const first = Math.min(frames - 1, Math.floor(at));
  const mix = at - first;
  const second = (first + 1) % frames;
  for (let i = 0; i < into.length; i += 1) {
    // A model that is given more signals than the loop has plays the last one for them.
    const column = Math.min(rows - 1, Math.floor(i / dims)) * dims + (i % dims);
    const a = latents[first * rows * dims + column] as number;
    const b = latents[second * rows * dims + column] as number;
    into[i] = (into[i] as number) + share * (a + mix * (b - a));
  }
  return true;
}
