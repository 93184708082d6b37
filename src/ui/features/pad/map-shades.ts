import type { MapMode } from '../../../protocol/interface.js';

/** A colour in OKLab: lightness 0 to 1, two colour axes. */
export interface Shade {
  l: number;
  a: number;
  b: number;
}
export type LegendMode = Exclude<MapMode, 'latents'>;

/** Lightness of the grey that stands for no confidence. */
export const UNKNOWN_LIGHTNESS = { dark: 0.2, light: 0.93 };

/** Kept low in contrast, so that cursor and examples stand out from the map. */
const LATENTS = { dark: { base: 0.31, depth: 0.11 }, light: { base: 0.86, depth: 0.08 } };
const LATENTS_CHROMA = { dark: 0.095, light: 0.075 };
/** Lightness at the low and at the high end. */
const CONFIDENCE = { dark: [0.2, 0.46], light: [0.95, 0.74] } as const;
const LEVEL = { dark: [0.2, 0.56], light: [0.96, 0.66] } as const;
/** Colour axes of the quiet end (bluish) and of the loud end (red); their lightness differs, too. */
const QUIET = { a: -0.015, b: -0.05 };
const LOUD = { a: 0.105, b: 0.075 };

const between = (low: number, high: number, share: number) => low + (high - low) * share;

/**
 * Writes the colour of a cell to `out`; the values of its planes are 0 to 1. Mode `latents`: the first principal component is
 * the lightness, the second and third are the colour axes, so that equal distances look equal. Mode `dimension`: blue for low,
 * rose for high, grey at zero, which all common forms of colour vision can distinguish.
 */
export function shadeOf(
  mode: MapMode,
  light: boolean,
  first: number,
  second: number,
  third: number,
  out: Shade,
): void {
  const theme = light ? 'light' : 'dark';
  const chroma = LATENTS_CHROMA[theme];
  const { base, depth } = LATENTS[theme];
  const signed = 2 * first - 1;
  switch (mode) {
    case 'latents':
      out.l = base + depth * signed;
      out.a = chroma * (2 * second - 1);
      out.b = chroma * (2 * third - 1);
      return;
    case 'dimension':
      out.l = base + (light ? -1 : 1) * depth * Math.abs(signed);
      out.a = chroma * signed * (signed > 0 ? 1.1 : 0.2);
      out.b = chroma * signed * (signed > 0 ? 0.25 : 1.25);
      return;
    case 'confidence':
      out.l = between(CONFIDENCE[theme][0], CONFIDENCE[theme][1], first);
      out.a = 0;
      out.b = 0.012 * first;
      return;
    case 'loudness':
      out.l = between(LEVEL[theme][0], LEVEL[theme][1], first);
      out.a = between(QUIET.a, LOUD.a, first);
      out.b = between(QUIET.b, LOUD.b, first);
      return;
  }
}
