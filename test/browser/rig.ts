import { execFileSync, spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { PLUGIN_PROTOCOL_VERSION, TO_ENGINE } from '../../src/protocol/plugin.js';
import { blockFrame, frame } from '../engine/host/pipes.js';
import { TelemetryFrame } from '../../src/protocol/interface-frames.js';
import {
  SOCKET_PATH,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL,
  type EngineMessage,
  type Command,
  type Slices,
} from '../../src/protocol/interface.js';

/** The result of `overflow` for a page whose contents all fit. */
export const NO_OVERFLOW = { across: 0, down: 0, outside: [], clipped: [] };

/** The built engine and page are tested in a real browser, as users have them. */
const ENGINE = 'dist/engine/tiller.js';
const HOSTED_ENGINE = 'dist/engine/host.js';
type Engine = ChildProcessByStdio<Writable, Readable, null>;

export const PANELS = ['Examples', 'Learn', 'Inputs', 'Steering', 'Output', 'Library'] as const;

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

export interface RunningEngine {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly process: Pick<ChildProcess, 'pid'>;
  /** Kills the process that serves, as a crash would; its supervisor starts another. */
  crash(): void;
  /** Ends engine and supervisor, as the user does. */
  stop(): Promise<void>;
}

/** An engine or a browser that has not ended this long after it was asked to is killed, in milliseconds. */
const END_MILLISECONDS = 20_000;

/**
 * A temporary folder for the presets, models and state of one test file, with the engines, browsers and probes of its tests.
 * `close` ends all of them and removes it, however far the tests came: what runs on would keep jest from exiting.
 */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'tiller-browser-'));
  private readonly engines = new Set<ChildProcess>();
  private readonly browsers = new Set<Promise<Browser>>();
  private readonly probes = new Set<Probe>();
  private closed = false;

  async start(
    options: { port?: number; token?: string; preset?: string; temporary?: string } = {},
  ): Promise<RunningEngine> {
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
    };
  }

  startBrowser(): Promise<Browser> {
    this.refuseWhenClosed();
    const browser = launchBrowser();
    this.browsers.add(browser);
    return browser;
  }

  async openProbe(engine: Pick<RunningEngine, 'port' | 'token'>): Promise<Probe> {
    this.refuseWhenClosed();
    const probe = new Probe(engine);
    this.probes.add(probe);
    await probe.until(() => probe.slices !== undefined, 'the welcome');
    return probe;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const probe of this.probes) probe.close();
    const browsers = [...this.browsers].map(async (browser) => (await browser).close());
    const engines = [...this.engines].map((engine) => this.end(engine));
    const ended = await Promise.allSettled([...browsers, ...engines]);
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

  private async end(engine: ChildProcess): Promise<void> {
    this.engines.delete(engine);
    if (engine.exitCode !== null || engine.signalCode !== null) return;
    const gone = once(engine, 'exit');
    engine.kill('SIGTERM');
    const timer = setTimeout(() => engine.kill('SIGKILL'), END_MILLISECONDS);
    await gone;
    clearTimeout(timer);
  }
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

/** Opens the page; `complaints` collects warnings and errors of its console. */
export async function openPage(
  browser: Browser,
  url: string,
  size: { width: number; height: number } = { width: 900, height: 600 },
  theme: 'dark' | 'light' = 'dark',
  context: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const opened = await browser.newContext({ viewport: size, reducedMotion: 'reduce', ...context });
  const page = await opened.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript((kept) => {
    if (localStorage.getItem('tiller.view') === null) {
      localStorage.setItem('tiller.view', JSON.stringify({ theme: kept }));
    }
  }, theme);
  await page.goto(url);
  await page.getByRole('button', { name: /^Preset: (?!Untitled$)|^Preset: / }).waitFor();
  await page.getByRole('slider', { name: 'Latent 1', exact: true }).waitFor();
  return { page, complaints };
}

/** By how many pixels the page exceeds its window, which elements lie outside of it, and which fields and panels are cut off. */
export const overflow = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const outside = [...document.querySelectorAll('button, h1, h2, [data-testid=footer] *')]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box }) => {
        const scrolls =
          element.closest('[role=tabpanel], [data-testid=latents-scroll], [data-testid=faders], dialog') !==
          null;
        return box.width > 0 && !scrolls && (box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5);
      })
      .map(({ element }) => element.outerHTML.slice(0, 120));
    const clipped = [
      ...document.querySelectorAll<HTMLElement>(
        '[data-testid=number], [role=tabpanel] > *, [data-testid=table]',
      ),
    ]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => element.ariaLabel ?? element.className);
    return { across: scrollWidth - innerWidth, down: scrollHeight - innerHeight, outside, clipped };
  });

/** A second connection to the engine, without a page; it receives what every window receives. */
export class Probe {
  /** From the welcome on, which `Workplace.openProbe` waits for. */
  slices!: Slices;
  frame: TelemetryFrame | null = null;
  private readonly socket: WebSocket;
  private readonly waiting = new Set<() => void>();

  constructor({ port, token }: Pick<RunningEngine, 'port' | 'token'>) {
    const origin = `http://127.0.0.1:${port}`;
    const socket = new WebSocket(
      `ws://127.0.0.1:${port}${SOCKET_PATH}`,
      [SUBPROTOCOL, TOKEN_SUBPROTOCOL + token],
      { origin },
    );
    this.socket = socket;
    // `until` tells what did not come.
    socket.on('error', () => undefined);
    socket.binaryType = 'arraybuffer';
    socket.on('message', (data, binary) => {
      const bytes = data as ArrayBuffer;
      if (binary) this.frame = TelemetryFrame.read(bytes, null) ?? this.frame;
      else this.receive(JSON.parse(Buffer.from(bytes).toString()) as EngineMessage);
      for (const look of this.waiting) look();
    });
  }

  send(command: Command): void {
    this.socket.send(JSON.stringify({ command }));
  }

  /** Waits until `holds`, checked at every message of the engine; `what` names it in the error. */
  async until(holds: () => boolean, what: string, milliseconds = 20_000): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.waiting.delete(look);
      };
      const look = () => {
        if (!holds()) return;
        stop();
        resolve();
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`timed out waiting for ${what}`));
      }, milliseconds);
      this.waiting.add(look);
    });
  }

  close(): void {
    this.socket.terminate();
  }

  private receive(announcement: EngineMessage): void {
    if (announcement.type === 'welcome') this.slices = announcement.slices;
    if (announcement.type === 'state') this.slices = { ...this.slices, ...announcement.slices };
  }
}

/** Drops a file on the window, as from a file manager. */
export const dropFile = (page: Page, name: string, bytes: Uint8Array): Promise<void> =>
  dropFiles(page, [[name, bytes]]);

/** Drops several files at once. */
export async function dropFiles(
  page: Page,
  files: readonly (readonly [string, Uint8Array])[],
): Promise<void> {
  await page.evaluate(
    (dropped) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of dropped) {
        const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([data], name));
      }
      for (const type of ['dragover', 'drop']) {
        window.dispatchEvent(
          new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
      }
    },
    files.map(([name, bytes]) => ({ name, base64: Buffer.from(bytes).toString('base64') })),
  );
}
