/** A whole number from 0 to `below` - 1. */
export type RandomBelow = (below: number) => number;

/** mulberry32: a small generator for choosing what to break, so that a case can be repeated by its number. */
export function randomSource(seed: number): RandomBelow {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Changes a few bytes; sometimes cuts the end off, or repeats a piece. */
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
