import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { TelemetryFrame } from '../../src/protocol/interface-frames.js';
import {
  SOCKET_PATH,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL,
  type Announcement,
  type Command,
  type Slices,
} from '../../src/protocol/interface.js';

/** The page is tested as a player has it: the bundled engine, the bundled page, a real browser. */
const ENGINE = 'dist/engine/tiller.js';
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
  /** Ends the engine as a crash would. */
  kill(): Promise<void>;
}

/** A folder for one test's presets, models and state, gone after it. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'tiller-browser-'));
  private readonly engines = new Set<ChildProcess>();

  async start(options: { port?: number; token?: string; preset?: string } = {}): Promise<RunningEngine> {
    const { port = 0, token, preset } = options;
    const engine = spawn(
      process.execPath,
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
        env: {
          ...process.env,
          XDG_DATA_HOME: join(this.folder, 'data'),
          XDG_STATE_HOME: join(this.folder, 'state'),
          ...(token === undefined ? {} : { TILLER_TOKEN: token }),
        },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    this.engines.add(engine);
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      createInterface({ input: engine.stdout }).on('line', (line) => {
        said += line;
        const found = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/.exec(said);
        if (found !== null) resolve(found[0]);
      });
      engine.once('exit', (code) =>
        reject(new Error(`the engine ended with ${code ?? 'a signal'}: ${said}`)),
      );
    });
    const address = new URL(url);
    return {
      url,
      port: Number(address.port),
      token: address.hash.slice('#token='.length),
      kill: async () => {
        const gone = once(engine, 'exit');
        engine.kill('SIGKILL');
        await gone;
        this.engines.delete(engine);
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.engines].map(async (engine) => {
        if (engine.exitCode !== null) return;
        const gone = once(engine, 'exit');
        engine.kill('SIGKILL');
        await gone;
      }),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function startBrowser(): Promise<Browser> {
  const executablePath = execFileSync(process.execPath, ['scripts/browser.mjs'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1);
  return chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: FLAGS });
}

/** Opens the page and gathers everything that it complains of. */
export async function openPage(
  browser: Browser,
  url: string,
  size: { width: number; height: number } = { width: 900, height: 600 },
  theme: 'dark' | 'light' = 'dark',
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
  const page = await context.newPage();
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

/** Another window on the same engine, without a page: sees what every window sees. */
export class Probe {
  slices!: Slices;
  frame: TelemetryFrame | null = null;
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.binaryType = 'arraybuffer';
    socket.on('message', (data, binary) => {
      const bytes = data as ArrayBuffer;
      if (binary) this.frame = TelemetryFrame.read(bytes, null) ?? this.frame;
      else this.hear(JSON.parse(Buffer.from(bytes).toString()) as Announcement);
      for (const look of this.waiting) look();
    });
  }

  static async open({ port, token }: Pick<RunningEngine, 'port' | 'token'>): Promise<Probe> {
    const probe = new Probe(
      new WebSocket(`ws://127.0.0.1:${port}${SOCKET_PATH}`, [SUBPROTOCOL, TOKEN_SUBPROTOCOL + token], {
        origin: `http://127.0.0.1:${port}`,
      }),
    );
    await probe.until(() => probe.slices !== undefined, 'the welcome');
    return probe;
  }

  send(command: Command): void {
    this.socket.send(JSON.stringify({ command }));
  }

  /** Waits until what the engine says makes `holds` true. */
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
        reject(new Error(`waited in vain for ${what}`));
      }, milliseconds);
      this.waiting.add(look);
    });
  }

  close(): void {
    this.socket.terminate();
  }

  private hear(announcement: Announcement): void {
    if (announcement.type === 'welcome') this.slices = announcement.slices;
    if (announcement.type === 'state') this.slices = { ...this.slices, ...announcement.slices };
  }
}

/** Drops a file on the window, as a hand would from a folder. */
export async function dropFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page.evaluate(
    ({ file, base64 }) => {
      const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([data], file));
      for (const type of ['dragover', 'drop']) {
        window.dispatchEvent(
          new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
      }
    },
    { file: name, base64: Buffer.from(bytes).toString('base64') },
  );
}
