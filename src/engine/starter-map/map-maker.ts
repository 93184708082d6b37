import { createNanoEvents } from 'nanoevents';
import type { Edit } from '../../document/edit.js';
import { NEW_INPUT } from '../../document/example-list.js';
import { TillerError } from '../../document/tiller-error.js';
import type { Listening } from '../../protocol/interface.js';
import type { Instrument } from '../instrument/instrument.js';
import type { ModelSource } from '../instrument/instrument-state.js';
import { withAttributeValues } from '../model/manifest.js';
import { JobRunner } from '../workers/job-runner.js';
import { HeardFrames } from './heard-frames.js';
import { AXIS_NAMES, axisNotes, type Layout } from './layout.js';
import {
  type FromListening,
  fromListeningSchema,
  type ListeningData,
  type ListeningJob,
  MAX_MAP_FRAMES,
  type PlacedSound,
} from './messages.js';
import { DEFAULT_CANDIDATES, DEFAULT_ZONES } from './starter-map.js';
import { STARTER_REGRESSOR } from './starter-regressor.js';

export interface MapRequest {
  /** Indices of the inputs that move the pad's cursor across and up. */
  readonly x: number;
  readonly y: number;
  readonly layout: Layout;
  /** The same seed gives the same map. */
  readonly seed: number;
  /** Set for a map of the sounds that were gathered, which are then forgotten. Else of what the track played lately. */
  readonly gathered?: true | undefined;
}

type Heard = Exclude<FromListening, { type: 'progress' | 'failed' }>;

/**
 * Makes examples by listening to the present model in a background thread: a starter map, or one from an audio file. Jobs run
 * one after the other. Main thread.
 */
export class MapMaker {
  /** The job that runs; null while none does. */
  state: Listening | null = null;
  private readonly events = createNanoEvents<{ change: () => void }>();
  private readonly jobs: JobRunner<FromListening>;
  private queue: Promise<unknown> = Promise.resolve();
  private closed = false;
  private readonly heard = new HeardFrames();
  /** Latent frames of the files that were gathered for a map, and the model that they are of. */
  private gathered: { sha256: string; frames: number[][] } | null = null;
  private readonly unsubscribe: (() => void)[];

  constructor(
    private readonly instrument: Pick<
      Instrument,
      'state' | 'edit' | 'train' | 'subscribe' | 'onTelemetry' | 'warn'
    >,
    private readonly models: Pick<ModelSource, 'find'>,
    workerUrl: URL = new URL('./listening-worker.js', import.meta.url),
  ) {
    this.jobs = new JobRunner({
      url: workerUrl,
      name: 'tiller-listening',
      schema: fromListeningSchema,
      cancelled,
      failed: (reason, cause) =>
        new TillerError('internal', `Listening to the model failed: ${reason}.`, 'Try again.', { cause }),
    });
    let playing = this.modelOf();
    this.unsubscribe = [
      instrument.onTelemetry(({ encoded, inputRmsDb }) => this.heard.add(encoded, inputRmsDb)),
      instrument.subscribe(() => {
        if (playing === this.modelOf()) return;
        playing = this.modelOf();
        this.heard.clear();
      }),
    ];
  }

  /** Calls `listener` after each change of `state`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /**
   * Adds sounds of the present model that differ, placed on the pad, as one step of the undo history, and has them learned. In a
   * document without examples, the two inputs get the names of what they then mean, and all latents a regressor that keeps
   * between the sounds. Where the map follows its axes only in part, a warning says so.
   * @throws TillerError `argument-invalid` where the inputs are not two, or where another model plays or an input is gone by the
   *   time that the sounds are found; `map-cancelled`, and as `mapModel`. The document is then unchanged.
   */
  async map({ x, y, layout, seed, gathered }: MapRequest): Promise<void> {
    this.checkInputs(x, y);
    const latentDims = this.instrument.state.preset.steering.dimensions.length;
    const frames = gathered === true ? this.takeGathered() : this.heard.take(latentDims);
    const { ceilingDb } = this.instrument.state.preset.output;
    const job = {
      kind: 'map',
      layout,
      seed,
      zones: DEFAULT_ZONES,
      candidates: DEFAULT_CANDIDATES,
      ceilingDb,
      frames,
    } as const satisfies ListeningJob;
    const heard = await this.listen(job, null);
    if (heard.type !== 'mapped') throw new Error('a map was asked for');
    this.checkInputs(x, y);
    this.instrument.edit(this.mapEdit(heard.sounds, x, y, layout));
    const notes = axisNotes(layout, heard.order);
    if (notes.length > 0)
      this.instrument.warn(notes.join(' '), 'Another layout, or a map of your own audio, may do better.');
    await this.instrument.train();
  }

  /**
   * Keeps an audio file's latents for a map of several files: `map` with `gathered`.
   * @param path the file, which is read until this resolves
   * @throws TillerError as `map`, and `AudioStream.open`
   */
  async gather(path: string, fileName: string): Promise<void> {
    const heard = await this.listen({ kind: 'frames', path }, fileName);
    if (heard.type !== 'frames') throw new Error('frames were asked for');
    const sha256 = this.modelOf();
    if (sha256 === undefined) return;
    const before = this.gathered?.sha256 === sha256 ? this.gathered.frames : [];
    this.gathered = { sha256, frames: [...before, ...heard.frames].slice(-MAX_MAP_FRAMES) };
  }

  /**
   * Adds an example with the latents that the present model gives to an audio file where it is loudest.
   * @param path the file, which is read until this resolves
   * @param fileName its ending is left out of the example's label
   * @param inputs the example's place: one value per input, 0..1
   * @throws TillerError as `map` and `loudestLatents` do; the document is then unchanged
   */
  async addSound(path: string, fileName: string, inputs: readonly number[]): Promise<void> {
    const heard = await this.listen({ kind: 'sound', path }, fileName);
    if (heard.type !== 'heard') throw new Error('a sound was asked for');
    const label = fileName.replace(/\.[^.]*$/, '').slice(0, 120);
    const { latents } = heard;
    this.instrument.edit({ type: 'add-example', example: { label, inputs: [...inputs], latents } });
  }

  /** Ends the job that runs; nothing is added. */
  cancel(): void {
    this.jobs.cancel();
  }

  /** Ends the job that runs and those that wait, and resolves when their threads have ended. */
  async close(): Promise<void> {
    this.closed = true;
    for (const end of this.unsubscribe) end();
    await this.jobs.close();
  }

  private modelOf(): string | undefined {
    return this.instrument.state.preset.model?.sha256;
  }

  private takeGathered(): number[][] {
    const { gathered } = this;
    this.gathered = null;
    if (gathered !== null && gathered.sha256 === this.modelOf() && gathered.frames.length > 0)
      return gathered.frames;
    throw new TillerError(
      'argument-invalid',
      'There are no sounds to make a map of.',
      'Drop a folder with audio files on the pad.',
    );
  }

  private checkInputs(x: number, y: number): void {
    const { inputs } = this.instrument.state.preset;
    if (x !== y && inputs[x] !== undefined && inputs[y] !== undefined) return;
    throw new TillerError(
      'argument-invalid',
      'A map needs two inputs, one across and one up.',
      'Add an input, or choose another one for an axis of the pad.',
    );
  }

  private mapEdit(sounds: readonly PlacedSound[], x: number, y: number, layout: Layout): Edit {
    const { inputs, examples, otherModels } = this.instrument.state.preset;
    const [across, up] = AXIS_NAMES[layout];
    const isFirst = examples.length === 0 && otherModels.every((set) => set.examples.length === 0);
    return {
      type: 'add-map',
      examples: sounds.map(({ label, hue, place, latents }) => ({
        label,
        hue,
        latents,
        inputs: inputs.map((_, index) => (index === x ? place[0] : index === y ? place[1] : NEW_INPUT)),
      })),
      inputNames: isFirst ? [{ index: x, name: across }, { index: y, name: up }] : [], // prettier-ignore
      regressor: examples.length === 0 ? STARTER_REGRESSOR : null,
    };
  }

  /** Runs a job with the present model, after those before it. */
  private listen(job: ListeningJob, file: string | null): Promise<Heard> {
    const turn = this.queue.then(() => this.listenNow(job, file));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async listenNow(job: ListeningJob, file: string | null): Promise<Heard> {
    if (this.closed) throw cancelled();
    const sha256 = this.modelOf();
    const model = sha256 === undefined ? null : await this.models.find(sha256);
    if (model === null)
      throw new TillerError('model-missing', 'There is no model to listen to.', 'Choose a model first.');
    const { dir, manifest } = model;
    const { attributes } = this.instrument.state.preset;
    const asPlayed = { dir, manifest: withAttributeValues(manifest, attributes) };
    const heard = await this.run({ model: asPlayed, job }, file);
    if (this.modelOf() !== sha256)
      throw new TillerError(
        'argument-invalid',
        'Another model plays by now: no examples were added.',
        'Do it again with the model that they are for.',
      );
    return heard;
  }

  private run(data: ListeningData, file: string | null): Promise<Heard> {
    return this.jobs.run(data, (progress) => this.change(progress === null ? null : { file, progress }));
  }

  private change(state: Listening | null): void {
    this.state = state;
    this.events.emit('change');
  }
}

const cancelled = () => new TillerError('map-cancelled', 'No examples were added: it was cancelled.');
