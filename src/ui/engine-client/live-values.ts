import { movesByItself, type Input } from '../../document/input.js';
import { PARAMETER_INDEX, PARAMETERS } from '../../document/parameters.js';
import { ECHO_MILLISECONDS } from './recent.js';
import { TELEMETRY, TelemetryFrame, type TelemetryScalar } from '../../protocol/interface-frames.js';

/** Telemetry older than this no longer counts; the engine sends it about thirty times a second while audio runs. */
const MAX_AGE_SECONDS = 0.5;

/**
 * The values that change while audio runs. They bypass React: the socket writes them, the canvases read them at every animation
 * frame. All times are in milliseconds of `performance.now()`.
 */
export class LiveValues {
  /** The latest telemetry frame; null before the first one. The same object is reused while its size stays. */
  frame: TelemetryFrame | null = null;
  private receivedAt = -Infinity;
  private readonly localValues = new Float32Array(PARAMETERS.length);
  private readonly localUntil = new Float64Array(PARAMETERS.length).fill(-Infinity);
  /** Counts the values set on this page; for each parameter, the number of the last one. */
  private sets = 0;
  private readonly lastSet = new Float64Array(PARAMETERS.length);

  /**
   * Takes a binary message of the engine.
   * @returns whether it was a telemetry frame
   */
  receive(message: ArrayBuffer, now: number): boolean {
    const frame = TelemetryFrame.read(message, this.frame);
    if (frame === null) return false;
    this.frame = frame;
    this.receivedAt = now;
    return true;
  }

  /** Whether telemetry is arriving, that is, audio runs. */
  isCurrent(now: number): boolean {
    return now - this.receivedAt < MAX_AGE_SECONDS * 1000;
  }

  /** A scalar of the latest telemetry; before the first, 0 for loads and -Infinity (silence) for levels. */
  scalar(name: TelemetryScalar): number {
    return this.frame?.scalars[TELEMETRY[name]] ?? (/Load$/.test(name) ? 0 : -Infinity);
  }

  /**
   * Sets a parameter on this page, in its own unit: `parameter` returns it until telemetry must have caught up.
   * @param confirmed resolves when the engine has confirmed the value; null for one of a running gesture, which others follow
   */
  setLocally(index: number, value: number, now: number, confirmed: Promise<void> | null = null): void {
    this.localValues[index] = value;
    this.localUntil[index] = confirmed === null ? now + ECHO_MILLISECONDS : Infinity;
    const set = ++this.sets;
    this.lastSet[index] = set;
    void confirmed?.then(() => {
      if (this.lastSet[index] === set) this.localUntil[index] = performance.now() + ECHO_MILLISECONDS;
    });
  }

  /**
   * The value to show of a parameter, in its own unit.
   * @param index place in `PARAMETERS`
   * @param fallback the document's value, returned while no telemetry arrives
   */
  parameter(index: number, fallback: number, now: number): number {
    if ((this.localUntil[index] ?? -Infinity) > now) return this.localValues[index] ?? fallback;
    if (!this.isCurrent(now)) return fallback;
    return this.frame?.parameters[index] ?? fallback;
  }

  /**
   * The value to show of an input, 0..1. One that moves by itself rests where it was heard last, where a capture places it.
   * @param index of the input, from 0; 0.5 where the document has no such input
   */
  input(index: number, input: Pick<Input, 'source' | 'value'> | undefined, now: number): number {
    const parameter = PARAMETER_INDEX.input + index;
    if (input === undefined) return 0.5;
    if (movesByItself(input)) return this.frame?.parameters[parameter] ?? input.value;
    return this.parameter(parameter, input.value, now);
  }

  /** What 0 and 1 mean of an input that follows the audio, in its descriptor's unit; null before that is known. */
  audioRange(index: number): [low: number, high: number] | null {
    const low = this.frame?.audioRanges[2 * index] ?? NaN;
    const high = this.frame?.audioRanges[2 * index + 1] ?? NaN;
    return low < high ? [low, high] : null;
  }
}
