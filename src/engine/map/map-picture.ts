import type { Mapping } from '../mapping/evaluate.js';
import type { TrainedMapping } from '../../document/trained.js';
import type { MapRequest } from '../../protocol/interface-commands.js';
import type { MapPicture } from '../../protocol/interface-frames.js';
import type { LevelTable } from './level-table.js';
import { principalDirections } from './principal.js';

/** Cells along each axis: a cell is about nine pixels of the plugin's pad, and drawn smooth. */
export const MAP_CELLS = 48;
/** Above this many examples a Gaussian process is too slow to ask at every cell how sure it is. */
const MOST_POINTS_FOR_CERTAINTY = 256;
/** Distance on the pad at which an example stops vouching for a mapping that knows no uncertainty. */
const VOUCHING_DISTANCE = 0.22;
/** A weak second direction is not blown up to full colour. */
const LEAST_SHARE = 0.35;
/** Levels are shown between whole multiples of this, and between no fewer than two of them. */
const LEVEL_STEP_DB = 6;
/** Quieter than this below the loudest is shown as quiet as this. */
const LEVEL_SPAN_DB = 48;

export interface MapInputs {
  readonly request: MapRequest;
  readonly mapping: Mapping;
  readonly trained: TrainedMapping;
  /** Present value of every input; those off the plane stay there. */
  readonly inputs: readonly number[];
  /** Where the enabled examples live, one row of inputs each. */
  readonly examples: readonly (readonly number[])[];
  readonly levels: LevelTable;
  /** Peak from which the limiter holds back, in dB at the decoder's output. */
  readonly limitDb: number;
}

/** Calls `visit` for each cell, row 0 at the bottom, with every input's value there. */
export function eachCell(
  cells: number,
  request: MapRequest,
  inputs: readonly number[],
  visit: (place: Float64Array, cell: number) => void,
): void {
  const place = Float64Array.from(inputs);
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      place[request.y] = row / (cells - 1);
      place[request.x] = column / (cells - 1);
      visit(place, row * cells + column);
    }
  }
}

/** The principal directions that the last picture was coloured by. */
export interface Colouring {
  directions: Float64Array[];
}

/** Paints the mapping over the plane of two inputs. */
export function paintMap(from: MapInputs, colouring: Colouring): MapPicture {
  const { request, mapping } = from;
  const cells = MAP_CELLS * MAP_CELLS;
  const latents = new Float64Array(cells * mapping.latents);
  const out = new Float64Array(mapping.latents);
  eachCell(MAP_CELLS, request, from.inputs, (place, cell) => {
    mapping.evaluate(place, out);
    for (let i = 0; i < out.length; i++) {
      const value = out[i] ?? 0;
      latents[cell * out.length + i] = Number.isNaN(value) ? 0 : value;
    }
  });
  const own = certaintyOf(from);
  const levels = levelsOf(from, latents);
  const picture = {
    ...request,
    width: MAP_CELLS,
    height: MAP_CELLS,
    certainty: own,
    loud: levels && Uint8Array.from(levels, (level) => (level > from.limitDb ? 255 : 0)),
  };
  switch (request.mode) {
    case 'latents':
      return { ...picture, ...latentPlanes(latents, mapping.latents, colouring) };
    case 'dimension':
      return { ...picture, ...dimensionPlane(latents, mapping.latents, request.dimension) };
    case 'certainty':
      return { ...picture, ...certaintyPlane(own ?? nearness(from)) };
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
    const along = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += (centred[row * width + i] ?? 0) * (direction[i] ?? 0);
      along[row] = sum;
    }
    const reach = along.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    widest = Math.max(widest, reach);
    const scale = Math.max(reach, LEAST_SHARE * widest, 1e-6);
    return Uint8Array.from(along, (value) => byte(0.5 + (0.5 * value) / scale));
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

/** How sure the regressors say they are, over the dimensions that know; null where none does. */
function certaintyOf({ request, mapping, trained, inputs }: MapInputs): Uint8Array | null {
  const priors = trained.dimensions.map((dimension) => (dimension.kind === 'gp' ? dimension.deviation : 0));
  const few = (trained.points?.count ?? 0) <= MOST_POINTS_FOR_CERTAINTY;
  if (!few || !priors.some((prior) => prior > 0)) return null;
  const plane = new Uint8Array(MAP_CELLS * MAP_CELLS);
  const deviations = new Float64Array(mapping.latents);
  eachCell(MAP_CELLS, request, inputs, (place, cell) => {
    mapping.deviation(place, deviations);
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

/** Relative to where the regressors are surest: what counts on the pad is where they are more so than elsewhere. */
function certaintyPlane(sure: Uint8Array): Planes {
  const most = sure.reduce((best, value) => Math.max(best, value), 1);
  return { low: 0, high: most / 255, values: [sure.map((value) => (255 * value) / most)] };
}

/** How near the examples are: what can be said of a regressor that knows no uncertainty of its own. */
function nearness({ request, inputs, examples }: MapInputs): Uint8Array {
  const plane = new Uint8Array(MAP_CELLS * MAP_CELLS);
  eachCell(MAP_CELLS, request, inputs, (place, cell) => {
    let least = Infinity;
    for (const example of examples) {
      let squared = 0;
      for (let i = 0; i < place.length; i++) squared += ((example[i] ?? 0.5) - (place[i] ?? 0.5)) ** 2;
      least = Math.min(least, squared);
    }
    plane[cell] = byte(Math.exp(-least / VOUCHING_DISTANCE ** 2));
  });
  return plane;
}

/** Level to expect at each cell, in dB; null before anything was measured. */
function levelsOf({ levels, mapping }: MapInputs, latents: Float64Array): Float64Array | null {
  if (levels.empty) return null;
  const { latents: width } = mapping;
  return Float64Array.from({ length: latents.length / width }, (_, cell) =>
    levels.expect(latents.subarray(cell * width, (cell + 1) * width)),
  );
}

/** Levels over their own range and up to the limit at least; unknown ones are those that nothing vouches for. */
function levelPlane(levels: Float64Array, limitDb: number): Planes & Pick<MapPicture, 'certainty'> {
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
    certainty: Uint8Array.from(levels, (level) => (Number.isNaN(level) ? 0 : 255)),
  };
}
