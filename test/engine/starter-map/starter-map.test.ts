import { wholeSound } from '../../../src/engine/audio/sound-stream.js';
import { SeededNoise } from '../../../src/engine/model/run/noise.js';
import { encodeSound } from '../../../src/engine/model/run/encode-sound.js';
import { LAYOUTS } from '../../../src/engine/starter-map/layout.js';
import {
  type StarterMapOptions,
  type Zone,
  starterMap,
} from '../../../src/engine/starter-map/starter-map.js';
import { SINE_RATE, sineModel } from './sine-model.js';

const OPTIONS: StarterMapOptions = {
  zones: 7,
  candidates: 40,
  layout: 'loudness',
  seed: 1,
  ceilingDb: -1,
};

function framesOf(latentDims: number): Float64Array[] {
  const sound = wholeSound(SINE_RATE, [new Float32Array(SINE_RATE)]);
  return encodeSound(sineModel(latentDims), new SeededNoise(1), sound, 200);
}

const rangesOf = (latentDims: number) => Array.from({ length: latentDims }, () => [-2, 2] as const);

function make(latentDims: number, options: Partial<StarterMapOptions> = {}, faults = {}) {
  const shares: number[] = [];
  const steps = starterMap(sineModel(latentDims, faults), framesOf(latentDims), rangesOf(latentDims), {
    ...OPTIONS,
    ...options,
  });
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return { ...value, shares };
    shares.push(value);
  }
}

const inOrder = (zones: readonly Zone[], axis: 0 | 1, of: (zone: Zone) => number) => {
  const values = [...zones].sort((a, b) => a.place[axis] - b.place[axis]).map(of);
  return values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0));
};

describe('a starter map', () => {
  it('stands in the order of brightness and loudness', () => {
    const { zones } = make(3);
    expect(zones).toHaveLength(7);
    expect(inOrder(zones, 0, ({ brightnessHz }) => brightnessHz)).toBe(true);
    expect(inOrder(zones, 1, ({ loudnessLufs }) => loudnessLufs)).toBe(true);
  });

  it('says how well it follows its axes', () => {
    for (const along of make(3).order ?? []) expect(along).toBeGreaterThan(0.8);
    expect(make(3, { layout: 'likeness' }).order).toBeNull();
    // Without a latent for noise, noisiness says nothing of the place.
    const { order } = make(2, { layout: 'noisiness' });
    expect(Math.abs(order?.[1] ?? 1)).toBeLessThan(0.95);
  });

  it('stands in the order of noisiness where that is asked for', () => {
    expect(inOrder(make(3, { layout: 'noisiness' }).zones, 1, ({ noisiness }) => noisiness)).toBe(true);
  });

  it('keeps within the ceiling: a lower one leaves the loud sounds out', () => {
    for (const ceilingDb of [-1, -24]) {
      const { zones } = make(3, { ceilingDb });
      expect(zones.length).toBeGreaterThan(2);
      for (const { peak } of zones) expect(peak).toBeLessThanOrEqual(10 ** (ceilingDb / 20));
    }
  });

  it('leaves out places whose sound is no number', () => {
    const { zones } = make(3, {}, { notANumberAbove: 0.5 });
    for (const { latents } of zones) expect(latents[0]).toBeLessThanOrEqual(0.5);
  });

  it('labels each sound by what it is', () => {
    for (const { label, latents, pitchHz } of make(3).zones) {
      const share = latents[2] ?? 0;
      if (share > 0.9) expect(label).toContain('noise');
      if (share > 0) continue;
      const hz = 220 * 2 ** (latents[0] ?? 0);
      expect(Math.abs(1200 * Math.log2((pitchHz ?? 1) / hz))).toBeLessThan(10);
      expect(label).toMatch(hz < 130 ? /hum/ : /tone/);
    }
  });

  it('has distinct labels, hues and places', () => {
    for (const layout of LAYOUTS) {
      const { zones } = make(3, { layout, zones: 12 });
      const distinct: ((zone: Zone) => string | number)[] = [
        ({ label }) => label,
        ({ hue }) => hue,
        ({ place }) => place[0],
        ({ place }) => place[1],
      ];
      for (const of of distinct) expect(new Set(zones.map((zone) => of(zone))).size).toBe(12);
      for (const { place } of zones) for (const along of place) expect(along >= 0 && along <= 1).toBe(true);
    }
  });

  it('is the same for one seed, and another for another', () => {
    const latents = (seed: number) => make(3, { seed }).zones.map((zone) => Array.from(zone.latents));
    expect(latents(5)).toEqual(latents(5));
    expect(latents(5)).not.toEqual(latents(6));
  });

  it.each([1, 2, 4, 128])('is made for %i latents', (latentDims) => {
    const { zones } = make(latentDims);
    expect(zones).toHaveLength(7);
    for (const { latents } of zones) expect(latents).toHaveLength(latentDims);
  });

  it('reports its progress up to 1', () => {
    const { shares } = make(3);
    expect(shares.at(-1)).toBe(1);
    // It stands still while sounds are chosen, and never goes back.
    expect(shares.every((share, i) => share >= (shares[i - 1] ?? 0))).toBe(true);
  });

  it('is refused where every sound is above the ceiling', () => {
    expect(() => make(3, { ceilingDb: -100 })).toThrow(/silent, or louder than the ceiling/);
  });

  it('is refused where no sound is a number', () => {
    expect(() => make(3, {}, { notANumberAbove: -Infinity })).toThrow(/no steady sound/);
  });
});
