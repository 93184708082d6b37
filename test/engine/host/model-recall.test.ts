import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultOutput } from '../../../src/document/output.js';
import { FRAME_HEADER_BYTES, PLUGIN_PROTOCOL_VERSION, TO_ENGINE } from '../../../src/protocol/plugin.js';
import { bundleWorkers, type Bundles } from '../bundle-worker.js';
import { importFixture } from '../model/import-fixture.js';
import { blockFrame, frame, wholeFramesIn, type ReadFrame } from './pipes.js';

const BLOCK = 128;
const INPUT = 0.5;
/** Acts on the model's sound alone: the dry track is louder. */
const INPUT_GAIN_DB = -6;
const WET = INPUT * 10 ** (INPUT_GAIN_DB / 20);
/** As the plugin's supervisor does it. */
const TICK_MILLISECONDS = 50;

/** The plugin's end of an engine's pipes. */
class Host {
  readonly frames: ReadFrame[] = [];
  private rest = Buffer.alloc(0);
  private position = 0;
  private wake = () => undefined as void;
  private ticks = 0;
  /** The streaming thread looks for the main thread's messages between two frames: without ticks it waits for a block. */
  private readonly ticking = setInterval(() => {
    this.send(frame(TO_ENGINE.tick, { count: ++this.ticks }));
  }, TICK_MILLISECONDS);

  constructor(private readonly engine: ChildProcessWithoutNullStreams) {
    engine.stdin.on('error', () => undefined);
    engine.on('exit', () => this.wake());
    engine.stdout.on('data', (bytes: Buffer) => {
      this.rest = Buffer.concat([this.rest, bytes]);
      const frames = wholeFramesIn(this.rest);
      this.rest = this.rest.subarray(
        frames.reduce((sum, { payload }) => sum + FRAME_HEADER_BYTES + payload.length, 0),
      );
      this.frames.push(...frames);
      this.wake();
    });
  }

  send(bytes: Buffer): void {
    this.engine.stdin.write(bytes);
  }

  /** Has the engine end, as when the plugin is removed. */
  close(): void {
    clearInterval(this.ticking);
    this.engine.stdin.end();
  }

  /** Ends the engine by force. */
  kill(): void {
    clearInterval(this.ticking);
    this.engine.kill('SIGKILL');
  }

  /** Waits for the next frame of this kind that `taken` frames do not hold yet. @throws Error where the engine has ended */
  async next(name: string, taken: number): Promise<ReadFrame> {
    for (;;) {
      const found = this.frames.slice(taken).find((frame) => frame.name === name);
      if (found !== undefined) return found;
      if (this.engine.exitCode !== null || this.engine.signalCode !== null)
        throw new Error(`the engine ended before it sent ${name}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Plays one block; returns its answer's samples. */
  async play(): Promise<Float32Array> {
    const taken = this.frames.length;
    this.send(blockFrame({ position: this.position, channels: [new Array<number>(BLOCK).fill(INPUT)] }));
    this.position += BLOCK;
    const { payload } = await this.next('samples', taken);
    return new Float32Array(
      payload.buffer.slice(payload.byteOffset + 16, payload.byteOffset + payload.length),
    );
  }
}

describe('a preset with another model, recalled in the plugin for the first time', () => {
  let bundles: Bundles;
  let host: Host | null = null;
  beforeAll(async () => {
    bundles = await bundleWorkers(
      'src/engine/host/host-worker.ts',
      'src/engine/model/run/model-worker.ts',
      'test/engine/host/recall-engine.ts',
    );
  });
  afterEach(() => host?.kill());
  afterAll(() => bundles.remove());

  // The streaming thread opened the model itself: for a tenth of a second and more, no block was answered.
  it('is opened while blocks are answered, and its sound follows the old one without a gap', async () => {
    const variants = { libraryDir: bundles.folder, variants: [{ frames: 1, batch: 1 }] };
    const [first, second] = await Promise.all(
      (['identity', 'delay'] as const).map(async (name) => ({
        type: 'load',
        model: await importFixture(name, variants),
      })),
    );
    const settings = { type: 'output', output: { ...defaultOutput(), inputGainDb: INPUT_GAIN_DB } };
    const engine = spawn(
      process.execPath,
      [fileURLToPath(bundles.url('recall-engine')), JSON.stringify({ settings, first, second })],
      { env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' } },
    );
    const errors: string[] = [];
    engine.stderr.on('data', (bytes: Buffer) => errors.push(bytes.toString()));
    const ended = once(engine, 'exit');
    const playing = new Host(engine);
    host = playing;
    host.send(frame(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION }));
    host.send(frame(TO_ENGINE.prepare, { epoch: 1, rate: 48_000, maxBlock: BLOCK, channels: 1 }));
    const before = await host.next('prepared', 0);
    const latency = before.fields['latencySamples'] ?? 0;
    for (let filled = 0; filled < latency + 48_000 / 4; filled += BLOCK) await host.play();

    const played: number[] = [];
    host.frames.length = 0;
    host.send(frame(TO_ENGINE.recallPreset, { number: 1, program: 0 }, Buffer.from('any')));
    const has = (name: string) => playing.frames.some((frame) => frame.name === name);
    while (!has('prepared')) played.push(...(await host.play()));
    const names = host.frames.map(({ name }) => name);
    // Until the new sound has filled up, and the fade is over.
    const settled =
      (host.frames.find(({ name }) => name === 'prepared')?.fields['latencySamples'] ?? 0) + 0.05 * 48_000;
    for (let filled = 0; filled < settled; filled += BLOCK) played.push(...(await host.play()));

    expect(names).not.toContain('busy');
    const whileOpening = names.slice(names.indexOf('notice'), names.indexOf('prepared'));
    expect(whileOpening.filter((name) => name === 'samples').length).toBeGreaterThan(0);
    expect(host.frames.find(({ name }) => name === 'prepared')?.fields['latencySamples']).toBeGreaterThan(
      latency,
    );
    // The plugin gives this thread the streaming thread's priority.
    const thread = host.frames.find(({ name }) => name === 'modelThread')?.fields['thread'] ?? 0;
    if (process.platform === 'linux')
      expect(existsSync(`/proc/${engine.pid ?? 0}/task/${thread}`)).toBe(true);
    const furthest = played.reduce((most, sample) => Math.max(most, Math.abs(sample - WET)), 0);
    expect(furthest).toBeLessThan(1e-3);
    host.close();
    expect(await ended).toEqual([0, null]);
    expect(
      errors
        .join('')
        .replace(/\(node:.*|\(Use.*/g, '')
        .trim(),
    ).toBe('');
  });
});
