import { TillerError } from '../../document/tiller-error.js';
import type { Trainer } from '../mapping/trainer.js';
import type { Preset } from '../../document/preset.js';
import type { LearnedFrom } from '../../document/difference.js';
import { learnsFromOther, needsLearning } from '../../document/difference.js';
import type { Change } from './instrument-state.js';
import type { StateStore } from './state-store.js';

/** Learns the mapping from the document's examples, and knows which examples the playing one came from. Main thread. */
export class Learner {
  /** Examples and learning settings that the playing mapping was learned from. */
  private learnedFrom: LearnedFrom | null = null;
  /** What the training that runs learns from. */
  private learningFrom: LearnedFrom | null = null;
  private training: Promise<void> = Promise.resolve();

  /** @param adopt makes a document with a new mapping the present one */
  constructor(
    private readonly store: StateStore,
    private readonly trainer: Trainer,
    private readonly adopt: (preset: Preset) => void,
    private readonly notify: (error: unknown) => void,
  ) {}

  /** The last training that was begun; settles with it. */
  get settled(): Promise<void> {
    return this.training;
  }

  /** Learns; a training that runs already is replaced. Settles when the mapping plays, or when something overtook it. */
  train(): Promise<void> {
    this.training = this.learn();
    return this.training;
  }

  private async learn(): Promise<void> {
    const { store } = this;
    const { examples, learning, inputs, steering } = store.state.preset;
    const latentCount = steering.dimensions.length;
    if (latentCount === 0) return;
    const from = { examples, learning, inputs, steering };
    this.learningFrom = from;
    store.changeTraining({ running: true, done: 0, total: latentCount }, 'engine');
    try {
      const { trained, report } = await this.trainer.train(
        { examples, learning, inputCount: inputs.length, latentCount },
        { onProgress: (done, total) => store.changeTraining({ done, total }, 'engine') },
      );
      this.learnedFrom = from;
      this.learningFrom = null;
      store.changeTraining(
        { running: false, done: latentCount, total: latentCount, report, stale: false },
        'engine',
      );
      this.adopt({ ...store.state.preset, trained });
    } catch (error) {
      if (error instanceof TillerError && error.code === 'training-cancelled') return;
      this.learningFrom = null;
      store.changeTraining({ running: false }, 'engine');
      this.notify(error);
    }
  }

  cancel(): void {
    this.stop('page');
  }

  /** A document was loaded whole: its mapping, if it has one, counts as learned from its examples. */
  restart(preset: Preset): void {
    this.stop('engine');
    this.learnedFrom = preset.trained === null ? null : preset;
  }

  /**
   * `preset` is becoming the present document. Ends a training whose mapping would not fit it, or would replace the
   * right one, as after an undo. True when learning it again would give another mapping than the one that plays.
   */
  follow(preset: Preset): boolean {
    const stale = needsLearning(preset, this.learnedFrom);
    const from = this.learningFrom;
    if (from !== null && (!fits(preset, from) || (!stale && learnsFromOther(preset, from))))
      this.stop('engine');
    return stale;
  }

  private stop(origin: Change['origin']): void {
    this.learningFrom = null;
    this.trainer.cancel();
    this.store.changeTraining({ running: false }, origin);
  }

  close(): Promise<void> {
    return this.trainer.close();
  }
}

/** Whether a mapping that is learned from the one leads from the other's inputs to its latents. */
function fits({ inputs, steering }: LearnedFrom, from: LearnedFrom): boolean {
  return (
    inputs.length === from.inputs.length && steering.dimensions.length === from.steering.dimensions.length
  );
}
