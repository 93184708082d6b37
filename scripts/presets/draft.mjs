import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../dependencies.mjs';
import { loadSource } from '../typescript.mjs';
import { tiller } from './engine.mjs';

const { defaultInput, emptyPreset, defaultRegressor, defaultDimension } = await loadSource(
  'src/document/default-preset.ts',
  'src/document/default-learning.ts',
  'src/document/steering.ts',
);

const round = (value) => Math.round(value * 1000) / 1000;

/** Positions by rank, evenly spaced from 0 to 1, so that no two landmarks coincide. */
function ranks(landmarks, by) {
  const order = landmarks.map((landmark, i) => [landmark[by], i]).sort(([a], [b]) => a - b);
  const places = new Array(landmarks.length);
  order.forEach(([, i], rank) => (places[i] = landmarks.length === 1 ? 0.5 : rank / (landmarks.length - 1)));
  return places;
}

/** Where each landmark lies on an axis: by rank of what was measured there, or at its note in the range of the axis's source. */
function placesOn({ by, source }, landmarks) {
  if (by !== 'note') return ranks(landmarks, by);
  return landmarks.map(({ note }) =>
    Math.min(1, Math.max(0, (note - source.low) / (source.high - source.low))),
  );
}

function dimension(index, rules, range) {
  const { mode, amount = 1 } =
    rules.find(({ dimensions }) => dimensions.includes?.(index) && dimensions !== 'others') ??
    rules.find(({ dimensions }) => dimensions === 'others');
  return { ...defaultDimension(), mode, amount, range };
}

function input({ name, source, value }) {
  const plain = defaultInput(name);
  return { ...plain, ...(source ? { source } : {}), value: value ?? plain.value };
}

/** The landmarks that `source` names, or all of its model's; only those that have a place on every axis. */
function landmarksOf({ model, labels, axes }) {
  const all = JSON.parse(readFileSync(join(root, 'models', model, 'landmarks.json'), 'utf8'));
  for (const label of labels ?? [])
    if (!all.some((landmark) => landmark.label === label))
      throw new Error(`${model} has no landmark “${label}”`);
  const pitched = axes.some(({ by }) => by === 'note');
  return all.filter(({ label, note }) => (labels?.includes(label) ?? true) && (!pitched || note !== null));
}

const known = new Map();

/** SHA-256 and manifest of the bundled model `name`. */
export function modelOf(name) {
  if (!known.has(name)) {
    const file = readFileSync(join(root, 'models', name, `${name}.ts`));
    const sha256 = createHash('sha256').update(file).digest('hex');
    const { manifest } = JSON.parse(tiller('--json', 'inspect', sha256));
    known.set(name, { sha256, manifest });
  }
  return known.get(name);
}

/** The preset that `source` (an entry of `presets/factory.json`) describes, not yet trained. */
export function draft(source) {
  const landmarks = landmarksOf(source);
  const { sha256, manifest } = modelOf(source.model);
  const places = source.axes.map((axis) => placesOn(axis, landmarks));
  const empty = emptyPreset({ name: manifest.name, sha256 }, manifest.latentDims);
  return {
    ...empty,
    name: source.name,
    description: source.description,
    tags: [source.use, ...source.tags],
    author: 'Tiller',
    inputs: source.axes.map(input),
    examples: landmarks.map(({ label, latent }, i) => ({
      id: `e${i + 1}`,
      label,
      hue: Math.round((i * 360) / landmarks.length),
      enabled: true,
      weight: 1,
      inputs: places.map((place) => round(place[i])),
      latents: latent,
    })),
    // Without noise, so that the mapping passes through every example.
    learning: { ...empty.learning, shared: defaultRegressor('gp') },
    steering: {
      ...empty.steering,
      glideSeconds: source.glideSeconds,
      // A tenth beyond the range of the model's own latents.
      dimensions: manifest.latentRanges.map(([low, high], i) =>
        dimension(i, source.steering, [round(low - 0.1 * (high - low)), round(high + 0.1 * (high - low))]),
      ),
    },
    output: { ...empty.output, ...source.output },
  };
}

/** The gesture of `source` as CSV: seconds, then a column for each input. */
export function gestureCsv(source) {
  const names = source.axes.map(({ name }) => name.toLowerCase());
  return [['seconds', ...names], ...source.gesture].map((row) => row.join(',')).join('\n') + '\n';
}
