import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Encodes and decodes in torch.jit on one thread. For each line "samples per call, calls per time, times" a line of JSON:
 * milliseconds.
 */
const PROGRAM = `
import json, sys, time, torch
torch.set_num_threads(1); torch.set_grad_enabled(False)
model = torch.jit.load(sys.argv[1]); channels = int(model.encode_params[0])
print("ready", torch.__version__, flush=True)
for line in sys.stdin:
    samples, calls, count = map(int, line.split())
    x = 0.1 * torch.randn(1, channels, samples); times = []
    for _ in range(count):
        start = time.perf_counter()
        for _ in range(calls): model.decode(model.encode(x))
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps(times), flush=True)
`;

const PYTHONS = ['python3', '/usr/bin/python3'];

/** A model in torch.jit, in a separate process, for alternate measurements with Tiller. */
export class TorchPeer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    /** Of torch. */
    readonly version: string,
  ) {}

  /** Opens a `.ts` file; null where python3 has no torch. */
  static async open(path: string): Promise<TorchPeer | null> {
    for (const python of PYTHONS) {
      const child = spawn(python, ['-c', PROGRAM, path], { stdio: ['pipe', 'pipe', 'ignore'] });
      child.on('error', () => child.stdout.destroy());
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const first = await lines.next().catch(() => ({ done: true, value: '' }));
      const [word, version = ''] = first.done === true ? [] : first.value.split(' ');
      if (word === 'ready') return new TorchPeer(child, lines, version);
      child.kill();
    }
    return null;
  }

  /** Milliseconds that `callsEach` calls of `samples` samples take, `count` times. @throws Error when torch fails */
  async measure(samples: number, callsEach: number, count: number): Promise<number[]> {
    this.process.stdin?.write(`${samples} ${callsEach} ${count}\n`);
    const line = await this.lines.next();
    if (line.done === true) throw new Error(`torch.jit failed in calls of ${samples} samples`);
    return JSON.parse(line.value) as number[];
  }

  close(): void {
    this.process.kill();
  }
}
