import type { Mapping } from '../mapping/evaluate.js';
import type { TrainedMapping } from '../../document/trained.js';
import type { MapRequest } from '../../protocol/interface-commands.js';
import type { MapPicture } from '../../protocol/interface-frames.js';
import type { LevelTable } from './level-table.js';
import { principalDirections } from './principal.js';

/** Cells along each axis. A cell is about nine pixels of the plugin's pad; the page interpolates between cells. */
export const MAP_CELLS = 48;
/** With more points than this, a Gaussian process's standard deviation takes too long to compute at every cell. */
const MAX_POINTS_FOR_CONFIDENCE = 256;
/** Distance to the nearest example (inputs 0..1) at which confidence falls to 1/e, for regressors without a standard deviation. */
const CONFIDENCE_DISTANCE = 0.22;
/** Least scale of the second and third direction relative to the widest: a direction of little variance gets little colour. */
const MIN_SCALE_SHARE = 0.35;
/** The displayed range of levels begins and ends at multiples of this, and spans at least two of them. */
const LEVEL_STEP_DB = 6;
/** Largest displayed range of levels: quieter cells are shown at its lower end. */
const LEVEL_SPAN_DB = 48;

export interface MapInputs {
  readonly request: MapRequest;
  readonly mapping: Mapping;
  readonly trained: TrainedMapping;
  /** Present value of every input, 0..1; those that are not an axis keep it. */
  readonly inputs: readonly number[];
  /** Inputs of each enabled example. */
  readonly examples: readonly (readonly number[])[];
  readonly levels: LevelTable;
  /** Peak level at the decoder's output above which the limiter reduces gain, in dB. */
  readonly limitDb: number;
}

/**
 * Calls `visit` for each cell of a square grid, row by row from the bottom.
 * @param visit gets every input's value there (one array that is reused) and the index of the cell
 */
export function eachCell(
  cells: number,
  request: MapRequest,
  inputs: readonly number[],
  visit: (position: Float64Array, cell: number) => void,
): void {
  const position = Float64Array.from(inputs);
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      position[request.y] = row / (cells - 1);
      position[request.x] = column / (cells - 1);
      visit(position, row * cells + column);
    }
  }
}

/** Principal directions of the previous picture; empty before the first. */
export interface Colouring {
  directions: Float64Array[];
}

/**
 * Evaluates the mapping over the plane of two inputs. Values are 0..255, [MAP_CELLS, MAP_CELLS], row 0 at the bottom.
 * @param colouring is updated in mode `latents`
 */
export function paintMap(from: MapInputs, colouring: Colouring): MapPicture {
  const { request, mapping } = from;
  const cells = MAP_CELLS * MAP_CELLS;
  const latents = new Float64Array(cells * mapping.latents);
  const out = new Float64Array(mapping.latents);
  eachCell(MAP_CELLS, request, from.inputs, (position, cell) => {
    mapping.evaluate(position, out);
    for (let i = 0; i < out.length; i++) {
      const value = out[i] ?? 0;
      latents[cell * out.length + i] = Number.isNaN(value) ? 0 : value;
    }
  });
  const confidence = confidenceOf(from);
  const levels = levelsOf(from, latents);
  const picture = {
    ...request,
    width: MAP_CELLS,
    height: MAP_CELLS,
    confidence,
    loud: levels && Uint8Array.from(levels, (level) => (level > from.limitDb ? 255 : 0)),
  };
  switch (request.mode) {
    case 'latents':
      return { ...picture, ...latentPlanes(latents, mapping.latents, colouring) };
    case 'dimension':
      return { ...picture, ...dimensionPlane(latents, mapping.latents, request.dimension) };
    case 'confidence':
      return { ...picture, ...confidencePlane(confidence ?? proximityOf(from)) };
    case 'loudness':
      return { ...picture, ...levelPlane(levels ?? new Float64Array(cells).fill(NaN), from.limitDb) };
  }
}

const byte = (share: number) => Math.min(255, Math.max(0, Math.round(255 * share)));
type Planes = Pick<MapPicture, 'low' | 'high' | 'values'>;

function latentPlanes(latents: Float64Array, width: number, colouring: Colouring): Planes {
  const rows = latents.length / width;
  const centred = Float64Array.from(latents);
  for (let i = 0; i < width; i++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += latents[row * width + i] ?? 0;
    for (let row = 0; row < rows; row++)
      centred[row * width + i] = (latents[row * width + i] ?? 0) - sum / rows;
  }
  const before = colouring.directions[0]?.length === width ? colouring.directions : [];
  colouring.directions = principalDirections(centred, width, 3, before);
  let widest = 0;
  const values = colouring.directions.map((direction) => {
    const projection = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += (centred[row * width + i] ?? 0) * (direction[i] ?? 0);
      projection[row] = sum;
    }
    const reach = projection.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    widest = Math.max(widest, reach);
    const scale = Math.max(reach, MIN_SCALE_SHARE * widest, 1e-6);
    return Uint8Array.from(projection, (value) => byte(0.5 + (0.5 * value) / scale));
  });
  return { low: -widest, high: widest, values };
}

function dimensionPlane(latents: Float64Array, width: number, dimension: number): Planes {
  const index = Math.min(dimension, width - 1);
  const plane = Float64Array.from(
    { length: latents.length / width },
    (_, row) => latents[row * width + index] ?? 0,
  );
  const reach = plane.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  return {
    low: -reach,
    high: reach,
    values: [Uint8Array.from(plane, (value) => byte(0.5 + (0.5 * value) / reach))],
  };
}

/**
 * Confidence: 1 minus the standard deviation relative to the prior's, averaged over the dimensions that have one; null where
 * none has.
 */
function confidenceOf({ request, mapping, trained, inputs }: MapInputs): Uint8Array | null {
  const priors = trained.dimensions.map((dimension) => (dimension.kind === 'gp' ? dimension.deviation : 0));
  const isAffordable = (trained.points?.count ?? 0) <= MAX_POINTS_FOR_CONFIDENCE;
  if (!isAffordable || !priors.some((prior) => prior > 0)) return null;
  const plane = new Uint8Array(MAP_CELLS * MAP_CELLS);
  const deviations = new Float64Array(mapping.latents);
  eachCell(MAP_CELLS, request, inputs, (position, cell) => {
    mapping.deviation(position, deviations);
    let sum = 0;
    let known = 0;
    deviations.forEach((deviation, i) => {
      const prior = priors[i] ?? 0;
      if (Number.isNaN(deviation) || prior <= 0) return;
      sum += 1 - Math.min(1, deviation / prior);
      known += 1;
    });
    plane[cell] = byte(known === 0 ? 1 : sum / known);
  });
  return plane;
}

/** Confidence relative to its maximum: the picture compares places with each other. */
function confidencePlane(confidence: Uint8Array): Planes {
  const most = confidence.reduce((best, value) => Math.max(best, value), 1);
  return { low: 0, high: most / 255, values: [confidence.map((value) => (255 * value) / most)] };
}

/** Proximity of the nearest example, in place of a standard deviation for regressors that have none. */
function proximityOf({ request, inputs, examples }: MapInputs): Uint8Array {
  const plane = new Uint8Array(MAP_CELLS * MAP_CELLS);
  eachCell(MAP_CELLS, request, inputs, (position, cell) => {
    let least = Infinity;
    for (const example of examples) {
      let squared = 0;
      for (let i = 0; i < position.length; i++) squared += ((example[i] ?? 0.5) - (position[i] ?? 0.5)) ** 2;
      least = Math.min(least, squared);
    }
    plane[cell] = byte(Math.exp(-least / CONFIDENCE_DISTANCE ** 2));
  });
  return plane;
}

/** Level at each cell in dB, NaN where it is unknown; null before the first measurement. */
function levelsOf({ levels, mapping }: MapInputs, latents: Float64Array): Float64Array | null {
  if (levels.empty) return null;
  const { latents: width } = mapping;
  return Float64Array.from({ length: latents.length / width }, (_, cell) =>
    levels.levelDb(latents.subarray(cell * width, (cell + 1) * width)),
  );
}

/** Levels over their range, which includes the limit; confidence is 0 where a level is unknown. */
function levelPlane(levels: Float64Array, limitDb: number): Planes & Pick<MapPicture, 'confidence'> {
  let most = limitDb;
  let least = Infinity;
  for (const level of levels) {
    if (Number.isNaN(level)) continue;
    most = Math.max(most, level);
    least = Math.min(least, level);
  }
  // Adding zero leaves no negative zero.
  const high = LEVEL_STEP_DB * Math.ceil(most / LEVEL_STEP_DB) + 0;
  const lowest = LEVEL_STEP_DB * Math.floor(Math.max(least, high - LEVEL_SPAN_DB) / LEVEL_STEP_DB);
  const low = Math.min(high - 2 * LEVEL_STEP_DB, lowest);
  return {
    low,
    high,
    values: [
      Uint8Array.from(levels, (level) => byte(Number.isNaN(level) ? 0 : (level - low) / (high - low))),
    ],
    confidence: Uint8Array.from(levels, (level) => (Number.isNaN(level) ? 0 : 255)),
  };
}
