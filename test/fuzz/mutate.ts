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
