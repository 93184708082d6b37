/**
 * How a value is written and read: decibels, seconds, milliseconds, a share of 0 to 1 shown in percent, latent units, a whole
 * number, or a plain number.
 */
export type Unit = 'dB' | 's' | 'ms' | '%' | 'latent' | 'count' | 'plain';

const minus = (text: string) => text.replace('-', '−');

/** The value with its unit, with no more digits than are useful. */
export function formatValue(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return '–';
  switch (unit) {
    case 'dB':
      return value <= -60 ? '−∞ dB' : `${minus(value.toFixed(1))} dB`;
    case 's':
      return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(value < 10 ? 2 : 1)} s`;
    case 'ms':
      return `${Math.round(value)} ms`;
    case '%':
      return `${Math.round(value * 100)} %`;
    case 'latent':
      return (
        (value > 0 ? '+' : '') +
        minus(value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0))
      );
    case 'count':
      return String(Math.round(value));
    case 'plain':
      return minus(Math.abs(value) >= 10 ? value.toFixed(1) : Number(value.toPrecision(3)).toString());
  }
}

/** Factor from each accepted suffix to the unit. */
const SUFFIXES: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  dB: { db: 1 },
  s: { s: 1, ms: 0.001 },
  ms: { ms: 1, s: 1000 },
  '%': { '%': 0.01 },
  latent: {},
  count: {},
  plain: {},
};

/** The value of a typed text, with or without its unit; null where it is not a number or has another unit. */
export function parseValue(text: string, unit: Unit): number | null {
  const match = /^\s*([+\-−]?)\s*(∞|inf|(?:\d+[.,]?\d*|[.,]\d+)(?:e[+\-−]?\d+)?)\s*([a-zµ%]*)\s*$/i.exec(
    text,
  );
  if (match === null) return null;
  const [, sign = '', digits = '', suffix = ''] = match;
  const factor = suffix === '' ? (unit === '%' ? 0.01 : 1) : SUFFIXES[unit][suffix.toLowerCase()];
  if (factor === undefined) return null;
  const size = /^\d|^[.,]/.test(digits) ? Number(digits.replace('−', '-').replace(',', '.')) : Infinity;
  const value = (sign === '' || sign === '+' ? size : -size) * factor;
  return unit === 'count' ? Math.round(value) : value;
}
