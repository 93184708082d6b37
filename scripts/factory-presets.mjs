import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, root } from './dependencies.mjs';
import { loadSource } from './typescript.mjs';

// Builds the factory presets from presets/factory.json and each model's landmarks (labelled latents with measured
// descriptors). Run it again after a bundled model has changed: npm run presets [-- NAME …].

ensureDependencies();
ensureBundle();

const { defaultInput, emptyPreset, defaultRegressor, defaultDimension } = await loadSource(
  'src/document/default-preset.ts',
  'src/document/default-learning.ts',
  'src/document/steering.ts',
);

const program = join(root, 'dist', 'engine', 'tiller.js');

function tiller(...args) {
  const { status, stdout } = spawnSync(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
  return String(stdout);
}

/** Positions by rank, evenly spaced from 0 to 1, so that no two landmarks coincide. */
function ranks(landmarks, by) {
  const order = landmarks.map((landmark, i) => [landmark[by], i]).sort(([a], [b]) => a - b);
  const places = new Array(landmarks.length);
  order.forEach(([, i], rank) => (places[i] = landmarks.length === 1 ? 0.5 : rank / (landmarks.length - 1)));
  return places;
}

function dimension(index, rules, range) {
  const { mode, amount = 1 } =
    rules.find(({ dimensions }) => dimensions.includes?.(index) && dimensions !== 'others') ??
    rules.find(({ dimensions }) => dimensions === 'others');
  return { ...defaultDimension(), mode, amount, range };
}

function build(source) {
  const folder = join(root, 'models', source.model);
  const landmarks = JSON.parse(readFileSync(join(folder, 'landmarks.json'), 'utf8'));
  const sha256 = createHash('sha256')
    .update(readFileSync(join(folder, `${source.model}.ts`)))
    .digest('hex');
  const { manifest } = JSON.parse(tiller('--json', 'inspect', sha256));
  const places = source.axes.map(({ by }) => ranks(landmarks, by));
  const round = (value) => Math.round(value * 1000) / 1000;
  const empty = emptyPreset({ name: manifest.name, sha256 }, manifest.latentDims);
  return {
    ...empty,
    name: source.name,
    description: source.description,
    tags: source.tags,
    author: 'Tiller',
    inputs: source.axes.map(({ name }) => defaultInput(name)),
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
    learning: { ...empty.learning, shared: { ...defaultRegressor('gp'), noise: 0 } },
    steering: {
      ...empty.steering,
      glideSeconds: source.glideSeconds,
      // A tenth beyond the range of the model's own latents.
      dimensions: manifest.latentRanges.map(([low, high], i) =>
        dimension(i, source.steering, [round(low - 0.1 * (high - low)), round(high + 0.1 * (high - low))]),
      ),
    },
  };
}

const sources = JSON.parse(readFileSync(join(root, 'presets', 'factory.json'), 'utf8'));
const wanted = process.argv.slice(2);
for (const source of sources.filter(({ file }) => wanted.length === 0 || wanted.includes(file))) {
  const path = join(root, 'presets', `${source.file}.tiller.json`);
  const draft = `${path}.draft`;
  writeFileSync(draft, JSON.stringify(build(source)));
  process.stdout.write(`${source.name}\n${tiller('train', draft, '-o', path, '--force')}`);
  rmSync(draft);
}
