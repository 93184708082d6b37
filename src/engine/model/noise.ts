/**
 * Where a model's random operations draw from. Implementations are deterministic: the same seed and the same
 * sequence of calls give the same bits. `width` in 0..1 says how far the second side of a batch of two may
 * depart from the first: 0 copies it, 1 is independent (the variance is kept in between).
 */
export interface NoiseSource {
  /** Fills `out` with `batch` equal parts of values in 0..1. */
  uniform(out: Float32Array, batch: number): void;
  /** Fills `out` with `batch` equal parts of standard normal values. */
  normal(out: Float32Array, batch: number): void;
  /** Back to the first value. */
  restart(): void;
}
