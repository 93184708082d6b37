import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { TillerError } from '../../document/tiller-error.js';
import { RestartPolicy } from '../workers/restart-policy.js';

/** Where a serving process is reached; it sends this to its parent once it listens. */
export interface Serving {
  readonly url: string;
  readonly port: number;
}

export interface SupervisorEvents {
  /** The first process listens. */
  ready(serving: Serving): void;
  /** The process died, as `how` says ("exit code 1", "SIGSEGV"), and another is started in its place. */
  restarting(how: string): void;
}

/** Time that a process gets to close its documents before it is ended. */
const GRACE_MILLISECONDS = 5000;

/**
 * Keeps a serving process alive: one that dies after it served is started again on the same port, at growing intervals.
 * The process is connected by an IPC channel; it ends by itself when that closes, so that none outlives its parent.
 */
export class Supervisor {
  private child: ChildProcess | null = null;
  private port: number | null = null;
  private readonly stopped = new AbortController();

  constructor(
    /** Starts a process; `port` is the one that open pages know, null at the first start. */
    private readonly start: (port: number | null) => ChildProcess,
    private readonly events: SupervisorEvents,
    private readonly restarts = new RestartPolicy(),
    private readonly graceMilliseconds = GRACE_MILLISECONDS,
  ) {}

  /**
   * Serves until `stop`, or until the first process ends before it served: what was wrong it said itself.
   * @returns the exit code for the whole program
   * @throws TillerError `internal` when the process keeps dying
   */
  async run(): Promise<number> {
    for (;;) {
      const began = performance.now();
      const how = await this.live();
      if (this.stopped.signal.aborted) return 0;
      if (this.port === null) return typeof how === 'number' ? how : 1;
      const wait = this.restarts.next(performance.now() - began);
      if (wait === null)
        throw new TillerError(
          'internal',
          `The engine ended ${this.restarts.failures} times in a row and is not started again.`,
          'Your session is kept. Start Tiller again, or with --no-resume to leave that session aside.',
        );
      this.events.restarting(typeof how === 'number' ? `exit code ${how}` : how);
      await delay(wait, undefined, { signal: this.stopped.signal }).catch(() => undefined);
      if (this.stopped.signal.aborted) return 0;
    }
  }

  /** Ends the process and with it `run`. */
  stop(): void {
    this.stopped.abort();
    const { child } = this;
    if (child === null) return;
    if (child.connected) child.disconnect();
    setTimeout(() => child.kill('SIGKILL'), this.graceMilliseconds).unref();
  }

  /** Runs one process to its end: its exit code, or the signal that ended it. */
  private async live(): Promise<number | string> {
    const child = this.start(this.port);
    this.child = child;
    child.on('message', (serving: Serving) => {
      if (this.port !== null) return;
      this.port = serving.port;
      this.events.ready(serving);
    });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    this.child = null;
    return signal ?? code ?? 1;
  }
}
