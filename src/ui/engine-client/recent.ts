/** For this long after the engine has confirmed a change, its announcement of the new state may still be on its way. */
export const ECHO_MILLISECONDS = 250;

/**
 * The value that a control has set last, so that the next step starts from it and not from an older one that the engine has yet
 * to announce: otherwise quick steps are lost, and on a busy machine slow ones, too.
 */
export class Recent<T> {
  private last: { readonly value: T } | null = null;

  /** @param settled resolves when the engine has confirmed what was sent until now */
  constructor(private readonly settled: () => Promise<void>) {}

  /** The value set last, or `fallback` once the engine must have announced it. */
  or(fallback: T): T {
    return this.last === null ? fallback : this.last.value;
  }

  /** To be called after the command that sets the value was sent. */
  set(value: T): void {
    const set = { value };
    this.last = set;
    const clear = () => {
      if (this.last === set) this.last = null;
    };
    void this.settled().then(() => setTimeout(clear, ECHO_MILLISECONDS));
  }

  /** The next step starts from the announced value. */
  clear(): void {
    this.last = null;
  }
}
