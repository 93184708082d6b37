import { fitReport } from '../../../src/engine/http/fit-report.js';

describe('fitReport', () => {
  it('lists missed examples, largest error first, and contradictions', () => {
    const report = fitReport({
      totalMs: 12.5,
      dimensions: [{ dimension: 0, kind: 'gp', errorRelative: 0.1, trainMs: 3, worst: null }],
      examples: [
        { exampleId: 'near', missRelative: 0.05, worstDimension: 0 },
        { exampleId: 'far', missRelative: 0.4, worstDimension: 2 },
        { exampleId: 'farthest', missRelative: 0.9, worstDimension: 1 },
      ],
      contradictions: [{ exampleIds: ['a', 'b'], dimensions: [0], spread: 2 }],
    });
    expect(report).toEqual({
      milliseconds: 12.5,
      dimensions: [{ dimension: 0, kind: 'gp', errorRelative: 0.1 }],
      missed: [
        { example: 'farthest', dimension: 1, missRelative: 0.9 },
        { example: 'far', dimension: 2, missRelative: 0.4 },
      ],
      contradictions: [['a', 'b']],
    });
  });
});
