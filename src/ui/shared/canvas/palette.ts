/** The colours that canvases need, read once from the page's own tokens. */
export interface Palette {
  light: boolean;
  ground: string;
  well: string;
  line: string;
  lineStrong: string;
  ink: string;
  inkSoft: string;
  inkFaint: string;
  hand: string;
  sound: string;
  result: string;
  danger: string;
}

let cached: { theme: string; palette: Palette } | null = null;

export function palette(): Palette {
  const theme = document.documentElement.dataset.theme ?? 'dark';
  if (cached?.theme === theme) return cached.palette;
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const read: Palette = {
    light: theme === 'light',
    ground: token('--surface'),
    well: token('--well'),
    line: token('--line'),
    lineStrong: token('--line-strong'),
    ink: token('--ink'),
    inkSoft: token('--ink-soft'),
    inkFaint: token('--ink-faint'),
    hand: token('--hand'),
    sound: token('--sound'),
    result: token('--result'),
    danger: token('--danger'),
  };
  cached = { theme, palette: read };
  return read;
}

/** sRGB bytes of an OKLab colour (Ottosson 2020), clipped to what a screen shows. */
export function oklab(lightness: number, a: number, b: number, out: Uint8ClampedArray, at: number): void {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  out[at] = gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  out[at + 1] = gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  out[at + 2] = gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  out[at + 3] = 255;
}

function gamma(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.pow(linear, 1 / 2.4) - 0.055;
  return 255 * value;
}

/** The colour of an example: its own hue, muted, at a lightness that the theme carries. */
export const exampleColour = (hue: number, light: boolean): string =>
  light ? `oklch(0.55 0.12 ${hue})` : `oklch(0.78 0.11 ${hue})`;
