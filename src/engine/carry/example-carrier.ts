import { createNanoEvents } from 'nanoevents';
import type { ModelAttribute } from '../../document/model-attribute.js';
import type { ModelSet } from '../../document/model-set.js';
import { TillerError } from '../../document/tiller-error.js';
import type { Carrying } from '../../protocol/interface.js';
import type { Instrument } from '../instrument/instrument.js';
import type { ModelSource } from '../instrument/instrument-state.js';
import { requireLatents } from '../model/run/model-kind.js';
import { withAttributeValues } from '../model/manifest.js';
import { JobRunner } from '../workers/job-runner.js';
import {
  fromCarryWorkerSchema,
  type CarryWorkerData,
  type FromCarryWorker,
  type LatentsOfExample,
} from './messages.js';

/**
 * Carries the examples that a document keeps for another model over to the present one, in a background thread: each to the
 * place that sounds most like it. The examples of the other model stay. Main thread.
 */
export class ExampleCarrier {
  /** The job that runs; null while none does. */
  state: Carrying | null = null;
  private readonly events = createNanoEvents<{ change: () => void }>();
  private readonly jobs: JobRunner<FromCarryWorker>;

  constructor(
    private readonly instrument: Pick<Instrument, 'state' | 'edit'>,
    private readonly models: Pick<ModelSource, 'find'>,
    workerUrl: URL = new URL('./carry-worker.js', import.meta.url),
  ) {
    this.jobs = new JobRunner({
      url: workerUrl,
      name: 'tiller-carry',
      schema: fromCarryWorkerSchema,
      cancelled,
      failed: (reason, cause) =>
        new TillerError(
          'internal',
          `The examples could not be carried over: ${reason}.`,
          'They are kept with their model.',
          { cause },
        ),
    });
  }

  /** Calls `listener` after each change of `state`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /**
   * Adds the examples of the model `sha256` to those of the present model, as one step of the undo history. A job that runs is
   * cancelled.
   * @throws TillerError `argument-invalid` where the document keeps no examples of that model, where it plays another model by
   * the time that the places are found, or has too many examples; `model-missing` where either model is not in the library;
   * `model-failed`; `carry-cancelled`. The document is then unchanged.
   */
  async carry(sha256: string): Promise<void> {
    this.cancel();
    const { preset } = this.instrument.state;
    const set = setOf(preset.otherModels, sha256);
    const [from, to] = await Promise.all([
      this.find(set.model.sha256, set.attributes),
      this.find(preset.model?.sha256, preset.attributes),
    ]);
    requireLatents(to.manifest);
    const examples = set.examples.map(({ id, latents }) => ({ id, latents }));
    const carried = await this.run({ from, to, examples }, set.model.name);
    this.add(sha256, to.manifest.sha256, carried);
  }

  /** Ends the job that runs; its examples are not added. */
  cancel(): void {
    this.jobs.cancel();
  }

  /** Cancels the job that runs, and resolves when its thread has ended. */
  close(): Promise<void> {
    return this.jobs.close();
  }

  private async find(
    sha256: string | undefined,
    attributes: readonly ModelAttribute[],
  ): Promise<CarryWorkerData['from']> {
    const found = sha256 === undefined ? null : await this.models.find(sha256);
    if (found === null)
      throw new TillerError(
        'model-missing',
        'Both models are needed to compare their sounds, and one of them is not in the library.',
        'Import its .ts file.',
      );
    return { dir: found.dir, manifest: withAttributeValues(found.manifest, attributes) };
  }

  private async run(data: CarryWorkerData, name: string): Promise<LatentsOfExample[]> {
    const { examples } = await this.jobs.run(data, (progress) =>
      this.change(progress === null ? null : { model: name, progress }),
    );
    return examples;
  }

  /** Labels, positions and weights are those that the examples have by now. */
  private add(from: string, to: string, carried: readonly LatentsOfExample[]): void {
    const { preset } = this.instrument.state;
    if (preset.model?.sha256 !== to)
      throw new TillerError(
        'argument-invalid',
        'Another model plays by now: no examples were carried over.',
        'Carry them over again with the model that they are for.',
      );
    const latentsOf = new Map(carried.map(({ id, latents }) => [id, latents]));
    const examples = setOf(preset.otherModels, from).examples.flatMap(({ id, ...example }) => {
      const latents = latentsOf.get(id);
      return latents === undefined ? [] : [{ ...example, latents }];
    });
    if (examples.length === 0)
      throw new TillerError(
        'argument-invalid',
        'None of these examples gives a sound that could be compared.',
      );
    this.instrument.edit({ type: 'add-examples', examples });
  }

  private change(state: Carrying | null): void {
    this.state = state;
    this.events.emit('change');
  }
}

function setOf(sets: readonly ModelSet[], sha256: string): ModelSet {
  const set = sets.find(({ model }) => model.sha256 === sha256);
  if (set === undefined || set.examples.length === 0)
    throw new TillerError(
      'argument-invalid',
      'This preset keeps no examples of that model.',
      'Choose a model that is listed.',
    );
  return set;
}

const cancelled = () =>
  new TillerError('carry-cancelled', 'No examples were carried over: it was cancelled.');
