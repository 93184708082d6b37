import fc from 'fast-check';

/** An integer from 0 to `below` - 1. */
export type RandomBelow = (below: number) => number;

/** Draws from fast-check, which reports seed and path of a failing case and repeats it by them. */
export const randomBelow =
  (generator: fc.GeneratorValue): RandomBelow =>
  (below) =>
    generator(fc.nat, { max: Math.max(0, below - 1) });

/** Changes a few bytes; sometimes truncates the data or repeats a part. */
export function breakBytes(data: Buffer, random: RandomBelow): Buffer {
  const out = Buffer.from(data);
  const changes = 1 + random(4);
  for (let i = 0; i < changes && out.length > 0; i += 1) out[random(out.length)] = random(256);
  if (random(8) === 0) return out.subarray(0, random(out.length + 1));
  if (random(8) === 0) {
    const from = random(out.length);
    return Buffer.concat([out, out.subarray(from, from + random(64))]);
  }
  return out;
}

const TOKENS = [
  '0',
  '-1',
  '2',
  '99999999',
  '1e30',
  'None',
  'True',
  'x',
  'self',
  '[]',
  '()',
  'inf',
  '[1, 2]',
  'torch.neg',
  'while True:',
  '"a"',
];

/** Replaces, removes and repeats words and lines; the result is often valid code. */
export function breakCode(source: string, random: RandomBelow): string {
  const lines = source.split('\n');
  const changes = 1 + random(3);
  for (let i = 0; i < changes; i += 1) {
    const at = random(lines.length);
    const line = lines[at] ?? '';
    switch (random(5)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(random(lines.length), 0, line);
        break;
      case 2:
        lines[at] = line.replace(/-?\b\d+\b/, () => TOKENS[random(TOKENS.length)] ?? '0');
        break;
      default: {
        const words = line.split(/\b/);
        words[random(words.length)] = TOKENS[random(TOKENS.length)] ?? '';
        lines[at] = words.join('');
      }
    }
  }
  return lines.join('\n');
}

/** Numbers, constants and names within a line of code. */
const ATOMS = /(?<![\w."])(?:-?\d[\d.e+-]*|None|True|False|[a-z_]\w*)(?![\w."(])/g;

/** Replaces one number, constant or name, mostly by another one of the code: the result is nearly always valid code. */
export function breakValue(source: string, random: RandomBelow): string {
  const atoms = [...source.matchAll(ATOMS)];
  const hit = atoms[random(atoms.length)];
  if (hit === undefined) return source;
  const other = random(3) === 0 ? TOKENS[random(TOKENS.length)] : atoms[random(atoms.length)]?.[0];
  return source.slice(0, hit.index) + (other ?? '') + source.slice(hit.index + hit[0].length);
}
