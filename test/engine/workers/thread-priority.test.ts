import { realtimeLimitIn } from '../../../src/engine/workers/thread-priority.js';

const limits = (soft: string) =>
  [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max nice priority         0                    0                    ',
    `Max realtime priority     ${soft.padEnd(20)} 99                   `,
    'Max realtime timeout      unlimited            unlimited            us        ',
  ].join('\n');

describe('the limit of real-time priority', () => {
  test.each([
    ['0', 0],
    ['20', 20],
    ['unlimited', 99],
    ['1000', 99],
  ])('%s is %i', (soft, expected) => {
    expect(realtimeLimitIn(limits(soft))).toBe(expected);
  });

  test('is not known where the system does not say', () => {
    expect(realtimeLimitIn('')).toBeNull();
  });
});
