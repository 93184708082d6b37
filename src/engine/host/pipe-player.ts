import type { EngineMargin } from '../../document/output.js';
import type { StreamCommand } from '../stream/messages.js';
import type { MusicalTime } from '../time/musical-time.js';

/** What the plugin's loop needs of the player. See `Player`. Streaming thread. */
export interface PipePlayer {
  apply(command: StreamCommand): unknown;
  prepare(rate: number, maxBlock: number, channels: 1 | 2): number;
  midi(offsetSamples: number, status: number, data1: number, data2: number): void;
  parameter(offsetSamples: number, index: number, value: number): void;
  process(input: Float32Array[], output: Float32Array[], frames: number): void;
  setOffline(offline: boolean): void;
  setTime(time: Readonly<MusicalTime>): void;
  /** Applies the parameters that are queued at once. */
  takeNow(): void;
  readonly latencySamples: number;
  readonly callSeconds: number;
  readonly margin: EngineMargin;
  /** True once a block was played since `prepare`. */
  readonly hasStarted: boolean;
  /** Settles when the model that is being opened plays; null while none is. */
  readonly loading: Promise<void> | null;
}
