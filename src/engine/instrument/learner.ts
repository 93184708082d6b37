import { TillerError } from '../../document/tiller-error.js';
import type { Trainer } from '../mapping/trainer.js';
import type { Preset } from '../../document/preset.js';
import {
  givesSameMapping,
  hasEnabledExamples,
  haveSameSize,
  needsTraining,
  otherTrainingSource,
  trainingSource,
  type TrainingSource,
} from '../../document/training-source.js';
import type { TrainedMapping } from '../../document/trained.js';
import type { MappingReport } from '../mapping/report.js';
import { reportMapping } from '../mapping/train.js';
import type { Change, InstrumentState } from './instrument-state.js';
import type { StateStore } from './state-store.js';

/** A running training whose examples have changed is replaced once they have not changed for this long. */
const REPLACE_AFTER_MS = 300;

/**
 * Longest that an offline render is held up by a training. The plugin takes an engine that does not answer for 20 s for
 * hung, and gives a render up after 30 s.
 */
const LONGEST_TRAINING_WAIT_MS = 15_000;

const renderedWhileLearning = () =>
  new TillerError(
    'engine-busy',
    'Playback or a render began before the mapping was learned: it begins with the mapping from before.',
    'Wait until learning has finished, then render again.',
  );

/**
 * Learns the mapping from the document's examples, one training at a time. While examples move, the running training
 * finishes and plays, and the newest document is learned next; so a drag is followed and none of its trainings starves.
 * What was cancelled or failed is tried again only where examples or settings change, or when the player asks. Main thread.
 */
export class Learner {
  /** What each mapping was learned from, where that is known: undo, or a change of the model, brings earlier ones back. */
  private readonly sources = new WeakMap<TrainedMapping, TrainingSource>();
  private readonly reports = new WeakMap<TrainedMapping, MappingReport>();
  /** What the running training learns from; null while none runs. */
  private running: TrainingSource | null = null;
  /** What was cancelled, or failed. */
  private abandoned: TrainingSource | null = null;
  /** What is to replace the running training when `replacing` fires. */
  private next: TrainingSource | null = null;
  private replacing: NodeJS.Timeout | null = null;
  private training: Promise<void> = Promise.resolve();

  /**
   * @param adopt makes a document with a new mapping the present one, and comes back through `follow` and `update`
   * @param notify shows an error to the player
   */
  constructor(
    private readonly store: StateStore,
    private readonly trainer: Trainer,
    private readonly adopt: (preset: Preset) => void,
    private readonly notify: (error: unknown) => void,
  ) {}

  /** Resolves once no training runs and none waits. */
  async settled(): Promise<void> {
    for (let last = this.training; ; last = this.training) {
      await last;
      if (last === this.training) return;
    }
  }

  /** `settled`, but after `LONGEST_TRAINING_WAIT_MS` at the latest; the player is then warned. */
  async settledForRender(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), LONGEST_TRAINING_WAIT_MS);
    });
    if ((await Promise.race([this.settled(), timeout])) === 'late') this.notify(renderedWhileLearning());
    clearTimeout(timer);
  }

  /**
   * Trains on the present document, in place of a training that runs. Resolves when the mapping plays, or when the
   * training was cancelled, replaced or has failed; a failure is shown to the player.
   * @throws TillerError `argument-invalid` where there are no enabled examples
   */
  train(): Promise<void> {
    if (!hasEnabledExamples(this.store.state.preset))
      throw new TillerError(
        'argument-invalid',
        'There are no examples to learn from.',
        'Find a sound, put the cursor where it should live, and capture it.',
      );
    return this.start();
  }

  /** Ends the running training and the one that waits; neither starts again by itself. */
  cancel(): void {
    if (this.running === null) return;
    this.stop('page');
    this.abandoned = trainingSource(this.store.state.preset);
  }

  /** A document was loaded: its mappings count as learned from its examples, each from those of its model. */
  restart(preset: Preset): void {
    this.stop('engine');
    this.abandoned = null;
    if (preset.trained !== null) this.sources.set(preset.trained, trainingSource(preset));
    for (const set of preset.otherModels)
      if (set.trained !== null) this.sources.set(set.trained, otherTrainingSource(preset, set));
  }

  /** Another model is about to be played: its latents are not those that the running training learns. */
  leaveModel(): void {
    if (this.running !== null) this.stop('engine');
  }

  /**
   * `preset` is about to become the present document. Ends a training whose mapping would not fit it, or would replace
   * the right one, as after an undo.
   * @returns whether training on `preset` would give another mapping than the one it holds, and the report of the training
   * that gave that one
   */
  follow(preset: Preset): Pick<InstrumentState['training'], 'stale' | 'report'> {
    const { trained } = preset;
    const stale = needsTraining(preset, (trained && this.sources.get(trained)) ?? null);
    const { running } = this;
    if (
      running !== null &&
      (!haveSameSize(preset, running) || (!stale && !givesSameMapping(preset, running)))
    )
      this.stop('engine');
    return { stale, report: trained === null ? null : this.reportOf(trained, preset, stale) };
  }

  /** The report of the training that gave a mapping; of one that came with a preset, the fit to the preset's examples. */
  private reportOf(trained: TrainedMapping, { examples }: Preset, stale: boolean): MappingReport | null {
    const known = this.reports.get(trained);
    if (known !== undefined || stale) return known ?? null;
    const report = reportMapping(trained, examples);
    if (report !== null) this.reports.set(trained, report);
    return report;
  }

  /** The document has changed: starts or schedules the training that it needs, where it learns automatically. */
  update(): void {
    const { preset, training } = this.store.state;
    if (!training.stale || !preset.learning.automatic) return this.clearReplacement();
    if (this.abandoned !== null && givesSameMapping(preset, this.abandoned)) return this.clearReplacement();
    if (this.running === null) void this.start();
    else if (givesSameMapping(preset, this.running)) this.clearReplacement();
    else if (this.next === null || !givesSameMapping(preset, this.next)) this.scheduleReplacement(preset);
  }

  /** Ends the training and its worker. */
  close(): Promise<void> {
    this.clearReplacement();
    return this.trainer.close();
  }

  private start(): Promise<void> {
    this.clearReplacement();
    this.training = this.learn();
    return this.training;
  }

  private async learn(): Promise<void> {
    const { store } = this;
    const source = trainingSource(store.state.preset);
    const latentCount = source.steering.dimensions.length;
    if (latentCount === 0) return;
    this.running = source;
    this.abandoned = null;
    store.changeTraining({ running: true, done: 0, total: latentCount }, 'engine');
    try {
      const { trained, report } = await this.trainer.train(
        {
          examples: source.examples,
          learning: source.learning,
          inputCount: source.inputs.length,
          latentCount,
        },
        { onProgress: (done, total) => store.changeTraining({ done, total }, 'engine') },
      );
      if (this.running !== source) return;
      this.running = null;
      this.sources.set(trained, source);
      this.reports.set(trained, report);
      store.changeTraining(
        { running: false, done: latentCount, total: latentCount, report, stale: false },
        'engine',
      );
      this.adopt({ ...store.state.preset, trained });
    } catch (error) {
      if (this.running !== source) return;
      this.running = null;
      this.abandoned = source;
      store.changeTraining({ running: false }, 'engine');
      if (!(error instanceof TillerError && error.code === 'training-cancelled')) this.notify(error);
      this.update();
    }
  }

  private stop(origin: Change['origin']): void {
    this.clearReplacement();
    this.running = null;
    this.trainer.cancel();
    this.store.changeTraining({ running: false }, origin);
  }

  private scheduleReplacement(preset: Preset): void {
    this.clearReplacement();
    this.next = trainingSource(preset);
    this.replacing = setTimeout(() => void this.start(), REPLACE_AFTER_MS);
  }

  private clearReplacement(): void {
    if (this.replacing !== null) clearTimeout(this.replacing);
    this.replacing = null;
    this.next = null;
  }
}
