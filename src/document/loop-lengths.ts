/** One length of the latent loop, in exactly one unit. A beat is a quarter note; the host says how many of them a bar has. */
export interface LoopLength {
  /** As presets store it, and as hosts show it. Never changes. */
  readonly id: string;
  readonly beats?: number;
  readonly bars?: number;
  readonly seconds?: number;
}

/** The lengths that a player can choose, in the order of the parameter's steps. Append only: hosts store automation by position. */
export const LOOP_LENGTHS = [
  { id: '1/4 beat', beats: 0.25 },
  { id: '1/2 beat', beats: 0.5 },
  { id: '1 beat', beats: 1 },
  { id: '2 beats', beats: 2 },
  { id: '1 bar', bars: 1 },
  { id: '2 bars', bars: 2 },
  { id: '4 bars', bars: 4 },
  { id: '8 bars', bars: 8 },
  { id: '0.1 s', seconds: 0.1 },
  { id: '0.25 s', seconds: 0.25 },
  { id: '0.5 s', seconds: 0.5 },
  { id: '1 s', seconds: 1 },
  { id: '2 s', seconds: 2 },
  { id: '4 s', seconds: 4 },
  { id: '8 s', seconds: 8 },
] as const satisfies readonly LoopLength[];

export type LoopLengthId = (typeof LOOP_LENGTHS)[number]['id'];

export const LOOP_LENGTH_IDS = LOOP_LENGTHS.map(({ id }) => id) as [LoopLengthId, ...LoopLengthId[]];

/** The length of a new instrument. */
export const DEFAULT_LOOP_LENGTH: LoopLengthId = '1 bar';
