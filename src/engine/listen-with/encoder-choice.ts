import { createNanoEvents } from 'nanoevents';
import type { ListenWith } from '../../document/listen-with.js';
import { pack } from '../../document/packing.js';
import { TillerError } from '../../document/tiller-error.js';
import type { PreparingListener } from '../../protocol/listening-with.js';
import type { Instrument } from '../instrument/instrument.js';
import type { ModelSource } from '../instrument/instrument-state.js';
import { fitsDecoder } from '../model/run/listener.js';
import { requireEncoder } from '../model/run/model-kind.js';
import { JobRunner } from '../workers/job-runner.js';
import { type FromListenerWorker, fromListenerWorkerSchema, type ListenerData } from './messages.js';

/**
 * Chooses whose encoder hears the track, in place of that of the model that plays, and has what the two need of each other found out in a
 * background thread, while the music plays. Main thread.
 */
export class EncoderChoice {
  /** What is prepared; null while nothing is. */
  state: PreparingListener | null = null;
  private readonly events = createNanoEvents<{ change: () => void }>();
  private readonly jobs: JobRunner<FromListenerWorker>;
  /** Counts choices and cancellations: a choice that another has overtaken ends. */
  private turns = 0;

  constructor(
    private readonly instrument: Pick<Instrument, 'state' | 'edit'>,
    private readonly models: Pick<ModelSource, 'find'>,
    workerUrl: URL = new URL('./listener-worker.js', import.meta.url),
  ) {
    this.jobs = new JobRunner({
      url: workerUrl,
      name: 'tiller-listener',
      schema: fromListenerWorkerSchema,
      cancelled,
      failed: (reason, cause) =>
        new TillerError('internal', `The encoder could not be prepared: ${reason}.`, 'Try again.', { cause }),
    });
  }

  /** Calls `listener` after each change of `state`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /**
   * Has another model's encoder hear the track, as one step of the undo history. A choice that is not made yet is cancelled.
   * @param sha256 of the model; null for the one that plays
   * @param isAdapted false to take its latents as they are, which then must be as many
   * @throws TillerError `model-missing` where either model is not in the library, `model-interface` where latents are to be adapted to those of a decoder alone, `argument-invalid` where they do not fit or another
   *   model or document plays by the time that the two are prepared, `listen-cancelled`, `model-failed`. The document is then unchanged.
   */
  async choose(sha256: string | null, isAdapted: boolean): Promise<void> {
    this.cancel();
    const turn = this.turns;
    // Versions of a document share it.
    const { model } = this.instrument.state.preset;
    const playing = model?.sha256;
    if (sha256 === null || sha256 === playing) {
      this.instrument.edit({ type: 'listen-with', listenWith: null });
      return;
    }
    const [player, listened] = await Promise.all([this.find(playing), this.find(sha256)]);
    if (turn !== this.turns) throw cancelled();
    const isSameCount = listened.manifest.latentDims === player.manifest.latentDims;
    if (!fitsDecoder(listened.manifest, player.manifest) || !(isAdapted || isSameCount)) throw unfit();
    if (isAdapted) requireEncoder(player.manifest);
    const listenWith = await this.run({ player, listened, isAdapted });
    if (this.instrument.state.preset.model !== model) throw overtaken();
    this.instrument.edit({ type: 'listen-with', listenWith });
  }

  /** Ends the choice that is not made yet; the encoder stays. */
  cancel(): void {
    this.turns += 1;
    this.jobs.cancel();
  }

  /** Cancels the job that runs, and resolves when its thread has ended. */
  close(): Promise<void> {
    this.turns += 1;
    return this.jobs.close();
  }

  private async find(sha256: string | undefined): Promise<ListenerData['player']> {
    const found = sha256 === undefined ? null : await this.models.find(sha256);
    if (found !== null) return found;
    throw new TillerError(
      'model-missing',
      'Both models are needed to find out how they fit, and one of them is not in the library.',
      'Import its .ts file.',
    );
  }

  private async run(data: ListenerData): Promise<ListenWith> {
    const { name, sha256, latentDims } = data.listened.manifest;
    const { delaySamples, adapter } = await this.jobs.run(data, (progress) =>
      this.change(progress === null ? null : { model: name, progress }),
    );
    const weights = adapter && { inputs: latentDims, weights: pack(adapter, 'float32') };
    return { model: { name, sha256 }, delaySamples, adapter: weights };
  }

  private change(state: PreparingListener | null): void {
    this.state = state;
    this.events.emit('change');
  }
}

const cancelled = () =>
  new TillerError('listen-cancelled', 'The encoder was left as it is: it was cancelled.');

const overtaken = () =>
  new TillerError(
    'argument-invalid',
    'Another model or preset plays by now: its encoder was left as it is.',
    'Choose the encoder again where it is wanted.',
  );

const unfit = () =>
  new TillerError(
    'argument-invalid',
    'This encoder does not fit the model that plays.',
    'It needs the same sample rate, hop and input channels; choose one that is listed.',
  );
