import { isMainThread } from 'node:worker_threads';
import { binding, initOrt } from 'onnxruntime-node/dist/binding.js';
import type { Tensor } from 'onnxruntime-node';

/**
 * Workaround 1: onnxruntime-node 1.30 runs every inference in a `setImmediate`, which costs a turn of the event
 * loop and a promise per call, though its native `run` is synchronous. A streaming loop needs the call
 * itself, so this file, and only this file, reaches into the package. `sync-session.test.ts` fails when the
 * internals change.
 */

/**
 * onnxruntime's own builds since 1.29 report what they run to their maker over the network, and keep an identifier of
 * the machine in its user's cache folder, unless this stands in the process's environment before the first session. Only
 * the main thread can put it there: the environment of a worker is a copy that native code does not see.
 */
const SILENCE = 'ORT_DISABLE_TELEMETRY';
if (isMainThread) process.env[SILENCE] = '1';

export type Tensors = Record<string, Tensor>;

const OPTIONS = {
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
} as const;
const RUN_OPTIONS = {};

/** An ONNX session on one thread whose calls return when they are done. */
export class SyncSession {
  private readonly session: InstanceType<typeof binding.InferenceSession>;

  /**
   * Reads the model (and the weights beside it) from a file.
   * @param profilePrefix start of the path of a file that `dispose` writes, with what each node took
   */
  constructor(
    path: string,
    private readonly profilePrefix: string | null = null,
  ) {
    if (process.env[SILENCE] !== '1')
      throw new Error(`${SILENCE} was not set before this thread was started`);
    // Takes 14 MB, which an import does not need while it translates.
    initOrt();
    this.session = new binding.InferenceSession();
    this.session.loadModel(
      path,
      profilePrefix === null
        ? OPTIONS
        : { ...OPTIONS, enableProfiling: true, profileFilePrefix: profilePrefix },
    );
  }

  /** Writes into the tensors of `fetches`; those must have the shapes that the graph gives. */
  run(feeds: Tensors, fetches: Tensors): void {
    this.session.run(feeds, fetches, RUN_OPTIONS);
  }

  /** Frees the session; it must not be run afterwards. */
  dispose(): void {
    if (this.profilePrefix !== null) this.session.endProfiling();
    this.session.dispose();
  }
}
