import { createNanoEvents } from 'nanoevents';
import { TillerError } from '../../document/tiller-error.js';
import type { ModelAttribute } from '../../document/model-attribute.js';
import type { TrainedMapping } from '../../document/trained.js';
import type { Instrument } from '../instrument/instrument.js';
import type { ModelSource } from '../instrument/instrument-state.js';
import type { MapRequest } from '../../protocol/interface-commands.js';
import type { MapPicture } from '../../protocol/interface-frames.js';
import { WorkerThread } from '../workers/worker-thread.js';
import { fromMapWorkerSchema, type FromMapWorker, type ToMapWorker } from './messages.js';

/** Least interval between repaints while an input moves that is not an axis of the map. */
const REPAINT_MILLISECONDS = 120;

/** The model's attributes rest when they have not moved for so long. */
const REST_MILLISECONDS = 400;

const unpainted = () =>
  new TillerError('internal', 'The map could not be painted.', 'Choose another map, or learn again.');

/** Requests the pictures under the pad from the map worker, which is started with the first. Main thread. */
export class Painter {
  private worker: WorkerThread<ToMapWorker, FromMapWorker> | null = null;
  private readonly events = createNanoEvents<{ change: () => void }>();
  private readonly jobs = new Map<
    number,
    { resolve: (picture: MapPicture | null) => void; reject: (error: TillerError) => void }
  >();
  private lastJob = 0;
  private sentMapping: TrainedMapping | null = null;
  /** SHA-256 of the worker's model; null for none. */
  private sentModel: string | null = null;
  /** The values of the model's attributes that the worker has, as text. */
  private sentAttributes = '';
  /** Settles when the models of all earlier pictures have been sent. */
  private modelSent: Promise<void> = Promise.resolve();
  private closed = false;
  /** What the latest picture depends on; null before the first. */
  private shown: {
    trained: TrainedMapping | null;
    inputs: string;
    ceilingDb: number;
    attributes: string;
  } | null = null;
  private axes: Pick<MapRequest, 'x' | 'y'> = { x: 0, y: 1 };
  private timer: NodeJS.Timeout | null = null;
  /** The model's attributes when the timer was started. */
  private restingAttributes = '';
  private readonly unsubscribe: () => void;

  constructor(
    private readonly instrument: Pick<Instrument, 'state' | 'subscribe'>,
    private readonly models: Pick<ModelSource, 'find'>,
    private readonly workerUrl: URL = new URL('./map-worker.js', import.meta.url),
  ) {
    this.unsubscribe = instrument.subscribe(() => this.scheduleRepaint());
  }

  /** Calls `listener` when the picture is out of date. @returns unsubscribes */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /**
   * Paints the present mapping.
   * @returns null where nothing is learned
   * @throws TillerError `internal` where the worker ends or the painter is closed before the picture is painted; errors of
   * the model lookup, which the next picture repeats
   */
  async paint(request: MapRequest): Promise<MapPicture | null> {
    if (this.instrument.state.preset.trained === null) return null;
    if (this.closed) throw unpainted();
    const worker = (this.worker ??= this.start());
    // Lookups run in turn, so that the worker gets models in the order of the requests.
    this.modelSent = this.modelSent.catch(() => undefined).then(() => this.sendModel());
    await this.modelSent;
    // Where the worker has ended meanwhile, the request would never be answered.
    if (worker !== this.worker) throw unpainted();
    const { preset } = this.instrument.state;
    if (preset.trained === null) return null;
    if (this.sentMapping !== preset.trained) {
      this.sentMapping = preset.trained;
      this.post({ type: 'mapping', trained: preset.trained });
    }
    this.sendAttributes(preset.attributes);
    this.shown = this.dependencies(request);
    const job = ++this.lastJob;
    return new Promise((resolve, reject) => {
      this.jobs.set(job, { resolve, reject });
      this.post({
        type: 'paint',
        job,
        request,
        inputs: preset.inputs.map(({ value }) => value),
        examples: preset.examples.filter(({ enabled }) => enabled).map(({ inputs }) => inputs),
        limitDb: preset.output.ceilingDb - preset.output.outputGainDb,
      });
    });
  }

  /** Rejects what is being painted and ends the worker. */
  async close(): Promise<void> {
    this.unsubscribe();
    if (this.timer !== null) clearTimeout(this.timer);
    const { worker } = this;
    this.worker = null;
    this.closed = true;
    this.rejectJobs();
    await worker?.end();
  }

  private async sendModel(): Promise<void> {
    const sha256 = this.instrument.state.model.manifest?.sha256 ?? null;
    if (sha256 === this.sentModel) return;
    const model = sha256 === null ? null : await this.models.find(sha256);
    if (this.worker === null) return;
    this.post({ type: 'model', model });
    this.sentAttributes = '';
    this.sentModel = sha256;
  }

  private sendAttributes(attributes: readonly ModelAttribute[]): void {
    const values = attributes.map(({ value }) => value);
    if (values.join() === this.sentAttributes) return;
    this.sentAttributes = values.join();
    this.post({ type: 'attributes', values });
  }

  private rejectJobs(): void {
    for (const { reject } of this.jobs.values()) reject(unpainted());
    this.jobs.clear();
  }

  private post(message: ToMapWorker): void {
    this.worker?.post(message);
  }

  /** State that the picture depends on; the two inputs on its axes do not count. */
  private dependencies({ x, y }: Pick<MapRequest, 'x' | 'y'>) {
    const { trained, inputs, output, attributes } = this.instrument.state.preset;
    const values = inputs.map(({ value }, i) => (i === x || i === y ? '' : value.toFixed(3)));
    this.axes = { x, y };
    return {
      trained,
      inputs: values.join(),
      ceilingDb: output.ceilingDb - output.outputGainDb,
      attributes: attributes.map(({ value }) => value).join(),
    };
  }

  /**
   * Reports an outdated picture: at once for a new mapping, at intervals while an input moves, and when the model's attributes rest,
   * since all levels are measured again then.
   */
  private scheduleRepaint(): void {
    if (this.shown === null) return;
    const now = this.dependencies(this.axes);
    const { trained, inputs, ceilingDb, attributes } = this.shown;
    const isShown = now.inputs === inputs && now.ceilingDb === ceilingDb;
    if (now.trained === trained && isShown && now.attributes === attributes) return;
    const wait = now.trained !== trained ? 0 : isShown ? REST_MILLISECONDS : REPAINT_MILLISECONDS;
    const hasMoved = now.attributes !== this.restingAttributes;
    this.restingAttributes = now.attributes;
    if (this.timer !== null && !(hasMoved && wait === REST_MILLISECONDS)) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.events.emit('change');
    }, wait);
  }

  private start(): WorkerThread<ToMapWorker, FromMapWorker> {
    return new WorkerThread<ToMapWorker, FromMapWorker>({
      url: this.workerUrl,
      name: 'tiller-map',
      background: true,
      schema: fromMapWorkerSchema,
      onMessage: (message) => this.receive(message),
      onFailure: () => {
        this.worker = null;
        this.sentMapping = null;
        this.sentModel = null;
        this.sentAttributes = '';
        this.rejectJobs();
      },
    });
  }

  private receive(message: FromMapWorker): void {
    if (message.type === 'measured') {
      this.events.emit('change');
      return;
    }
    const job = this.jobs.get(message.job);
    this.jobs.delete(message.job);
    if (message.type === 'painted') job?.resolve(message.picture);
    else job?.reject(new TillerError('internal', message.message));
  }
}
