import { z } from 'zod';
import { TillerError } from './tiller-error.js';
import { checkAdapter } from './listen-with.js';
import { checkLoop } from './kept-loop.js';
import { DEFAULT_LOOP_LENGTH } from './loop-lengths.js';
import type { Preset } from './preset.js';
import { PRESET_FORMAT, PRESET_VERSION, presetSchema } from './preset.js';

/** Largest preset that is read, in bytes; also the most that a host's project may hold. */
export const MAX_PRESET_BYTES = 16 * 1024 * 1024;

/** Converts a document of version `n` to version `n + 1`. */
export type Migration = (document: Record<string, unknown>) => Record<string, unknown>;

/** Keyed by the version that a migration starts from. */
const MIGRATIONS: Readonly<Record<number, Migration>> = {
  // Version 1 held the examples of one model only.
  1: (document) => ({ ...document, otherModels: [] }),
  // Version 2 set nothing of a model but its latents.
  2: ({ otherModels, ...document }) => ({
    ...document,
    attributes: [],
    otherModels: withInSets(otherModels, { attributes: [] }),
  }),
  // Version 3 kept no loops.
  3: ({ otherModels, output, ...document }) => ({
    ...document,
    output: withFields(output, {
      // These came within version 3.
      margin: 'normal',
      loop: false,
      loopLength: DEFAULT_LOOP_LENGTH,
      loopSlot: 0,
      loopStart: 'now',
    }),
    loops: [],
    otherModels: withInSets(otherModels, { loops: [] }),
  }),
  // Version 4 played no prior, and with no other model's encoder, and left the level of the model's sound as it is.
  4: ({ output, otherModels, ...document }) => ({
    ...document,
    output: withFields(output, { prior: false, priorTemperature: 0, matchLevel: false }),
    listenWith: null,
    otherModels: withInSets(otherModels, { listenWith: null }),
  }),
  // Version 5 played every model exactly.
  5: ({ output, ...document }) => ({
    ...document,
    output: withFields(output, { precision: 'exact', bounceExact: false }),
  }),
};

/** The sets of other models with further fields; what is no set is left for the schema to refuse. */
function withInSets(sets: unknown, fields: Record<string, unknown>): unknown {
  if (!Array.isArray(sets)) return sets;
  return sets.map((set: unknown) => withFields(set, fields));
}

/** An object with further fields where it lacks them; anything else is left for the schema to refuse. */
const withFields = (value: unknown, fields: Record<string, unknown>): unknown =>
  typeof value === 'object' && value !== null ? { ...fields, ...value } : value;

const headerSchema = z.looseObject({
  format: z.literal(PRESET_FORMAT),
  version: z.number().int().min(1),
});

const invalid = (what: string, cause?: unknown) =>
  new TillerError(
    'preset-invalid',
    what,
    'The file was left as it is. Choose another preset, or restore a copy of this one.',
    {
      cause,
    },
  );

/** Checks that counts agree across the fields of a document, and that identifiers are unique. */
function checkCounts(preset: Preset): void {
  const inputs = preset.inputs.length;
  checkSet(inputs, preset.steering.dimensions.length, preset, '');
  const models = new Set([preset.model?.sha256]);
  for (const set of preset.otherModels) {
    const { name, sha256 } = set.model;
    if (models.has(sha256)) throw invalid(`The preset lists the model “${name}” twice.`);
    models.add(sha256);
    checkSet(inputs, set.dimensions.length, set, ` of the model “${name}”`);
  }
}

function checkSet(
  inputs: number,
  latents: number,
  { examples, trained, loops, listenWith }: Pick<Preset, 'examples' | 'trained' | 'loops' | 'listenWith'>,
  whose: string,
): void {
  const ids = new Set<string>();
  for (const [i, example] of examples.entries()) {
    const where = `Example ${i + 1} (“${example.label}”)${whose}`;
    if (example.inputs.length !== inputs)
      throw invalid(`${where} has ${example.inputs.length} input values; the preset has ${inputs} inputs.`);
    if (example.latents.length !== latents)
      throw invalid(`${where} has ${example.latents.length} latents instead of ${latents}.`);
    if (ids.has(example.id)) throw invalid(`${where} has the same identifier as another example.`);
    ids.add(example.id);
  }
  for (const [i, loop] of loops.entries()) {
    const problem = loop === null ? undefined : checkLoop(loop, latents, inputs);
    if (problem !== undefined) throw invalid(`Loop ${i + 1}${whose} ${problem}.`);
  }
  const fault = listenWith === null ? undefined : checkAdapter(listenWith, latents);
  if (fault !== undefined) throw invalid(`The adapter to the latents${whose} ${fault}.`);
  if (trained !== null && (trained.inputs !== inputs || trained.dimensions.length !== latents))
    throw invalid(
      `The learned mapping${whose} leads from ${trained.inputs} inputs to ${trained.dimensions.length} latents instead of from ${inputs} to ${latents}.`,
    );
}

/**
 * Validates a preset from a file, a message or a host's project, and converts older versions.
 * @throws TillerError `preset-invalid` naming the first wrong field, or `preset-too-new`
 */
export function parsePreset(
  value: unknown,
  migrations: Readonly<Record<number, Migration>> = MIGRATIONS,
  current = PRESET_VERSION,
): Preset {
  const header = headerSchema.safeParse(value);
  if (!header.success) throw invalid('This is not a Tiller preset.', header.error);
  let document: Record<string, unknown> = header.data;
  let version = header.data.version;
  if (version > current)
    throw new TillerError(
      'preset-too-new',
      `This preset was written by a newer Tiller (preset version ${version}; this one reads up to ${current}).`,
      'Update Tiller to open it.',
    );
  for (; version < current; version++) {
    const migrate = migrations[version];
    if (migrate === undefined) throw invalid(`Presets of version ${version} cannot be read any more.`);
    document = { ...migrate(document), version: version + 1 };
  }
  const result = presetSchema.safeParse({ ...document, version: PRESET_VERSION });
  if (!result.success) {
    const issue = result.error.issues[0];
    throw invalid(
      `The preset's field “${issue?.path.join('.') ?? ''}” is wrong: ${issue?.message ?? ''}.`,
      result.error,
    );
  }
  checkCounts(result.data);
  return result.data;
}

/** Parses JSON text of bounded size without validating it. @throws TillerError `preset-invalid` */
export function parsePresetJson(text: string): unknown {
  if (text.length > MAX_PRESET_BYTES) throw invalid('This is too large to be a Tiller preset.');
  try {
    // Some editors write a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw invalid('This is not a Tiller preset: it is not valid JSON.', error);
  }
}

/** `parsePreset` of JSON text. @throws as `parsePreset` */
export function parsePresetText(text: string): Preset {
  return parsePreset(parsePresetJson(text));
}

/** The text of a preset file: one value per line, so that versions can be compared by a line-based diff. */
export function formatPreset(preset: Preset): string {
  return `${JSON.stringify(preset, null, 1)}\n`;
}
