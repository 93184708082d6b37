import { createNanoEvents } from 'nanoevents';
import { TillerError } from '../../document/tiller-error.js';
import type { HostLatencyState } from '../../protocol/interface.js';
import type { PipeLink } from './pipe-link.js';

/**
 * The latency that the plugin reports to its host: that of the model, or one that the player has fixed. The plugin owns the setting, and
 * keeps it in the host's project. Main thread.
 */
export class HostLatency {
  /** Null until the plugin has reported it. */
  state: HostLatencyState | null = null;
  private readonly events = createNanoEvents<{ change: () => void }>();

  constructor(
    private readonly link: Pick<PipeLink, 'write'>,
    private readonly notify: (error: unknown) => void,
  ) {}

  /** Calls `listener` after each change of `state`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /** Has the plugin report `milliseconds` to its host whatever the model needs; null has it follow the model. */
  fix(milliseconds: number | null): void {
    this.link.write('fixLatency', { milliseconds: milliseconds ?? 0 });
  }

  /** The plugin has reported it; the player is warned of each model that needs more than was fixed. */
  receive(next: HostLatencyState): void {
    const before = this.state;
    this.state = next;
    const { fixedMilliseconds: fixed, neededMilliseconds: needed } = next;
    const isSame = before?.fixedMilliseconds === fixed && before?.neededMilliseconds === needed;
    if (fixed !== null && needed > fixed && !isSame)
      this.notify(
        new TillerError(
          'argument-invalid',
          `This model needs ${needed.toFixed(1)} ms, the latency is fixed at ${fixed.toFixed(0)} ms: it is heard ${(needed - fixed).toFixed(1)} ms late.`,
          `Fix it at ${Math.ceil(needed)} ms or more in Output, or have it follow the model.`,
        ),
      );
    this.events.emit('change');
  }
}
