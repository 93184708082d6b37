import type { LightFigures, LightReport } from './model-report.js';

/** What a light form gives and costs, in a few words: “1.4 times faster, 41 % of the memory for weights, −38 dB”. */
export function figureWords({ timesFaster, weightBytes, audioSnrDb }: LightFigures): string {
  const memory = weightBytes.exact === 0 ? 1 : weightBytes.light / weightBytes.exact;
  const difference = Math.round(-audioSnrDb);
  const figures = [
    `${timesFaster.toFixed(1)} times faster`,
    `${Math.round(100 * memory)} % of the memory for weights`,
    `${difference < 0 ? '−' : ''}${Math.abs(difference)} dB`,
  ];
  return figures.join(', ');
}

/** What came of an attempt to make a light form, as a sentence without a full stop. */
export function lightWords(light: LightReport): string {
  switch (light.outcome) {
    case 'made':
      return figureWords(light.figures);
    case 'gains-too-little':
      return `no light form: it would not be faster on ${light.processor}`;
    case 'differs-too-much':
      return 'no light form: it would change the sound too much';
  }
}
