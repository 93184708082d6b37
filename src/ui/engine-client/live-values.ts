import { PARAMETERS } from '../../document/parameters.js';
import { TELEMETRY, TelemetryFrame, type TelemetryScalar } from '../../protocol/interface-frames.js';

/** Seconds after which a moving value is shown as standing: the engine sends about thirty a second. */
const FRESH_SECONDS = 0.5;
/** A hand's own value is shown until the engine's echo of it must have come. */
const ECHO_SECONDS = 0.25;

/**
 * What moves with the sound, outside React: written by the socket, read by the canvases at each animation frame.
 */
export class LiveValues {
  frame: TelemetryFrame | null = null;
  private receivedAt = -Infinity;
  private readonly handValues = new Float32Array(PARAMETERS.length);
  private readonly handUntil = new Float64Array(PARAMETERS.length).fill(-Infinity);

  /** @returns whether the message was telemetry. */
  receive(message: ArrayBuffer, now: number): boolean {
    const frame = TelemetryFrame.read(message, this.frame);
    if (frame === null) return false;
    this.frame = frame;
    this.receivedAt = now;
    return true;
  }

  /** Whether sound is reported right now. Times are in milliseconds of `performance.now()`. */
  fresh(now: number): boolean {
    return now - this.receivedAt < FRESH_SECONDS * 1000;
  }

  scalar(name: TelemetryScalar): number {
    return this.frame?.scalars[TELEMETRY[name]] ?? (/Load$/.test(name) ? 0 : -Infinity);
  }

  /** What this window's hand just set: shown at once, without waiting for the engine's echo. */
  setLocally(index: number, value: number, now: number): void {
    this.handValues[index] = value;
    this.handUntil[index] = now + ECHO_SECONDS * 1000;
  }

  /** The parameter's value as it should be drawn; `fallback` is the document's. */
  parameter(index: number, fallback: number, now: number): number {
    if ((this.handUntil[index] ?? -Infinity) > now) return this.handValues[index] ?? fallback;
    if (!this.fresh(now)) return fallback;
    return this.frame?.parameters[index] ?? fallback;
  }
}
