import { z } from 'zod';
import { compileMapping, type Mapping } from '../mapping/evaluate.js';
import type { TrainedMapping } from '../../document/trained.js';
import { createNoise } from '../model/run/noise.js';
import { openModel } from '../model/run/open-model.js';
import type { RunningModel } from '../model/run/running-model.js';
import { postTo, serveWorker, startedWith } from '../workers/serve-worker.js';
import { LevelProbe } from './level-probe.js';
import { LevelTable } from './level-table.js';
import { toMapWorkerSchema, type FromMapWorker, type ToMapWorker } from './messages.js';
import { eachCell, paintMap, type Colouring } from './map-picture.js';

/**
 * Worker that computes the pictures under the pad. Between pictures it measures the decoder's level over the pad, one point at
 * a time, so that loud zones are visible before they are played.
 */

startedWith(z.undefined());
const post = postTo<FromMapWorker>();

/** Measured points along each axis: the hundred of a pad take about a second. */
const PROBES = 10;
/** Measurements after which the picture is painted again. */
const PROBES_PER_PICTURE = 25;

/** What plays the points that are measured; null without a model. */
let opened: { readonly model: RunningModel; readonly probe: LevelProbe } | null = null;
let models = 0;
let learned: { trained: TrainedMapping; mapping: Mapping } | null = null;
let levels = new LevelTable(1);
let pending: Float64Array[] = [];
let measuring = false;
/** Empty while those of the file count. */
let attributes = new Float32Array(0);
const colouring: Colouring = { directions: [] };

async function load(location: Extract<ToMapWorker, { type: 'model' }>['model']): Promise<void> {
  const load = ++models;
  opened?.model.close();
  opened = null;
  pending = [];
  levels = new LevelTable(location?.manifest.latentDims ?? 1);
  if (location === null) return;
  const model = await openModel(location.dir, location.manifest, { frames: 1, batch: 1 });
  if (load !== models) return model.close();
  model.attributes.set(attributes.subarray(0, model.attributes.length));
  opened = { model, probe: new LevelProbe(model, createNoise({ kind: 'seed', seed: 1 }, 0)) };
  // Measures the points of a picture that was painted while the model was opened.
  measureNext();
}

function paint(message: Extract<ToMapWorker, { type: 'paint' }>): void {
  const { job, request, inputs, examples, limitDb } = message;
  const axesExist = request.x < inputs.length && request.y < inputs.length;
  if (learned?.mapping.inputs !== inputs.length || !axesExist) {
    post({ type: 'painted', job, picture: null });
    return;
  }
  const { mapping, trained } = learned;
  if (levels.width !== mapping.latents) levels = new LevelTable(mapping.latents);
  const picture = paintMap({ request, mapping, trained, inputs, examples, levels, limitDb }, colouring);
  post({ type: 'painted', job, picture });
  const out = new Float64Array(mapping.latents);
  pending = [];
  eachCell(PROBES, request, inputs, (position) => {
    mapping.evaluate(position, out);
    const latents = out.map((value) => (Number.isNaN(value) ? 0 : value));
    if (!levels.isMeasured(latents)) pending.push(latents);
  });
  measureNext();
}

/** Measures one point, then handles messages before the next. */
function measureNext(): void {
  if (measuring || opened?.model.shape.latentDims !== levels.width) return;
  const latents = pending.pop();
  if (latents === undefined) return;
  levels.add(latents, opened.probe.measure(latents));
  if (pending.length % PROBES_PER_PICTURE === 0) post({ type: 'measured' });
  measuring = true;
  setImmediate(() => {
    measuring = false;
    measureNext();
  });
}

serveWorker((message) => {
  switch (message.type) {
    case 'model':
      // Without the model, pictures are painted without levels.
      load(message.model).catch(() => undefined);
      return;
    case 'attributes':
      attributes = Float32Array.from(message.values);
      opened?.model.attributes.set(attributes.subarray(0, opened.model.attributes.length));
      levels = new LevelTable(levels.width);
      return;
    case 'mapping':
      learned = { trained: message.trained, mapping: compileMapping(message.trained) };
      return;
    case 'paint':
      try {
        paint(message);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        post({ type: 'failed', job: message.job, message: text });
      }
  }
}, toMapWorkerSchema);
