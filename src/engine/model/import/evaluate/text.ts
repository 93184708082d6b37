import type { Real } from './tensors/content.js';

/** The texts that a `Text` can be, by number. Code that compares it with a further text, or joins one in, adds that at the end. */
export class TextChoices {
  private readonly known: string[];

  /** @param initial without repetition */
  constructor(initial: readonly string[]) {
    this.known = [...initial];
  }

  get all(): readonly string[] {
    return this.known;
  }

  /** The number of a text, which is added where it is new. */
  numberOf(text: string): number {
    const found = this.known.indexOf(text);
    return found >= 0 ? found : this.known.push(text) - 1;
  }
}

/** A string of the program that is only known when the graph runs: one of a few. */
export class Text {
  constructor(
    readonly choices: TextChoices,
    /** Its number among the choices, an int64 without dimensions. */
    readonly number: Real,
  ) {}
}
