import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Precision } from '../../../document/output.js';
import { TillerError } from '../../../document/tiller-error.js';
import { type GraphManifest, isEffect, type ModelManifest, type PlayedVariant } from '../manifest.js';
import type { NoiseSource } from './noise.js';
import type { ModelShape, RunningGraph, RunningModel } from './running-model.js';
import { AdaptedEncoder, type Listener } from './listener.js';
import { hasPrior } from './model-kind.js';
import {
  importedVariant,
  initialAttributes,
  shapeOf,
  type VariantManifest,
  variantOf,
} from './model-variant.js';
import { SidesGraph } from './sides-graph.js';
import { StatefulGraph } from './stateful-graph.js';
import { SyncSession } from './sync-session.js';

/**
 * Opens a model of the library for streaming, on the calling thread.
 * @param dir the model's folder
 * @param listener the model whose encoder takes the place of its own
 * @throws TillerError `model-missing` when there is no such variant, `model-corrupt` when its files are damaged
 */
export async function openModel(
  dir: string,
  manifest: ModelManifest,
  variant: PlayedVariant,
  listener: Listener | null = null,
): Promise<RunningModel> {
  const opened: RunningGraph[] = [];
  const open = async (role: GraphRole): Promise<RunningGraph> => {
    const graph = await openGraph(dir, manifest, variant, role);
    opened.push(graph);
    return graph;
  };
  try {
    const shape = shapeOf(manifest, variant, listener);
    const attributes = initialAttributes(manifest);
    if (isEffect(manifest)) return new OpenEffect(shape, attributes, await open('decoder'));
    const encoder = listener === null ? await open('encoder') : await openListener(listener, shape);
    if (listener !== null) opened.push(encoder);
    const decoder = await open('decoder');
    const prior = hasPrior(manifest) ? await open('prior') : null;
    return new OpenModel(shape, attributes, encoder, decoder, prior);
  } catch (error) {
    for (const graph of opened) graph.close();
    throw error;
  }
}

/** The encoder of another model, whose latents are made those of the model that plays. */
async function openListener({ dir, manifest, adapter }: Listener, shape: ModelShape): Promise<RunningGraph> {
  const encoder = await openGraph(dir, manifest, shape, 'encoder');
  return new AdaptedEncoder(encoder, adapter, manifest.latentDims, shape);
}

/** Most latent frames per call of a model that is listened to. */
const MOST_FRAMES = 4;

/**
 * Opens a model in the variant that takes the least time per latent frame, to be listened to rather than played.
 * @throws TillerError as `openModel` does
 */
export function openForListening(dir: string, manifest: ModelManifest): Promise<RunningModel> {
  const frames = manifest.variants
    .filter((variant) => variant.batch === 1 && variant.frames <= MOST_FRAMES)
    .map((variant) => variant.frames);
  return openModel(dir, manifest, { frames: Math.max(...frames), batch: 1 });
}

/**
 * Opens the encoder, the decoder or the prior alone, with the attributes as the file states them. A model that was imported for one side only runs its graph once for each side, each
 * with its own state.
 * @throws TillerError as `openModel` does
 */
export async function openGraph(
  dir: string,
  manifest: ModelManifest,
  variant: PlayedVariant,
  role: GraphRole,
): Promise<RunningGraph> {
  const graph = await loadRole(dir, manifest, variant, role);
  if (graph.attributes.length > 0) graph.attributes.set(initialAttributes(manifest));
  return graph;
}

type GraphRole = 'encoder' | 'decoder' | 'prior';

async function loadRole(
  dir: string,
  manifest: ModelManifest,
  variant: PlayedVariant,
  role: GraphRole,
): Promise<RunningGraph> {
  const graphIn = (found: VariantManifest) =>
    inPrecision(graphOf(manifest, found, role), variant.precision ?? 'exact');
  if (role === 'prior') return loadGraph(dir, graphIn(variantOf(manifest, variant)));
  const found = importedVariant(manifest, variant);
  if (found !== undefined) return loadGraph(dir, graphIn(found));
  const single = importedVariant(manifest, { ...variant, batch: 1 }) ?? variantOf(manifest, variant);
  return loadSides(dir, graphIn(single), variant.batch);
}

/** @throws TillerError `model-missing` */
function graphOf({ name }: ModelManifest, variant: VariantManifest, role: GraphRole): GraphManifest {
  const graph = variant[role];
  if (graph !== undefined) return graph;
  throw new TillerError('model-missing', `${name} has no ${role}.`, 'Import it again.');
}

function inPrecision(graph: GraphManifest, precision: Precision): GraphManifest {
  return precision === 'light' ? { ...graph, file: graph.lightFile ?? graph.file } : graph;
}

const NO_CONTROLS = new Float32Array(0);
const NO_LATENTS = new Float32Array(0);

/** An effect as a model without latents: what it hears is decoded. */
class OpenEffect implements RunningModel {
  readonly priorIn = NO_CONTROLS;
  readonly encoded = NO_LATENTS;
  readonly latents = NO_LATENTS;

  constructor(
    readonly shape: ModelShape,
    readonly attributes: Float32Array,
    private readonly forward: RunningGraph,
  ) {}

  get audioIn(): Float32Array {
    return this.forward.input;
  }

  get audioOut(): Float32Array {
    return this.forward.output;
  }

  encode(): void {
    // There are no latents: `decode` takes the input.
  }

  generate(): void {
    throw new RangeError('an effect has no prior');
  }

  decode(noise: NoiseSource): void {
    const { forward, attributes, shape } = this;
    if (forward.attributes.length > 0) forward.attributes.set(attributes);
    forward.run(noise, shape.batch);
  }

  decodeAgain(): void {
    this.forward.runAgain();
  }

  reset(): void {
    this.forward.reset();
  }

  close(): void {
    this.forward.close();
  }
}

class OpenModel implements RunningModel {
  /** True while the encoder's state is older than the latents. */
  private encoderRests = false;

  constructor(
    readonly shape: ModelShape,
    readonly attributes: Float32Array,
    private readonly encoder: RunningGraph,
    private readonly decoder: RunningGraph,
    private readonly prior: RunningGraph | null,
  ) {}

  get priorIn(): Float32Array {
    return this.prior?.input ?? NO_CONTROLS;
  }

  get audioIn(): Float32Array {
    return this.encoder.input;
  }

  get encoded(): Float32Array {
    return this.encoder.output;
  }

  get latents(): Float32Array {
    return this.decoder.input;
  }

  get audioOut(): Float32Array {
    return this.decoder.output;
  }

  encode(noise: NoiseSource): void {
    if (this.encoderRests) this.encoder.reset();
    this.encoderRests = false;
    this.passAttributes(this.encoder);
    this.encoder.run(noise, this.shape.batch);
  }

  generate(noise: NoiseSource): void {
    const { prior, encoder } = this;
    if (prior === null) throw new RangeError('the model has no prior');
    this.encoderRests = true;
    this.passAttributes(prior);
    prior.run(noise, 1);
    for (let at = 0; at < encoder.output.length; at += prior.output.length)
      encoder.output.set(prior.output, at);
  }

  decode(noise: NoiseSource): void {
    this.passAttributes(this.decoder);
    this.decoder.run(noise, this.shape.batch);
  }

  private passAttributes({ attributes }: RunningGraph): void {
    if (attributes.length > 0) attributes.set(this.attributes);
  }

  decodeAgain(): void {
    this.decoder.runAgain();
  }

  reset(): void {
    this.encoder.reset();
    this.decoder.reset();
    this.prior?.reset();
    this.encoderRests = false;
  }

  close(): void {
    this.encoder.close();
    this.decoder.close();
    this.prior?.close();
  }
}

async function loadSides(dir: string, graph: GraphManifest, sides: number): Promise<RunningGraph> {
  const { session, state } = await loadSession(dir, graph);
  return new SidesGraph(
    session,
    Array.from({ length: sides }, () => new StatefulGraph(session, graph, state)),
  );
}

async function loadGraph(dir: string, graph: GraphManifest): Promise<StatefulGraph> {
  const { session, state } = await loadSession(dir, graph);
  return new StatefulGraph(session, graph, state);
}

/** @throws TillerError `model-corrupt` */
async function loadSession(
  dir: string,
  graph: GraphManifest,
): Promise<{ session: SyncSession; state: Float32Array }> {
  try {
    const initial = graph.initialState === null ? null : await readFile(join(dir, graph.initialState));
    const state = new Float32Array(graph.state?.size ?? 0);
    if (initial !== null) {
      if (initial.length !== state.byteLength)
        throw new RangeError(`${graph.initialState} has the wrong size`);
      new Uint8Array(state.buffer).set(initial);
    }
    return { session: new SyncSession(join(dir, graph.file)), state };
  } catch (error) {
    throw new TillerError(
      'model-corrupt',
      `The model in ${dir} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
      'Import its .ts file again to replace it.',
      { cause: error },
    );
  }
}
