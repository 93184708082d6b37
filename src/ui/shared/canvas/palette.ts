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
