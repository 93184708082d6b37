import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, root } from './dependencies.mjs';

// Builds the factory presets from presets/factory.json and each model's landmarks (labelled latents with measured
// descriptors), sets their output gain by a render of their loop, and checks how they sound. Run it again after a bundled
// model has changed: npm run presets [-- NAME …]. It exits with an error where a preset fails a check.

ensureDependencies();
ensureBundle();

const { draft, gestureCsv, modelOf } = await import('./presets/draft.mjs');
const { inTemporaryFolder, tiller } = await import('./presets/engine.mjs');
const { heldPeakDb, playedFigures, timbreDistance } = await import('./presets/figures.mjs');

const MOST_LEVEL_DB = 3;
/** Over the input's own: a sound without clicks at the borders of hops gives about 1. */
const MOST_ROUGHNESS = 1.6;
/** See `timbreDistance`; two renders of one preset with other noise lie within 0.2. */
const LEAST_DISTANCE = 1;
/** A gain is set to steps of this. */
const GAIN_STEP_DB = 0.5;

const folder = join(root, 'presets');
const sources = JSON.parse(readFileSync(join(folder, 'factory.json'), 'utf8'));

function train(source, path) {
  inTemporaryFolder((temporary) => {
    const untrained = join(temporary, 'draft.json');
    writeFileSync(untrained, JSON.stringify(draft(source)));
    tiller('train', untrained, '-o', path, '--force');
  });
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Builds a preset, at the gain that makes its loop as loud as it came as far as its ceiling allows. */
function build(source) {
  const path = join(folder, `${source.file}.tiller.json`);
  const gesture = join(folder, 'gestures', `${source.file}.csv`);
  mkdirSync(join(folder, 'gestures'), { recursive: true });
  writeFileSync(gesture, gestureCsv(source));
  const loop = join(root, 'models', 'loops', `${source.loop}.wav`);
  const look = () => playedFigures(path, loop, gesture, modelOf(source.model).manifest.hop);
  const preset = train(source, path);
  let played = look();
  const held = heldPeakDb(preset);
  const gain = Math.min(-played.levelDb, preset.output.ceilingDb - held);
  preset.output.outputGainDb = Math.floor(gain / GAIN_STEP_DB) * GAIN_STEP_DB;
  if (preset.output.outputGainDb !== 0) {
    writeFileSync(path, `${JSON.stringify(preset, null, 1)}\n`);
    played = look();
  }
  return { source, preset, played, heldPeakDb: held + preset.output.outputGainDb };
}

function faultsOf({ preset, played, heldPeakDb }) {
  const faults = [];
  if (Math.abs(played.levelDb) > MOST_LEVEL_DB) faults.push(`${played.levelDb.toFixed(1)} dB from its input`);
  if (played.roughness > MOST_ROUGHNESS)
    faults.push(`clicks at the borders of hops (${played.roughness.toFixed(2)})`);
  if (heldPeakDb > preset.output.ceilingDb)
    faults.push(`a zone at ${heldPeakDb.toFixed(1)} dB, above its ceiling`);
  return faults;
}

const wanted = process.argv.slice(2);
const built = sources.filter(({ file }) => wanted.length === 0 || wanted.includes(file)).map(build);
for (const one of built) {
  const [nearest] = built
    .filter((other) => other !== one)
    .map(({ source, played }) => ({
      file: source.file,
      away: timbreDistance(one.played.sound, played.sound),
    }))
    .sort((a, b) => a.away - b.away);
  const faults = faultsOf(one);
  if (nearest && nearest.away < LEAST_DISTANCE) faults.push(`sounds like ${nearest.file}`);
  const { source, preset, played, heldPeakDb } = one;
  const figures = [
    `${preset.examples.length} examples`,
    `gain ${preset.output.outputGainDb} dB`,
    `level ${played.levelDb.toFixed(1)} dB`,
    `roughness ${played.roughness.toFixed(2)}`,
    `loudest held ${heldPeakDb.toFixed(1)} dB`,
    ...(nearest ? [`nearest ${nearest.file} at ${nearest.away.toFixed(1)}`] : []),
  ];
  console.log(`${source.file}: ${figures.join(', ')}`);
  for (const fault of faults) console.log(`  FAULT: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
