import type { StreamCommand } from '../session/commands.js';

/** Scheduling jitter that every answer is allowed, beyond one block, in seconds. */
const JITTER_SECONDS = 0.004;
/** A call of the model may take this share of the audio that it covers before an answer comes too late. */
const CALL_SHARE = 0.5;

/**
 * How much later than one block the plugin waits for an answer. The block that completes a model call is answered only
 * after the whole call, so the margin grows with the length of the call; it depends on the model and its settings
 * alone, never on a measurement, so that a session has the same latency on every machine.
 */
export class MarginKeeper {
  /** Of the stream, in Hz. */
  rate = 0;
  private hopSeconds = 0;
  private frames = 1;

  follow(command: StreamCommand): void {
    if (command.type === 'load')
      this.hopSeconds = command.model ? command.model.manifest.hop / command.model.manifest.sampleRate : 0;
    else if (command.type === 'output') this.frames = command.output.framesPerCall;
  }

  get samples(): number {
    return Math.ceil(this.rate * (JITTER_SECONDS + this.hopSeconds * this.frames * CALL_SHARE));
  }
}
