import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { TillerError } from '../../document/tiller-error.js';
import { RestartPolicy } from '../workers/restart-policy.js';

/** Address of a serving process, which it sends to its parent once it listens. */
export interface Serving {
  readonly url: string;
  readonly port: number;
}

export interface SupervisorEvents {
  /** The first process listens. */
  ready(serving: Serving): void;
  /** The process has ended (`how`: "exit code 1", "SIGSEGV"), and another is being started. */
  restarting(how: string): void;
}

/** Time for a process to store its document before it is killed. */
const GRACE_MILLISECONDS = 5000;

/**
 * Restarts a serving process: where it ends after it has served, it is started again with the same port, after increasing delays.
 * The process is connected by an IPC channel and ends when that closes, so that it does not outlive its parent.
 */
export class Supervisor {
  private child: ChildProcess | null = null;
  private port: number | null = null;
  private readonly stopped = new AbortController();

  constructor(
    /** Starts a process; `port` is that of the first one, which open pages use, or null at the first start. */
    private readonly start: (port: number | null) => ChildProcess,
    private readonly events: SupervisorEvents,
    private readonly restarts = new RestartPolicy(),
    private readonly graceMilliseconds = GRACE_MILLISECONDS,
  ) {}

  /**
   * Serves until `stop`, or until the first process ends before it has served, in which case it has printed the reason.
   * @returns the exit code of the program
   * @throws TillerError `internal` where the process ends repeatedly
   */
  async run(): Promise<number> {
    for (;;) {
      const began = performance.now();
      const how = await this.runProcess();
      if (this.stopped.signal.aborted) return 0;
      if (this.port === null) return typeof how === 'number' ? how : 1;
      const wait = this.restarts.next(performance.now() - began);
      if (wait === null)
        throw new TillerError(
          'internal',
          `The engine ended ${this.restarts.failures} times in a row and is not restarted.`,
          'Your session is stored. Start Tiller again, or with --no-resume to start a new session.',
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

  /** Runs one process until it ends. @returns its exit code, or the signal that ended it */
  private async runProcess(): Promise<number | string> {
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
