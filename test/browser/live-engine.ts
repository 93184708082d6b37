import { jest } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openPage, STEP_MILLISECONDS } from './page.js';
import { Probe } from './probe.js';
import { Sandbox, type RunningEngine, type StartOptions } from './sandbox.js';

jest.setTimeout(10 * STEP_MILLISECONDS);

/** Silence, and noise of a model that gets silence, are below. */
export const AUDIBLE_DB = -50;

/** An engine with its page, for the tests of one `describe`. */
export class LiveEngine {
  readonly sandbox = new Sandbox();
  readonly probe = new Probe();
  private started: RunningEngine | null = null;

  get engine(): RunningEngine {
    if (this.started === null) throw new Error('the engine has not been started');
    return this.started;
  }

  get browser(): Browser {
    return this.sandbox.browser;
  }

  async start(options: StartOptions): Promise<void> {
    const engine = await this.sandbox.start(options);
    this.started = engine;
    await this.sandbox.startBrowser();
    await this.sandbox.connect(this.probe, engine);
    await this.probe.until(() => this.probe.slices.model.card !== null, 'a model');
  }

  /** Opens the engine's page in a window of its own. See `openPage`. */
  readonly open = (
    size?: { width: number; height: number },
    theme?: 'dark' | 'light',
    context?: BrowserContextOptions,
  ): Promise<{ page: Page; consoleErrors: string[] }> =>
    openPage(this.browser, this.engine.url, size, theme, context);

  /** Presses Play; resolves when the page shows that it plays and the engine's output is audible. */
  readonly play = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    this.probe.frame = null;
    await this.probe.until(() => this.probe.level('outputPeakLeft') > AUDIBLE_DB, 'the sound');
  };
}

interface Preparation {
  /** Puts files into the sandbox's folder before the engine starts. @returns how to start it */
  readonly files?: (sandbox: Sandbox) => StartOptions;
  /** Runs once the engine, the browser and the probe are there, before the first test. */
  readonly ready?: () => Promise<void>;
}

/** Starts an engine, a browser and a probe before the tests of the enclosing `describe`, and ends them after the tests. */
export function useLiveEngine({ files, ready }: Preparation = {}): LiveEngine {
  const live = new LiveEngine();
  beforeAll(async () => {
    await live.start(files?.(live.sandbox) ?? {});
    await ready?.();
  });
  afterAll(() => live.sandbox.close());
  return live;
}
