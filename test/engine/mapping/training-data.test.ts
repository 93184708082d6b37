import fc from 'fast-check';
import { TillerError } from '../../../src/document/tiller-error.js';
import {
  type TrainingRow,
  formatFluidDataSet,
  formatTrainingArff,
  formatTrainingCsv,
  parseFluidDataSets,
  parseTrainingTable,
  scaleInputs,
} from '../../../src/engine/mapping/training-data.js';

const ROWS: TrainingRow[] = [
  { label: 'dark, “low” hum', inputs: [0.25, 1], latents: [-1.5, 0.1, 1e-7] },
  { label: '', inputs: [0, 0.5], latents: [3, 2, 1] },
];
const bare = (rows: readonly TrainingRow[]) => rows.map((row) => ({ ...row, label: '' }));

describe('training data', () => {
  it('reads back as CSV', () => {
    expect(parseTrainingTable(formatTrainingCsv(ROWS))).toEqual(ROWS);
  });

  it('reads back as ARFF, which has no labels', () => {
    const arff = formatTrainingArff(ROWS, new Date(Date.UTC(2020, 0, 31, 10, 20, 30, 40)));
    expect(arff).toContain("1,'2020/01/31 10:20:30:040',1,0.25,1,-1.5,0.1,1e-7\n");
    expect(parseTrainingTable(arff)).toEqual(bare(ROWS));
  });

  it('reads back as two FluCoMa data sets', () => {
    const [inputs, latents] = [formatFluidDataSet(ROWS, 'inputs'), formatFluidDataSet(ROWS, 'latents')];
    expect(JSON.parse(inputs)).toEqual({ cols: 2, data: { 'dark, “low” hum': [0.25, 1], 2: [0, 0.5] } });
    const read = parseFluidDataSets(inputs, latents);
    expect(bare(read)).toEqual(expect.arrayContaining(bare(ROWS)));
    expect(read).toHaveLength(2);
  });

  it('keeps points with the same label apart', () => {
    const rows = [ROWS[0], ROWS[0]].flatMap((row) => row ?? []);
    const data = (JSON.parse(formatFluidDataSet(rows, 'inputs')) as { data: object }).data;
    expect(Object.keys(data)).toEqual(['1 dark, “low” hum', '2 dark, “low” hum']);
  });

  it('reads what Wekinator saves', () => {
    const text = [
      '@relation wekinatordata',
      '@attribute ID numeric',
      "@attribute Time date 'yyyy/MM/dd HH:mm:ss:SSS'",
      "@attribute 'Training round' numeric",
      '@attribute inputs-1 numeric',
      '@attribute inputs-2 numeric',
      '@attribute outputs-1 numeric',
      '@data',
      "1,'2020/01/01 10:00:00:000',1,0.1,0.2,0.7",
      '% a comment',
      "2,'2020/01/01 10:00:01:000',1,0.3,0.4,0.9",
    ].join('\r\n');
    expect(parseTrainingTable(text)).toEqual([
      { label: '', inputs: [0.1, 0.2], latents: [0.7] },
      { label: '', inputs: [0.3, 0.4], latents: [0.9] },
    ]);
  });

  it('orders columns by their numbers', () => {
    const text = 'latent2;name;input10;latent1;input9\n2;x;0.1;1;0.9\n';
    expect(parseTrainingTable(text)).toEqual([{ label: 'x', inputs: [0.9, 0.1], latents: [1, 2] }]);
  });

  it.each([
    ['', /no columns/],
    ['a,b\n1,2\n', /no columns/],
    ['inputs-1,outputs-1\n', /empty/],
    ['inputs-1,outputs-1\n0.5,1\n0.5,loud\n', /Line 3: “loud” is not a number/],
    ['@relation x\n@attribute inputs-1 numeric\n', /no @data/],
    [
      '@relation x\n@attribute inputs-1 numeric\n@attribute outputs-1 numeric\n@data\n0.5,?\n',
      /Line 5: “\?”/,
    ],
  ])('refuses %j', (text, message) => {
    expect(() => parseTrainingTable(text)).toThrow(message);
  });

  it('refuses data sets that do not belong together', () => {
    expect(() => parseFluidDataSets('{"cols":1,"data":{"a":[1]}}', '{"cols":1,"data":{"b":[1]}}')).toThrow(
      /no point “a”/,
    );
    expect(() => parseFluidDataSets('{"cols":1,"data":{"a":["x"]}}', '{}')).toThrow(/inputs is not a Fluid/);
    expect(() => parseFluidDataSets('{', '{}')).toThrow(/inputs is not a Fluid/);
  });

  it('scales each input to 0..1', () => {
    const rows = [10, 30, 20].map((value) => ({ label: '', inputs: [value, 7], latents: [0] }));
    expect(scaleInputs(rows).map(({ inputs }) => inputs)).toEqual([
      [0, 0.5],
      [1, 0.5],
      [0.5, 0.5],
    ]);
  });

  it('reads or refuses any text with a TillerError', () => {
    const sources = [formatTrainingCsv(ROWS), formatTrainingArff(ROWS, new Date(0)), '{"cols":1,"data":{}}'];
    const changes = fc.array(fc.tuple(fc.nat(300), fc.string({ maxLength: 3 })), { maxLength: 6 });
    const faults: unknown[] = [];
    fc.assert(
      fc.property(fc.constantFrom(...sources), changes, (source, list) => {
        let text = source;
        for (const [at, piece] of list) text = text.slice(0, at) + piece + text.slice(at + piece.length);
        for (const read of [parseTrainingTable, (one: string) => parseFluidDataSets(one, source)]) {
          try {
            read(text);
          } catch (error) {
            if (!(error instanceof TillerError)) faults.push(error);
          }
        }
      }),
      { numRuns: 1000, seed: 5 },
    );
    expect(faults).toEqual([]);
  });
});
