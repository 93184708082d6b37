import { parse, stringify } from 'flatted';
import { z } from 'zod';
import { withLoopReferences, withReferredLoops } from './loop-references.js';
import { parsePreset } from './parse-preset.js';
import type { ModelReference, Preset } from './preset.js';
import type { TrainedMapping } from './trained.js';
import { shareEqualParts } from './difference.js';
import { MAX_STEPS, NO_COMPARISON, type Comparison, type HistorySteps, type Step } from './history.js';

/** Longest text of a history, in characters: it is sent to the plugin after each edit. */
export const MAX_HISTORY_LENGTH = 1024 * 1024;

const stepsSchema = z
  .array(
    z.strictObject({
      label: z.string().max(200),
      document: z.unknown(),
      /** Left out for the many steps that do not exchange the sides of the comparison. */
      exchanges: z.literal(true).optional(),
    }),
  )
  .max(MAX_STEPS);
const historySchema = z.strictObject({
  done: stepsSchema,
  undone: stepsSchema,
  /** Left out before the first exchange. */
  comparison: z.strictObject({ side: z.enum(['A', 'B']), other: z.unknown() }).optional(),
});

/** A step that was read back. Its document is validated when it is needed: a whole history would take seconds. */
class StoredStep implements Step {
  private validated: Preset | null = null;

  constructor(
    readonly label: string,
    readonly stored: unknown,
    readonly exchanges: boolean,
    private readonly present: Preset,
  ) {}

  /** @throws TillerError `preset-invalid` where the stored document is not valid */
  get document(): Preset {
    return (this.validated ??= readDocument(this.stored, this.present));
  }
}

/** @throws TillerError `preset-invalid` where the stored document is not valid */
const readDocument = (stored: unknown, present: Preset): Preset =>
  shareEqualParts(withMapping(parsePreset(stored), present), present);

/**
 * A history as JSON text of at most `MAX_HISTORY_LENGTH` characters, for the next engine. Parts that several documents share
 * are written once, and loops that the present document keeps as references to it. Mappings that are learned again automatically are left out, and the oldest steps of a history that is
 * too long: half of the steps at a time, so that all passes together cost at most about twice the first. The other side of a
 * comparison is left out where it alone is too long.
 * @param present the document that the history belongs to
 */
export function formatHistory(history: HistorySteps, present: Preset): string {
  const refer = withLoopReferences(present);
  for (let most = Math.max(history.done.length, history.undone.length); ; most >>= 1) {
    const newest = (steps: readonly Step[]) =>
      steps.slice(Math.max(0, steps.length - most)).map((step) => ({
        label: step.label,
        ...(step.exchanges ? { exchanges: true } : {}),
        document: refer(step instanceof StoredStep ? step.stored : withoutMapping(step.document)),
      }));
    const text = stringify({
      done: newest(history.done),
      undone: newest(history.undone),
      ...storedComparison(history.comparison, refer),
    });
    if (text.length <= MAX_HISTORY_LENGTH) return text;
    if (most === 0) return stringify({ done: [], undone: [] });
  }
}

const storedComparison = ({ side, other }: Comparison, refer: (document: unknown) => unknown) =>
  other === null ? {} : { comparison: { side, other: refer(withoutMapping(other)) } };

/**
 * Reads what `formatHistory` wrote.
 * @param present the document that the history belongs to
 * @throws Error where `text` is not a history, or the other side of its comparison not a document; a step's document is
 * validated when it is first read
 */
export function parseHistory(text: string, present: Preset): HistorySteps {
  if (text.length > MAX_HISTORY_LENGTH) throw new RangeError('The history is too long.');
  const { done, undone, comparison } = historySchema.parse(parse(text));
  const referred = withReferredLoops(present);
  const steps = (stored: typeof done) =>
    stored.map(
      ({ label, document, exchanges = false }) =>
        new StoredStep(label, referred(document), exchanges, present),
    );
  return {
    done: steps(done),
    undone: steps(undone),
    comparison:
      comparison === undefined
        ? NO_COMPARISON
        : { side: comparison.side, other: readDocument(referred(comparison.other), present) },
  };
}

function withoutMapping(document: Preset): Preset {
  const { learning, trained, otherModels } = document;
  if (!learning.automatic || [trained, ...otherModels.map((set) => set.trained)].every((one) => one === null))
    return document;
  return {
    ...document,
    trained: null,
    otherModels: otherModels.map((set) => (set.trained === null ? set : { ...set, trained: null })),
  };
}

/** Until a document's own mappings have been learned, it plays the present ones where those fit. */
function withMapping(document: Preset, present: Preset): Preset {
  if (!document.learning.automatic) return document;
  const inputs = document.inputs.length;
  const known = new Map<string | undefined, TrainedMapping | null>(
    present.otherModels.map((set) => [set.model.sha256, set.trained]),
  );
  known.set(present.model?.sha256, present.trained);
  const fitting = (model: ModelReference | null, trained: TrainedMapping | null, latents: number) => {
    const other = trained === null ? known.get(model?.sha256) : null;
    return other?.inputs === inputs && other.dimensions.length === latents ? other : trained;
  };
  return {
    ...document,
    trained: fitting(document.model, document.trained, document.steering.dimensions.length),
    otherModels: document.otherModels.map((set) => ({
      ...set,
      trained: fitting(set.model, set.trained, set.dimensions.length),
    })),
  };
}
