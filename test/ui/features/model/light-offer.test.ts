import { LightOffer, type Playing, wouldHelp } from '../../../../src/ui/features/model/light-offer.js';
import type { ModelCard } from '../../../../src/protocol/interface.js';
import type { LightReport, ModelLoad } from '../../../../src/protocol/model-report.js';

const load = (frames: number): ModelLoad => ({
  frames,
  batch: 1,
  encodeMs: 1,
  decodeMs: 1,
  shareOfRealTime: 0.5,
});
const made = (frames: number[]): LightReport => ({
  outcome: 'made',
  version: 1,
  processor: 'any',
  figures: {
    loads: frames.map(load),
    timesFaster: 1.4,
    weightBytes: { exact: 100, light: 40 },
    latentsSnrDb: 40,
    audioSnrDb: 38,
    spectralDistanceDb: 0.2,
  },
});
const cardWith = (light: LightReport | undefined, sha256 = 'a'): ModelCard =>
  ({ sha256, name: 'large', report: light === undefined ? {} : { light } }) as unknown as ModelCard;
const playing = (change: Partial<Playing> = {}): Playing => ({
  card: cardWith(made([1])),
  output: { precision: 'exact', framesPerCall: 1 },
  load: 1.3,
  ...change,
});

describe('wouldHelp', () => {
  it.each([
    ['a model with a light form for the frames of a call', {}, true],
    ['no model', { card: null }, false],
    ['a model that was not tried', { card: cardWith(undefined) }, false],
    [
      'a model whose light form would not be faster',
      { card: cardWith({ outcome: 'gains-too-little', version: 1, processor: 'any' }) },
      false,
    ],
    ['the light form', { output: { precision: 'light', framesPerCall: 1 } }, false],
    ['calls of which there is no light form', { output: { precision: 'exact', framesPerCall: 4 } }, false],
    ['older presets’ calls of two frames, which are of one', { output: { precision: 'exact', framesPerCall: 2 } }, true], // prettier-ignore
  ] as [string, Partial<Playing>, boolean][])('for %s', (_, change, helps) => {
    expect(wouldHelp(playing(change))).toBe(helps);
  });
});

describe('LightOffer', () => {
  it('offers where the load has been full for three seconds, once for each model', () => {
    const offer = new LightOffer();
    const offered = (now: number, change?: Partial<Playing>) =>
      offer.consider(playing(change), now)?.sha256 ?? null;
    expect(offered(0)).toBeNull();
    expect(offered(2900)).toBeNull();
    expect(offered(3000)).toBe('a');
    expect(offered(9000)).toBeNull();
    expect(offered(13_000)).toBeNull();
    const other = { card: cardWith(made([1]), 'b') };
    expect(offered(14_000, other)).toBeNull();
    expect(offered(17_000, other)).toBe('b');
  });

  it.each<[string, Partial<Playing>]>([
    ['has room for a moment', { load: 0.5 }],
    ['plays nothing', { load: null }],
    ['plays light', { output: { precision: 'light', framesPerCall: 1 } }],
  ])('counts anew after it %s', (_, change) => {
    const offer = new LightOffer();
    offer.consider(playing(), 0);
    expect(offer.consider(playing(change), 2000)).toBeNull();
    expect(offer.consider(playing(), 3500)).toBeNull();
    expect(offer.consider(playing(), 6400)).toBeNull();
    expect(offer.consider(playing(), 6500)).not.toBeNull();
  });
});
