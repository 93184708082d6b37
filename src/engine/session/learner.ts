import { TillerError } from '../errors.js';
import type { Trainer } from '../mapping/trainer.js';
import type { Preset } from '../preset/schema.js';
import type { LearnedFrom } from './document-difference.js';
import { needsLearning } from './document-difference.js';
import type { StateBoard } from './state-board.js';

/** Learns the mapping from the document's examples, and knows which examples the playing one came from. Main thread. */
export class Learner {
  /** Examples and learning settings that the playing mapping was learned from. */
  private learnedFrom: LearnedFrom | null = null;
  private training: Promise<void> = Promise.resolve();

  /** @param adopt makes a document with a new mapping the present one */
  constructor(
    private readonly board: StateBoard,
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
    const { board } = this;
    const { preset } = board.state;
    const { examples, learning, inputs } = preset;
    const latentCount = preset.steering.dimensions.length;
    if (latentCount === 0) return;
    board.changeTraining({ running: true, done: 0, total: latentCount }, 'engine');
    try {
      const { trained, report } = await this.trainer.train(
        { examples, learning, inputCount: inputs.length, latentCount },
        { onProgress: (done, total) => board.changeTraining({ done, total }, 'engine') },
      );
      const now = board.state.preset;
      if (now.inputs.length !== inputs.length || now.steering.dimensions.length !== latentCount) {
        board.changeTraining({ running: false }, 'engine');
        return;
      }
      this.learnedFrom = { examples, learning, inputs };
      board.changeTraining(
        { running: false, done: latentCount, total: latentCount, report, stale: false },
        'engine',
      );
      this.adopt({ ...now, trained });
    } catch (error) {
      if (error instanceof TillerError && error.code === 'training-cancelled') return;
      board.changeTraining({ running: false }, 'engine');
      this.notify(error);
    }
  }

  cancel(): void {
    this.trainer.cancel();
    this.board.changeTraining({ running: false }, 'page');
  }

  /**
   * A document was loaded whole: its mapping, if it has one, counts as learned from its examples. What is still being
   * learned belongs to the document before it, and is given up.
   */
  restart(preset: Preset): void {
    this.trainer.cancel();
    this.learnedFrom = preset.trained === null ? null : preset;
  }

  /** True when learning `preset` again would give another mapping than the one that plays. */
  isStale(preset: Preset): boolean {
    return needsLearning(preset, this.learnedFrom);
  }

  close(): Promise<void> {
    return this.trainer.close();
  }
}
