import type { EngineMargin } from '../../document/output.js';

interface Allowance {
  /** Scheduling jitter that every answer is allowed, beyond one block, in seconds. */
  readonly jitterSeconds: number;
  /** A call of the model may take this share of the audio that it covers before an answer comes too late. */
  readonly callShare: number;
}

/** Tight suits models that take a tenth of real time on a quiet machine; safe, ones that take up to half. */
const ALLOWANCES: Readonly<Record<EngineMargin, Allowance>> = {
  tight: { jitterSeconds: 0.001, callShare: 0.15 },
  normal: { jitterSeconds: 0.002, callShare: 0.3 },
  safe: { jitterSeconds: 0.004, callShare: 0.5 },
};

/**
 * How much later than one block the plugin waits for an answer, in samples. The block that completes a model call is
 * answered only after the whole call, so the margin grows with the length of the call.
 * @param rate of the stream, in Hz
 * @param callSeconds audio that one call of the model covers; 0 without a model
 */
export function marginSamples(margin: EngineMargin, rate: number, callSeconds: number): number {
  const { jitterSeconds, callShare } = ALLOWANCES[margin];
  return Math.ceil(rate * (jitterSeconds + callSeconds * callShare));
}
