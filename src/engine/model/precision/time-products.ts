import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import type { GraphManifest } from '../manifest.js';
import { SyncSession, type Tensors } from '../run/sync-session.js';

/** The first calls fill caches. */
const WARM_UP_CALLS = 2;
const CALLS = 8;

/** What onnxruntime's profile says of nodes, in microseconds, among other events. Fused nodes keep the name of the product within theirs. */
const eventsSchema = z.array(
  z.object({ name: z.string().optional(), dur: z.number().nonnegative().optional() }),
);
const KERNEL = /\bproduct(\d+)_kernel_time$/;

/**
 * Runs two forms of a graph by turns, so that other work on the machine affects both, and measures their products where they
 * stand: a matrix that alone would stay in a cache is read from memory there.
 * @param forms paths of models whose products are named (`exchangeProducts`), with the inputs and outputs of `graph`
 * @param scratch prefix for paths of files, which the caller removes
 * @returns for each form, microseconds of each product by its node: the lower quartile of some calls
 * @throws Error where onnxruntime cannot open or run a form
 */
export async function timeProducts(
  forms: readonly [string, string],
  graph: GraphManifest,
  scratch: string,
): Promise<readonly [ReadonlyMap<number, number>, ReadonlyMap<number, number>]> {
  const prefixes = [`${scratch}-0`, `${scratch}-1`] as const;
  const sessions = forms.map((path, i) => new SyncSession(path, prefixes[i] ?? scratch));
  try {
    const feeds = inputsOf(graph);
    const fetches = outputsOf(graph);
    for (let call = 0; call < WARM_UP_CALLS + CALLS; call += 1)
      for (const session of sessions) session.run(feeds, fetches);
  } finally {
    for (const session of sessions) session.dispose();
  }
  return [await readTimes(prefixes[0]), await readTimes(prefixes[1])];
}

const float32 = (shape: readonly number[], fill: number): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  // What is multiplied makes no difference to the time, but for zeros and denormal numbers.
  return new Tensor(
    'float32',
    Float32Array.from({ length: size }, (_, i) => fill * Math.sin(i + 1)),
    shape,
  );
};

function inputsOf({ input, noise, attributes, state }: GraphManifest): Tensors {
  return {
    [input.name]: float32(input.shape, 0.5),
    ...Object.fromEntries(noise.map(({ name, shape }) => [name, float32(shape, 0.5)])),
    ...(attributes === undefined ? {} : { [attributes.name]: float32(attributes.shape, 0) }),
    ...(state === null ? {} : { [state.input]: float32([state.size], 0.1) }),
  };
}

function outputsOf({ output, state }: GraphManifest): Tensors {
  return {
    [output.name]: float32(output.shape, 0),
    ...(state === null ? {} : { [state.output]: float32([state.size], 0) }),
  };
}

async function readTimes(prefix: string): Promise<ReadonlyMap<number, number>> {
  const folder = dirname(prefix);
  const file = (await readdir(folder)).find((name) => name.startsWith(`${basename(prefix)}_`));
  if (file === undefined) throw new Error('onnxruntime wrote no profile');
  const events = eventsSchema.parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
  const times = new Map<number, number[]>();
  for (const { name, dur } of events) {
    const node = name === undefined ? undefined : KERNEL.exec(name)?.[1];
    if (node === undefined || dur === undefined) continue;
    const of = times.get(Number(node)) ?? [];
    of.push(dur);
    times.set(Number(node), of);
  }
  return new Map([...times].map(([node, all]) => [node, lowerQuartile(all.slice(WARM_UP_CALLS))]));
}

function lowerQuartile(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 2] ?? Infinity;
}
