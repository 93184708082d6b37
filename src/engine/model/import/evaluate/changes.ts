let created = 0;

/** An object of the program that is changed in place. */
export abstract class Changeable {
  /** Greater than that of every object that the program made before; 0 for objects of the file, which are loaded when first used. */
  readonly serial: number;

  /** @param isStored whether the file holds it */
  constructor(isStored: boolean) {
    this.serial = isStored ? 0 : (created += 1);
  }

  /** A copy of what it holds. */
  abstract save(): unknown;
  /** @param saved by `save` of the same object */
  abstract restore(saved: unknown): void;
}

/** What objects hold after code that is undone again; only objects that were there before it. */
export type Outcome = ReadonlyMap<Changeable, unknown>;

interface Attempt {
  /** Objects made later are the attempt's own: nothing else knows them. */
  readonly lastSerial: number;
  /** What objects held when they first changed. */
  readonly before: Map<Changeable, unknown>;
}

/** Keeps what objects held before they changed, so that code can be run and undone. */
export class Changes {
  /** Those that run, the innermost last. */
  private readonly attempts: Attempt[] = [];

  /** Whether what happens now is undone later. */
  get isAttempt(): boolean {
    return this.attempts.length > 0;
  }

  /** To be called before an object changes. */
  note(object: Changeable): void {
    for (const { lastSerial, before } of this.attempts)
      if (object.serial <= lastSerial && !before.has(object)) before.set(object, object.save());
  }

  /**
   * Runs code and undoes what it changed.
   * @param conclude called before that
   * @throws what the code throws; its changes are then undone, too
   */
  attempt<T>(run: () => void, conclude: (outcome: Outcome) => T): T {
    const attempt: Attempt = { lastSerial: created, before: new Map() };
    this.attempts.push(attempt);
    try {
      run();
      return conclude(new Map([...attempt.before.keys()].map((object) => [object, object.save()])));
    } finally {
      this.attempts.pop();
      for (const [object, before] of attempt.before) object.restore(before);
    }
  }
}
