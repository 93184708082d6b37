/** Latent frames that a track gave lately: so many, which is the last half minute at thirty reports a second. */
const MOST_FRAMES = 900;
/** Fewer are not enough of a track to make a map of it. */
const LEAST_FRAMES = 90;
/** Softer input is silence, in dB re full scale. */
const SILENT_DB = -60;

/** What the encoder gave for the track lately, without its silence. Main thread. */
export class HeardFrames {
  private frames: Float32Array[] = [];

  /** @param encoded of one latent frame @param inputRmsDb of the audio around it, [left, right] */
  add(encoded: Float32Array, inputRmsDb: readonly number[]): void {
    if (Math.max(...inputRmsDb) < SILENT_DB || !encoded.every(Number.isFinite)) return;
    // Of another model, which had not left yet when it was reported.
    if (encoded.length !== this.frames[0]?.length) this.clear();
    this.frames.push(encoded);
    if (this.frames.length > MOST_FRAMES) this.frames.shift();
  }

  /** Another model plays from now on. */
  clear(): void {
    this.frames = [];
  }

  /** Oldest first; none where they are too few. @param latentDims those of a model with another number are left out */
  take(latentDims: number): number[][] {
    if (this.frames.length < LEAST_FRAMES || this.frames[0]?.length !== latentDims) return [];
    return this.frames.map((frame) => Array.from(frame));
  }
}
