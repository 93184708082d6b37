/** The colours that canvases paint with, as CSS colours: copies of the page's tokens. */
export interface Palette {
  light: boolean;
  /** Background of the pad and of tracks. */
  inset: string;
  line: string;
  text: string;
  textSoft: string;
  textFaint: string;
  /** What the player controls: cursor, inputs, the mapping's latents. */
  control: string;
  /** What comes from the audio input: the encoder's latents, input levels. */
  input: string;
  /** What is heard: the decoder's latents, output levels. */
  output: string;
  danger: string;
}

const forcedColours = window.matchMedia('(forced-colors: active)');
/** With forced colours, the system's scheme is that of its canvas, whatever theme was chosen. */
const systemIsLight = window.matchMedia('(prefers-color-scheme: light)');
let cached: { theme: string; palette: Palette } | null = null;

/** The palette of the current theme: another object after each change of it, or of the system's colours. */
export function palette(): Palette {
  const chosen = document.documentElement.dataset.theme ?? 'dark';
  const system = systemIsLight.matches ? 'light' : 'dark';
  const theme = forcedColours.matches ? `${system} forced` : chosen;
  if (cached?.theme === theme) return cached.palette;
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const read: Palette = {
    light: theme.startsWith('light'),
    inset: token('--inset'),
    line: token('--line'),
    text: token('--text'),
    textSoft: token('--text-soft'),
    textFaint: token('--text-faint'),
    control: token('--tone-control'),
    input: token('--tone-input'),
    output: token('--tone-output'),
    danger: token('--danger'),
  };
  cached = { theme, palette: read };
  return read;
}
