/** One measured figure, with its limit and the figure of a peer from the same run. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly p99: number;
  /** Limit of the design. */
  readonly bar?: number;
  /** Whether `bar` is the most or the least that is allowed. */
  readonly barKind?: 'max' | 'min';
  /** The same work by another program, in the same run; `ratio` is its median over ours. */
  readonly peer?: { readonly name: string; readonly median: number; readonly ratio: number };
  readonly note?: string;
}

/** Median and 99th percentile (nearest rank) of measurements. */
export function summarise(samples: readonly number[]): { median: number; p99: number } {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { median: rank(0.5), p99: rank(0.99) };
}
