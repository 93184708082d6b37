import { jest } from '@jest/globals';
import { ECHO_MILLISECONDS, Recent } from '../../../src/ui/engine-client/recent.js';

describe('the value that a control has set last', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  // It was forgotten after a quarter of a second, whether or not the engine had taken it by then.
  it('counts until the engine has confirmed it, and its announcement must have come', async () => {
    let confirm = (): void => undefined;
    const recent = new Recent<number>(() => new Promise((resolve) => (confirm = resolve)));
    expect(recent.or(1)).toBe(1);
    recent.set(2);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(recent.or(1)).toBe(2);
    confirm();
    await jest.advanceTimersByTimeAsync(ECHO_MILLISECONDS - 1);
    expect(recent.or(1)).toBe(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(recent.or(1)).toBe(1);
  });

  it('is not forgotten with an earlier one', async () => {
    const recent = new Recent<number>(() => Promise.resolve());
    recent.set(2);
    await jest.advanceTimersByTimeAsync(ECHO_MILLISECONDS - 1);
    recent.set(3);
    await jest.advanceTimersByTimeAsync(1);
    expect(recent.or(1)).toBe(3);
    recent.clear();
    expect(recent.or(1)).toBe(1);
  });
});
