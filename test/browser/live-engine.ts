import { jest } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openPage, STEP_MILLISECONDS } from './page.js';
import { Probe } from './probe.js';
import { Workplace, type RunningEngine, type StartOptions } from './workplace.js';

jest.setTimeout(10 * STEP_MILLISECONDS);

/** Silence, and noise of a model that gets silence, are below. */
export const AUDIBLE_DB = -50;

/** An engine with its page, for the tests of one `describe`. */
export class LiveEngine {
  readonly workplace = new Workplace();
  readonly probe = new Probe();
  private opened: { engine: RunningEngine; browser: Browser } | null = null;

  get engine(): RunningEngine {
    return this.running.engine;
  }

  get browser(): Browser {
    return this.running.browser;
  }

  async start(options: StartOptions): Promise<void> {
    const engine = await this.workplace.start(options);
    this.opened = { engine, browser: await this.workplace.startBrowser() };
    await this.workplace.connect(this.probe, engine);
    await this.probe.until(() => this.probe.slices.model.card !== null, 'a model');
  }

  /** Opens the engine's page in a window of its own. See `openPage`. */
  readonly open = (
    size?: { width: number; height: number },
    theme?: 'dark' | 'light',
    context?: BrowserContextOptions,
  ): Promise<{ page: Page; complaints: string[] }> =>
    openPage(this.browser, this.engine.url, size, theme, context);

  /** Presses Play; resolves when the page shows that it plays and the engine's output is audible. */
  readonly play = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    this.probe.frame = null;
    await this.probe.until(() => this.probe.level('outputPeakLeft') > AUDIBLE_DB, 'the sound');
  };

  private get running() {
    if (this.opened === null) throw new Error('the engine has not been started');
    return this.opened;
  }
}

interface Preparation {
  /** Puts files into the workplace's folder before the engine starts. @returns how to start it */
  readonly files?: (workplace: Workplace) => StartOptions;
  /** Runs once the engine, the browser and the probe are there, before the first test. */
  readonly ready?: () => Promise<void>;
}

/** Starts an engine, a browser and a probe before the tests of the enclosing `describe`, and ends them after the tests. */
export function useLiveEngine({ files, ready }: Preparation = {}): LiveEngine {
  const live = new LiveEngine();
  beforeAll(async () => {
    await live.start(files?.(live.workplace) ?? {});
    await ready?.();
  });
  afterAll(() => live.workplace.close());
  return live;
}
