import type { ModelCard } from '../../../protocol/interface.js';
import type { Output } from '../../../document/output.js';

/** Share of real time from which on there is no room for anything else. */
const FULL = 0.9;
/** The load has to stay there so long: models that are opened, and other programs, take more for a moment. */
const LASTING_MILLISECONDS = 3000;

/** What the offer depends on. */
export interface Playing {
  readonly card: ModelCard | null;
  readonly output: Pick<Output, 'precision' | 'framesPerCall'>;
  /** Share of real time, of the model and everything around it; null while nothing plays. */
  readonly load: number | null;
}

/** Whether a light form would be faster in the setting that plays. */
export function wouldHelp({ card, output }: Pick<Playing, 'card' | 'output'>): boolean {
  const light = card?.report?.light;
  if (light?.outcome !== 'made' || output.precision === 'light') return false;
  const frames = output.framesPerCall === 4 ? 4 : 1;
  return light.figures.loads.some((load) => load.frames === frames);
}

/** Says when a light form is to be offered: where the exact one has missed real time for some seconds, once for each model. */
export class LightOffer {
  private readonly offered = new Set<string>();
  private fullSince: number | null = null;

  /** @param now in milliseconds @returns the model whose light form is to be offered now, or null */
  consider(playing: Playing, now: number): ModelCard | null {
    const { card, load } = playing;
    if (
      load === null ||
      load < FULL ||
      !wouldHelp(playing) ||
      card === null ||
      this.offered.has(card.sha256)
    ) {
      this.fullSince = null;
      return null;
    }
    this.fullSince ??= now;
    if (now - this.fullSince < LASTING_MILLISECONDS) return null;
    this.fullSince = null;
    this.offered.add(card.sha256);
    return card;
  }
}
