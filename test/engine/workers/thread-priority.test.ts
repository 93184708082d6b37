import {
  kernelThreadId,
  realtimeLimitIn,
  realtimePriority,
  realtimePriorityIn,
} from '../../../src/engine/workers/thread-priority.js';

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

describe('the real-time priority of a thread', () => {
  const stat = (name: string, end: string) =>
    `4711 (${name}) S 1 4711 4711 0 -1 4194560 ${Array.from({ length: 28 }, (_, i) => i).join(' ')} 17 1 ${end} 0 0 0`;

  test.each(['node', 'a (strange) name', '1 2 3) 4'])('is read after the name %s', (name) => {
    expect(realtimePriorityIn(stat(name, '5 2'))).toBe(5);
    expect(realtimePriorityIn(stat(name, '0 0'))).toBe(0);
  });

  test('is not known of a thread that has ended, nor of text that is cut short', () => {
    expect(realtimePriority(2 ** 30)).toBeNaN();
    expect(realtimePriorityIn('4711 (node) S 1')).toBeNaN();
  });

  test('is that of this thread', () => {
    const thread = kernelThreadId();
    if (thread !== null) expect(realtimePriority(thread)).toBeGreaterThanOrEqual(0);
    else expect(process.platform).not.toBe('linux');
  });
});
