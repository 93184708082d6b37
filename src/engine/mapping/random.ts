/**
 * Seeded pseudo-random generator: sfc32 by Chris Doty-Humphrey (PractRand), seeded through the finaliser of MurmurHash3.
 * The same `seed` and `stream` give the same numbers on every machine.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** @param stream selects one of several independent sequences of a seed */
  constructor(seed: number, stream = 0) {
    this.a = scramble(seed ^ 0x9e3779b9);
    this.b = scramble(stream + 0x85ebca6b);
    this.c = scramble(this.a ^ this.b);
    for (let i = 0; i < 12; i++) this.word();
  }

  private word(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in the open interval 0..1. */
  uniform(): number {
    return (this.word() + 0.5) / 0x1_0000_0000;
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}

function scramble(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
