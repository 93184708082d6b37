import { compileMapping } from '../../../src/engine/mapping/evaluate.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import type { Learning } from '../../../src/document/learning.js';
import { LevelTable } from '../../../src/engine/map/level-table.js';
import { MAP_CELLS, paintMap, type MapInputs } from '../../../src/engine/map/map-picture.js';
import { principalDirections } from '../../../src/engine/map/principal.js';
import type { MapMode } from '../../../src/protocol/interface-commands.js';
import { documentOf } from '../http/rig.js';

describe('principalDirections', () => {
  it('finds the axes of an ellipse, the longest first', () => {
    // Radius 5 along (3, 4)/5 and 1 across it.
    const rows: number[] = [];
    for (let i = 0; i < 16; i++) {
      const [along, across] = [5 * Math.cos((Math.PI * i) / 8), Math.sin((Math.PI * i) / 8)];
      rows.push(0.6 * along - 0.8 * across, 0.8 * along + 0.6 * across);
    }
    const [first, second, third] = principalDirections(Float64Array.from(rows), 2, 3);
    expect([...(first ?? [])]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)]);
    expect(Math.abs((second?.[0] ?? 0) * 0.6 + (second?.[1] ?? 0) * 0.8)).toBeLessThan(1e-6);
    expect([...(third ?? [])]).toEqual([0, 0]);
  });

  it('keeps the sign of the previous picture', () => {
    const rows = Float64Array.from([-1, -2, 1, 2]);
    const [up] = principalDirections(rows, 2, 1);
    const [kept] = principalDirections(rows, 2, 1, [Float64Array.from([-1, -1])]);
    expect(up?.[1]).toBeGreaterThan(0);
    expect(kept?.[1]).toBeCloseTo(-(up?.[1] ?? 0), 9);
  });

  it('returns zeros where no row differs', () => {
    expect([...(principalDirections(new Float64Array(8), 2, 1)[0] ?? [])]).toEqual([0, 0]);
  });
});

describe('LevelTable', () => {
  it('returns measured levels, interpolates between two, and is unknown far away', () => {
    const table = new LevelTable(2);
    expect(table.empty).toBe(true);
    expect(table.levelDb([0, 0])).toBeNaN();
    table.add([0, 0], -30);
    table.add([0.4, 0], -10);
    expect(table.levelDb([0, 0])).toBeCloseTo(-30, 1);
    expect(table.levelDb([0.2, 0])).toBeCloseTo(-20, 6);
    expect(table.levelDb([5, 5])).toBeNaN();
    expect(table.isMeasured([0.001, 0])).toBe(true);
    expect(table.isMeasured([0.2, 0])).toBe(false);
  });

  it('replaces the oldest points', () => {
    const table = new LevelTable(1);
    table.add([100], -3);
    for (let i = 0; i < 2048; i++) table.add([i / 2048], -20);
    expect(table.levelDb([100])).toBeNaN();
  });
});

describe('paintMap', () => {
  const learning = (shared: Learning['shared']): Learning => ({ shared, perDimension: {}, automatic: false });
  const { examples } = documentOf(4, 6);
  const paint = (mode: MapMode, shared: Learning['shared'], more: Partial<MapInputs> = {}) => {
    const { trained } = trainMapping({ examples, learning: learning(shared), inputCount: 2, latentCount: 4 });
    const from: MapInputs = {
      request: { mode, x: 0, y: 1, dimension: 2 },
      mapping: compileMapping(trained),
      trained,
      inputs: [0.5, 0.5],
      examples: examples.map(({ inputs }) => inputs),
      levels: new LevelTable(4),
      limitDb: -1,
      ...more,
    };
    return paintMap(from, { directions: [] });
  };
  const linear: Learning['shared'] = { kind: 'linear', ridge: 0 };
  const gp: Learning['shared'] = { kind: 'gp', lengthScale: 0.2, noise: 0.01 };
  const cell = (plane: Uint8Array | null | undefined, x: number, y: number) =>
    plane?.[Math.round(y * (MAP_CELLS - 1)) * MAP_CELLS + Math.round(x * (MAP_CELLS - 1))] ?? -1;

  it('paints one latent from low to high along the input that changes it', () => {
    const map = paint('dimension', linear);
    const [plane] = map.values;
    expect(cell(plane, 0.5, 0.1)).toBe(cell(plane, 0.5, 0.9));
    expect(cell(plane, 0.4, 0.5)).toBeGreaterThan(cell(plane, 0.1, 0.5));
    expect(map.high).toBeGreaterThan(4);
    expect(map.confidence).toBeNull();
  });

  it('paints three planes of all latents; those without variance stay in the middle', () => {
    const { values } = paint('latents', linear);
    expect(values).toHaveLength(3);
    expect(Math.abs(cell(values[0], 0, 0.5) - cell(values[0], 1, 0.5))).toBeGreaterThan(150);
    expect(new Set(values[2])).toEqual(new Set([128]));
  });

  it('has the highest confidence at the examples, with and without a standard deviation', () => {
    const { confidence } = paint('latents', gp);
    expect(cell(confidence, 0.3, 0.5)).toBeGreaterThan(200);
    expect(cell(confidence, 1, 1)).toBeLessThan(80);
    const { values } = paint('confidence', linear);
    expect(cell(values[0], 0.3, 0.5)).toBeGreaterThan(cell(values[0], 1, 1));
  });

  it('shows levels over a range that includes the limit, and no confidence where they are unknown', () => {
    const unknown = paint('loudness', linear);
    expect([unknown.low, unknown.high]).toEqual([-12, 0]);
    expect(unknown.confidence?.every((known) => known === 0)).toBe(true);
    const levels = new LevelTable(4);
    levels.add([1, 1, 1, 1], -20);
    levels.add([4, 4, 4, 4], -9);
    const map = paint('loudness', linear, { levels });
    expect([map.low, map.high]).toEqual([-24, 0]);
    const [plane] = map.values;
    expect(cell(plane, 0.1, 0.5)).toBeCloseTo((255 * 4) / 24, -1);
    expect(cell(plane, 0.4, 0.5)).toBeCloseTo((255 * 15) / 24, -1);
    expect(cell(map.confidence, 0.4, 0.5)).toBe(255);
    expect(cell(map.confidence, 1, 0.5)).toBe(0);
    const far = new LevelTable(4);
    far.add([1, 1, 1, 1], -90);
    far.add([4, 4, 4, 4], 8);
    const wide = paint('loudness', linear, { levels: far });
    expect([wide.low, wide.high]).toEqual([-36, 12]);
  });

  it('marks cells above the limit as loud where levels were measured', () => {
    const levels = new LevelTable(4);
    expect(paint('loudness', linear, { levels }).loud).toBeNull();
    // Latents rise with input 0: 0 at the left, beyond 5 at the right.
    levels.add([1, 1, 1, 1], -20);
    levels.add([4, 4, 4, 4], 3);
    const { loud } = paint('loudness', linear, { levels });
    expect(cell(loud, 0.1, 0.5)).toBe(0);
    expect(cell(loud, 0.4, 0.5)).toBe(255);
  });
});
