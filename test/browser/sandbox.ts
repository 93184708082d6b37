import { execFileSync, spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { chromium, type Browser } from 'playwright-core';
import { PLUGIN_PROTOCOL_VERSION, TO_ENGINE } from '../../src/protocol/plugin.js';
import { blockFrame, frame } from '../engine/host/pipes.js';
import { Probe } from './probe.js';

/** The built engine and page are tested in a real browser, as users have them. */
const ENGINE = 'dist/engine/tiller.js';
const HOSTED_ENGINE = 'dist/engine/host.js';
type Engine = ChildProcessByStdio<Writable, Readable, null>;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

export interface StartOptions {
  /** 0 or left out for any free one. */
  readonly port?: number;
  /** Given to the page in place of a random one. */
  readonly token?: string;
  /** A file or an identifier. */
  readonly preset?: string;
  /** Folder for temporary files in place of the system's. */
  readonly temporary?: string;
}

export interface RunningEngine {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly process: Pick<ChildProcess, 'pid'>;
  /** Kills the process that serves, as a crash would; its supervisor starts another. */
  crash(): void;
  /** Ends engine and supervisor, as the user does. */
  stop(): Promise<void>;
  /** The same with Ctrl+C: a terminal interrupts every process that it has started. */
  interrupt(): Promise<void>;
}

/** An engine or a browser that has not ended this long after it was asked to is killed, in milliseconds. */
const END_MILLISECONDS = 20_000;

/**
 * A temporary folder for the presets, models and state of one test file, with the engines, the browser and the probes of its tests.
 * `close` ends all of them and removes it, however far the tests came: what runs on would keep jest from exiting.
 */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'tiller-browser-'));
  private readonly engines = new Set<ChildProcess>();
  private starting: Promise<Browser> | null = null;
  private started: Browser | null = null;
  private readonly probes = new Set<Probe>();
  private closed = false;

  async start(options: StartOptions = {}): Promise<RunningEngine> {
    const { port = 0, token, preset, temporary } = options;
    const engine = this.launch(
      [
        ENGINE,
        '--json',
        '--library',
        join(this.folder, 'models'),
        'serve',
        '--no-open',
        '--port',
        String(port),
        '--presets',
        join(this.folder, 'presets'),
        ...(preset === undefined ? [] : ['--preset', preset]),
      ],
      {
        ...(token === undefined ? {} : { TILLER_TOKEN: token }),
        ...(temporary === undefined ? {} : { TMPDIR: temporary }),
      },
    );
    engine.stdin.end();
    return {
      ...(await addressOf(engine)),
      process: engine,
      crash: () => servingProcesses(engine).forEach((pid) => process.kill(pid, 'SIGKILL')),
      stop: () => this.end(engine),
      interrupt: () => {
        for (const pid of servingProcesses(engine)) process.kill(pid, 'SIGINT');
        return this.end(engine, 'SIGINT');
      },
    };
  }

  /** The browser that `startBrowser` has started. */
  get browser(): Browser {
    if (this.started === null) throw new Error('the browser has not been started');
    return this.started;
  }

  async startBrowser(): Promise<void> {
    this.refuseWhenClosed();
    this.starting ??= launchBrowser();
    this.started = await this.starting;
  }

  async openProbe(engine: Pick<RunningEngine, 'port' | 'token'>): Promise<Probe> {
    const probe = new Probe();
    await this.connect(probe, engine);
    return probe;
  }

  /** Resolves when the probe has received the engine's state. */
  async connect(probe: Probe, engine: Pick<RunningEngine, 'port' | 'token'>): Promise<void> {
    this.refuseWhenClosed();
    this.probes.add(probe);
    probe.connect(engine);
    await probe.until(() => probe.slices !== undefined, 'the welcome');
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const probe of this.probes) probe.close();
    const browser = this.starting?.then((started) => started.close());
    const engines = [...this.engines].map((engine) => this.end(engine));
    const ended = await Promise.allSettled([browser, ...engines]);
    rmSync(this.folder, { recursive: true, force: true });
    for (const result of ended) if (result.status === 'rejected') throw result.reason;
  }

  /** Starts the engine as the plugin does, with a host that plays a tone; resolves once it serves its page. */
  async startInPlugin(preset: string): Promise<{ url: string; port: number; token: string }> {
    const engine = this.launch([HOSTED_ENGINE]);
    const { stdin } = engine;
    stdin.on('error', () => undefined);
    const rate = 48_000;
    const frames = 480;
    const tone = Array.from({ length: frames }, (_, i) => 0.3 * Math.sin((2 * Math.PI * i * 4) / frames));
    stdin.write(frame(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION }, Buffer.from('a test')));
    stdin.write(frame(TO_ENGINE.state, {}, readFileSync(preset)));
    stdin.write(frame(TO_ENGINE.prepare, { epoch: 1, rate, maxBlock: frames, channels: 2 }));
    stdin.write(frame(TO_ENGINE.latency, { rate, fixedMilliseconds: 0, neededSamples: 2976 }));
    stdin.write(frame(TO_ENGINE.openInterface, {}));
    let position = 0;
    const playing = setInterval(() => {
      stdin.write(blockFrame({ position, channels: [tone, tone] }));
      position += frames;
    }, 20);
    engine.once('exit', () => clearInterval(playing));
    return addressOf(engine);
  }

  /** Starts one of the engine's programs with its data in this folder. */
  private launch(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Engine {
    this.refuseWhenClosed();
    const engine = spawn(process.execPath, words, {
      env: {
        ...process.env,
        XDG_DATA_HOME: join(this.folder, 'data'),
        XDG_STATE_HOME: join(this.folder, 'state'),
        ...environment,
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.engines.add(engine);
    return engine;
  }

  /** A hook that ran out of time goes on after the tests have ended. */
  private refuseWhenClosed(): void {
    if (this.closed) throw new Error('the tests have ended');
  }

  private async end(engine: ChildProcess, signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<void> {
    this.engines.delete(engine);
    if (engine.exitCode !== null || engine.signalCode !== null) return;
    const gone = once(engine, 'exit');
    engine.kill(signal);
    const timer = setTimeout(() => engine.kill('SIGKILL'), END_MILLISECONDS);
    await gone;
    clearTimeout(timer);
  }
}

/** A sandbox with a browser for the tests of the enclosing `describe`; both are closed after the tests. */
export function useSandbox(): Sandbox {
  const sandbox = new Sandbox();
  beforeAll(() => sandbox.startBrowser());
  afterAll(() => sandbox.close());
  return sandbox;
}

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{20,}/;
/** Characters of output to keep; a hosted engine sends its address in a short protocol message between audio blocks. */
const MAX_OUTPUT = 16_384;

/** Waits until the engine has printed the address of its page. */
function addressOf(engine: Engine): Promise<{ url: string; port: number; token: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    engine.once('exit', (code) =>
      reject(new Error(`the engine ended with ${code ?? 'a signal'}: ${output}`)),
    );
    engine.stdout.setEncoding('latin1').on('data', (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT);
      const [url] = ADDRESS.exec(output) ?? [];
      if (url === undefined) return;
      const { port, hash } = new URL(url);
      resolve({ url, port: Number(port), token: hash.slice('#token='.length) });
    });
  });
}

/** The child processes of an engine's supervisor. */
export function servingProcesses(engine: Pick<ChildProcess, 'pid'>): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === engine.pid)
    .map(([pid = 0]) => pid);
}

async function launchBrowser(): Promise<Browser> {
  const executablePath = execFileSync(process.execPath, ['scripts/browser.mjs'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1);
  return chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: FLAGS });
}
