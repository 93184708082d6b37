import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LightReport } from '../../../protocol/model-report.js';
import { type ConstantProduct, constantProducts, exchangeProducts } from '../../onnx/constant-products.js';
import type { LibraryEntry } from '../library/model-folder.js';
import type { ModelManifest } from '../manifest.js';
import { processorName } from '../report/measure-figures.js';
import { chooseMatrices, type Choice, type NoiseMeter, type NoiseShares, sizeOf } from './choose-matrices.js';
import { productsThatPay, savesEnough } from './choose-products.js';
import { noiseShare } from './compare-sounds.js';
import { encodes, hear, type Heard, hearModel, joined, testCalls } from './hear-forms.js';
import {
  type Graph,
  type IsChosen,
  readGraphs,
  removeForm,
  removeTrials,
  type Role,
  trialPrefix,
  withLight,
  withoutLight,
  withWeights,
  writeLight,
} from './light-files.js';
import { type LightWeights, matrixKey } from './light-weights.js';
import { measureLight } from './measure-light.js';
import { timeProducts } from './time-products.js';

/** Raised whenever light forms are made differently; older ones play on, and are made again with the next import. */
export const LIGHT_VERSION = 1;

/** Smaller matrices are read in no time. */
const LEAST_ELEMENTS = 2 ** 15;
/** A light form that gains less is not kept. */
const LEAST_GAIN = 1.2;
/** Noise 35 dB below the latents, and 30 dB below the audio. */
const LIMITS: NoiseShares = { latents: 10 ** -3.5, audio: 10 ** -3 };

/** What came of an attempt, with the manifest that names its light form, or none. */
export interface LightAttempt {
  readonly manifest: ModelManifest;
  readonly report: LightReport;
}

/** Measures the products of two forms of a graph; see `timeProducts`. */
export type ProductTimer = typeof timeProducts;

export interface LightOptions {
  readonly time?: ProductTimer;
  /** Matrices with fewer elements stay exact. */
  readonly leastElements?: number;
  readonly limits?: NoiseShares;
  /** How many times faster the light form has to be. */
  readonly leastGain?: number;
}

/**
 * Writes the light form of a model beside its exact one: matrices in 8 bits where that pays on this machine, as measured for each
 * product of each graph, and only so many that latents and audio stay close to the exact ones. Graphs and weights of the exact form
 * are only read, and so are those of an earlier light form. Blocks the calling thread for seconds.
 * @param entry its folder can be written to
 * @param token names the attempt's own files, which `removeTrials` removes where this is ended
 * @throws TillerError `model-corrupt`, `model-failed`; Error where files cannot be written
 */
export async function makeLight(
  entry: LibraryEntry,
  token: string,
  {
    time = timeProducts,
    leastElements = LEAST_ELEMENTS,
    limits = LIMITS,
    leastGain = LEAST_GAIN,
  }: LightOptions = {},
): Promise<LightAttempt> {
  const exact: LibraryEntry = { dir: entry.dir, manifest: withoutLight(entry.manifest) };
  const origin = { version: LIGHT_VERSION, processor: processorName() };
  const without = (outcome: 'gains-too-little' | 'differs-too-much'): LightAttempt => ({
    manifest: exact.manifest,
    report: { outcome, ...origin },
  });
  const graphs = (await readGraphs(exact)).filter(
    ({ role }) => role === 'decoder' || encodes(exact.manifest),
  );
  try {
    const found = await tryProducts(exact, graphs, token, { time, leastElements, limits });
    if (typeof found === 'string') return without(found);
    const { isChosen, heard, form } = found;
    const manifest = await writeLight(exact, graphs, isChosen, trialPrefix(token));
    const figures = await measureLight({ ...exact, manifest }, graphs.filter(isSingle), heard, form);
    if (figures.timesFaster < leastGain) {
      await removeForm(exact.dir, manifest, entry.manifest);
      return without('gains-too-little');
    }
    return { manifest, report: { outcome: 'made', ...origin, figures } };
  } finally {
    await removeTrials(exact.dir, token);
  }
}

const isSingle = ({ variant }: Graph): boolean => variant.frames === 1 && variant.batch === 1;
const rowsOf = ({ variant: { frames, batch } }: Graph): number => frames * batch;

interface Found {
  readonly isChosen: IsChosen;
  /** What the exact form gives for the test calls, and what the chosen one gives. */
  readonly heard: Heard;
  readonly form: Heard;
}

/** Chooses the products of all graphs. Every matrix is rounded once, into a file of the attempt's own. */
async function tryProducts(
  exact: LibraryEntry,
  graphs: readonly Graph[],
  token: string,
  { time, leastElements, limits }: Required<Pick<LightOptions, 'time' | 'leastElements' | 'limits'>>,
): Promise<Found | 'gains-too-little' | 'differs-too-much'> {
  const { dir, manifest } = exact;
  const weightsFile = `${trialPrefix(token)}-light.bin`;
  return withWeights(dir, { written: weightsFile, named: weightsFile }, async (weights) => {
    const trial = new Trial(exact, token, weights);
    const paying = await findPaying(graphs, trial, time, leastElements);
    const single = graphs.filter(isSingle);
    const candidates = candidatesOf(single, paying);
    if (sizeOf(candidates) === 0) return 'gains-too-little';
    const input = await testCalls(manifest);
    const heard = await hearModel(dir, manifest, 'exact', input);
    const meter = new FormMeter(trial, single, input, heard);
    const choice = await chooseMatrices(candidates, meter, limits);
    if (sizeOf(choice) === 0) return 'differs-too-much';
    const isChosen: IsChosen = (graph, product) =>
      Boolean(paying.get(graph)?.has(product.node) && choice.get(graph.role)?.has(matrixKey(product)));
    return { isChosen, heard, form: meter.last };
  });
}

/** Writes graphs to be measured. */
class Trial {
  constructor(
    readonly exact: LibraryEntry,
    private readonly token: string,
    private readonly weights: LightWeights,
  ) {}

  /** Path of a file of this attempt. */
  path(name: string): string {
    return join(this.exact.dir, this.fileOf(name));
  }

  /** Writes a graph with some of its products in 8 bits. @returns the file */
  async write(
    name: string,
    { model }: Graph,
    isChosen: (product: ConstantProduct) => boolean,
  ): Promise<string> {
    const exchanged = exchangeProducts(model, (product) =>
      isChosen(product) ? this.weights.place(product) : null,
    );
    await writeFile(this.path(name), exchanged);
    return this.fileOf(name);
  }

  private fileOf(name: string): string {
    return `${trialPrefix(this.token)}-${name}`;
  }
}

/** Nodes of each graph whose products are faster in 8 bits. */
type Paying = ReadonlyMap<Graph, ReadonlySet<number>>;

async function findPaying(
  graphs: readonly Graph[],
  trial: Trial,
  time: ProductTimer,
  leastElements: number,
): Promise<Paying> {
  const paying = new Map<Graph, ReadonlySet<number>>();
  for (const graph of [...graphs].sort((a, b) => rowsOf(a) - rowsOf(b))) {
    const { model, manifest, role } = graph;
    // With more rows a matrix is read as often and multiplied more often: where nothing paid before, nothing does then.
    const before = [...paying].findLast(([other]) => other.role === role)?.[1];
    const products = constantProducts(model).filter(({ rows, columns }) => rows * columns >= leastElements);
    paying.set(graph, new Set());
    if (products.length === 0 || before?.size === 0) continue;
    const tried = new Set(products.map(({ node }) => node));
    await trial.write('exact.onnx', graph, () => false);
    await trial.write('light.onnx', graph, ({ node }) => tried.has(node));
    const paths = [trial.path('exact.onnx'), trial.path('light.onnx')] as const;
    const [exact, light] = await time(paths, manifest, trial.path(`profile-${manifest.file}`));
    const found = new Set([...productsThatPay(exact, light)].filter((node) => tried.has(node)));
    if (savesEnough(found, exact, light)) paying.set(graph, found);
  }
  return paying;
}

/** The matrices of the products that pay with one frame and one side. */
function candidatesOf(single: readonly Graph[], paying: Paying): Choice {
  return new Map(
    single.map((graph): [Role, ReadonlySet<string>] => {
      const products = constantProducts(graph.model).filter(({ node }) => paying.get(graph)?.has(node));
      return [graph.role, new Set(products.map(matrixKey))];
    }),
  );
}

/** Measures choices by hearing them, with one frame and one side. */
class FormMeter implements NoiseMeter {
  private lastWhole: Heard | null = null;

  constructor(
    private readonly trial: Trial,
    private readonly single: readonly Graph[],
    private readonly input: readonly Float32Array[],
    private readonly heard: Heard,
  ) {}

  /** What the last whole choice gave. */
  get last(): Heard {
    return this.lastWhole ?? this.heard;
  }

  async whole(choice: Choice): Promise<NoiseShares> {
    const { trial, input, heard } = this;
    const { dir, manifest } = trial.exact;
    const light = await hearModel(dir, await this.write(choice), 'light', input);
    this.lastWhole = light;
    return {
      latents: encodes(manifest) ? noiseShare(joined(heard.latents), joined(light.latents)) : 0,
      audio: noiseShare(joined(heard.audio), joined(light.audio)),
    };
  }

  async graph(role: Role, keys: ReadonlySet<string>): Promise<number> {
    const { trial, input, heard } = this;
    const isEncoder = role === 'encoder';
    const manifest = await this.write(new Map([[role, keys]]));
    const light = await hear(trial.exact.dir, manifest, role, 'light', isEncoder ? input : heard.latents);
    return noiseShare(joined(isEncoder ? heard.latents : heard.audio), joined(light));
  }

  private async write(choice: Choice): Promise<ModelManifest> {
    const files = new Map<Graph, string>();
    for (const graph of this.single) {
      const keys = choice.get(graph.role);
      if (keys === undefined || keys.size === 0) continue;
      const file = `${graph.role}.onnx`;
      files.set(graph, await this.trial.write(file, graph, (product) => keys.has(matrixKey(product))));
    }
    return withLight(this.trial.exact.manifest, files);
  }
}
