import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConstantProduct, constantProducts, exchangeProducts } from '../../onnx/constant-products.js';
import type { LibraryEntry } from '../library/model-folder.js';
import { type GraphManifest, lightFiles, type ModelManifest, type ModelVariant } from '../manifest.js';
import { LightWeights } from './light-weights.js';

/**
 * The files of a model's light form, beside those of its exact one. Their names depend on what is in them: a form that is made again
 * replaces no file that is played.
 */

const WEIGHTS_FILE = 'weights.bin';
const LIGHT_FILE = /^light-[0-9a-f]{12}\.bin$|\.light-[0-9a-f]{12}\.onnx$/;
/** Files that are made to be measured, of one attempt. */
const TRIAL_FILE = /^trial-/;
/** Files of attempts that were ended are removed after this time. */
const STALE_MS = 60 * 60 * 1000;

const ROLES = ['encoder', 'decoder'] as const;
export type Role = (typeof ROLES)[number];

/** A graph whose products may be exchanged. */
export interface Graph {
  readonly variant: ModelVariant;
  readonly role: Role;
  readonly manifest: GraphManifest;
  readonly model: Uint8Array;
}

/** Whether a product of a graph is done in 8 bits. */
export type IsChosen = (graph: Graph, product: ConstantProduct) => boolean;

/** Every graph that can have a light form. */
export async function readGraphs({ dir, manifest }: LibraryEntry): Promise<Graph[]> {
  const graphs: Graph[] = [];
  for (const { frames, batch, ...of } of manifest.variants)
    for (const role of ROLES) {
      const graph = of[role];
      if (graph === undefined) continue;
      const model = await readFile(join(dir, graph.file));
      graphs.push({ variant: { frames, batch }, role, manifest: graph, model });
    }
  return graphs;
}

/**
 * Writes the light form of every graph that has a product to exchange.
 * @param prefix of the names of files that take part in no form
 * @returns the manifest with the light form
 */
export async function writeLight(
  { dir, manifest }: LibraryEntry,
  graphs: readonly Graph[],
  isChosen: IsChosen,
  prefix: string,
): Promise<ModelManifest> {
  const chosenOf = (graph: Graph) =>
    constantProducts(graph.model).filter((product) => isChosen(graph, product));
  const content = graphs.map((graph) => [graph.manifest.file, chosenOf(graph).map(({ node }) => node)]);
  const name = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12);
  const weightsFile = `light-${name}.bin`;
  const files = new Map<Graph, string>();
  const partial = `${prefix}-weights.bin`;
  await withWeights(dir, { written: partial, named: weightsFile }, async (weights) => {
    for (const graph of graphs) {
      if (chosenOf(graph).length === 0) continue;
      const file = graph.manifest.file.replace(/\.onnx$/, `.light-${name}.onnx`);
      const light = exchangeProducts(graph.model, (product) =>
        isChosen(graph, product) ? weights.place(product) : null,
      );
      await writeFile(join(dir, `${prefix}-${file}`), light, { flush: true });
      await rename(join(dir, `${prefix}-${file}`), join(dir, file));
      files.set(graph, file);
    }
  });
  await rename(join(dir, partial), join(dir, weightsFile));
  return withLight(manifest, files);
}

/**
 * Has matrices quantised into a file of the model's folder.
 * @param names the file that is written, and the one that graphs refer to
 */
export async function withWeights<T>(
  dir: string,
  { written, named }: { readonly written: string; readonly named: string },
  work: (weights: LightWeights) => Promise<T>,
): Promise<T> {
  const file = openSync(join(dir, written), 'w');
  const weights = new LightWeights(dir, WEIGHTS_FILE, named, (bytes) => {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  });
  try {
    const result = await work(weights);
    fdatasyncSync(file);
    return result;
  } finally {
    weights.close();
    closeSync(file);
  }
}

/** The manifest with the light form of some of its graphs, and of no others. */
export function withLight(manifest: ModelManifest, files: ReadonlyMap<Graph, string>): ModelManifest {
  const byFile = new Map([...files].map(([graph, file]) => [graph.manifest.file, file]));
  const inLight = ({ lightFile: _, ...graph }: GraphManifest): GraphManifest => {
    const lightFile = byFile.get(graph.file);
    return lightFile === undefined ? graph : { ...graph, lightFile };
  };
  return {
    ...manifest,
    variants: manifest.variants.map(({ encoder, decoder, ...variant }) => ({
      ...variant,
      ...(encoder === undefined ? {} : { encoder: inLight(encoder) }),
      decoder: inLight(decoder),
    })),
  };
}

/** The manifest without a light form. */
export const withoutLight = (manifest: ModelManifest): ModelManifest => withLight(manifest, new Map());

/** Removes the light form of a manifest, but for files that another one names. */
export async function removeForm(
  dir: string,
  manifest: ModelManifest,
  keeping: ModelManifest,
): Promise<void> {
  const kept = new Set(namedFiles(keeping));
  for (const name of namedFiles(manifest)) if (!kept.has(name)) await rm(join(dir, name), { force: true });
}

/** Start of the names of one attempt's own files. @param token differs from those of other attempts */
export const trialPrefix = (token: string): string => `trial-${token}`;

/** Removes an attempt's own files. */
export async function removeTrials(dir: string, token: string): Promise<void> {
  for (const name of await readdir(dir))
    if (name.startsWith(`${trialPrefix(token)}-`)) await rm(join(dir, name), { force: true });
}

/**
 * Removes files of attempts that were ended, and of light forms that the manifest does not name any more. Young ones stay: another process
 * may be making them. What cannot be removed, as a file that is played on Windows, stays.
 */
export async function removeStale({ dir, manifest }: LibraryEntry): Promise<void> {
  const named = new Set(namedFiles(manifest));
  for (const name of await readdir(dir)) {
    if (!(LIGHT_FILE.test(name) || TRIAL_FILE.test(name)) || named.has(name)) continue;
    const path = join(dir, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > STALE_MS) await rm(path, { force: true }).catch(() => undefined);
  }
}

/** The graphs of a light form, and their weights. */
const namedFiles = (manifest: ModelManifest): string[] =>
  lightFiles(manifest).flatMap((file) => [file, `${/light-[0-9a-f]{12}/.exec(file)?.[0] ?? ''}.bin`]);
