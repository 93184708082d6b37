import { parse, stringify } from 'flatted';
import { z } from 'zod';
import { parsePreset } from './parse-preset.js';
import type { Preset } from './preset.js';
import { shareEqualParts } from './difference.js';
import { MAX_STEPS, type HistorySteps, type Step } from './history.js';

/**
 * Longest text of a history, in characters. It goes to the plugin at each edit, through the pipe that carries the
 * sound: the streaming thread is away for as long as that takes.
 */
export const MAX_HISTORY_LENGTH = 1024 * 1024;

const stepsSchema = z
  .array(z.strictObject({ label: z.string().max(200), document: z.unknown() }))
  .max(MAX_STEPS);
const historySchema = z.strictObject({ done: stepsSchema, undone: stepsSchema });

/** A step as it was kept. Its document is checked when the player goes there: a long history would take seconds. */
class StoredStep implements Step {
  private checked: Preset | null = null;

  constructor(
    readonly label: string,
    readonly kept: unknown,
    private readonly present: Preset,
  ) {}

  /** @throws TillerError `preset-invalid` where what was kept is no document */
  get document(): Preset {
    return (this.checked ??= shareEqualParts(
      withMapping(parsePreset(this.kept), this.present),
      this.present,
    ));
  }
}

/**
 * A history as text, for the engine after this one. In it documents share what they have in common. Mappings that learn themselves again from
 * the examples are left out; of a history that is too long, the oldest steps are.
 */
export function formatHistory(history: HistorySteps): string {
  for (let most = MAX_STEPS; ; most >>= 1) {
    const newest = (steps: readonly Step[]) =>
      steps.slice(Math.max(0, steps.length - most)).map((step) => ({
        label: step.label,
        document: step instanceof StoredStep ? step.kept : lean(step.document),
      }));
    const text = stringify({ done: newest(history.done), undone: newest(history.undone) });
    if (text.length <= MAX_HISTORY_LENGTH || most === 0) return text;
  }
}

/**
 * The history that led to the document `present`.
 * @throws Error where `text` is none
 */
export function parseHistory(text: string, present: Preset): HistorySteps {
  if (text.length > MAX_HISTORY_LENGTH) throw new RangeError('The history is too long.');
  const { done, undone } = historySchema.parse(parse(text));
  const steps = (kept: typeof done) =>
    kept.map(({ label, document }) => new StoredStep(label, document, present));
  return { done: steps(done), undone: steps(undone) };
}

const lean = (document: Preset): Preset =>
  document.learning.automatic && document.trained !== null ? { ...document, trained: null } : document;

/** Until `document` has learned its own mapping, it plays the present one where that fits. */
function withMapping(document: Preset, { trained }: Preset): Preset {
  const fits =
    trained !== null &&
    trained.inputs === document.inputs.length &&
    trained.dimensions.length === document.steering.dimensions.length;
  return document.trained === null && document.learning.automatic && fits
    ? { ...document, trained }
    : document;
}
