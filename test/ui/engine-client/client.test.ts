import { jest } from '@jest/globals';
import { Client, RefusedError } from '../../../src/ui/engine-client/client.js';
import { LiveValues } from '../../../src/ui/engine-client/live-values.js';
import { createPageStore } from '../../../src/ui/engine-client/page-store.js';

/** A socket that is open at once and never answers. */
class SilentSocket extends EventTarget {
  static readonly OPEN = 1;
  static last: SilentSocket | null = null;
  readonly readyState = SilentSocket.OPEN;
  readonly sent: string[] = [];
  binaryType = '';
  constructor() {
    super();
    SilentSocket.last = this;
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.dispatchEvent(new Event('close'));
  }
}

describe('the page’s connection', () => {
  const original = globalThis.WebSocket;
  beforeEach(() => {
    jest.useFakeTimers();
    SilentSocket.last = null;
    globalThis.WebSocket = SilentSocket as unknown as typeof WebSocket;
  });
  afterEach(() => {
    jest.useRealTimers();
    globalThis.WebSocket = original;
  });

  const connected = (token = 'a-token') => {
    const store = createPageStore();
    const client = new Client(store, new LiveValues(), 'http://127.0.0.1:1', token);
    client.connect();
    return { store, client };
  };

  // A request that was never answered waited for ever, and so did what should follow it.
  it('gives a request up that the engine does not answer', async () => {
    const { client, store } = connected();
    const asked = client.ask({ type: 'save-preset' }).catch((error: unknown) => error);
    jest.advanceTimersByTime(60_000);
    const error = await asked;
    expect(error).toBeInstanceOf(RefusedError);
    expect((error as RefusedError).fault.message).toBe('The engine does not answer.');
    const performed = client.perform({ type: 'save-preset' });
    jest.advanceTimersByTime(60_000);
    expect(await performed).toBe(false);
    expect(store.getState().toasts.map(({ text }) => text)).toEqual(['The engine does not answer.']);
  });

  it('waits longer for a training', () => {
    const { client } = connected();
    let settled = false;
    client.ask({ type: 'train' }).then(
      () => (settled = true),
      () => (settled = true),
    );
    jest.advanceTimersByTime(60_000);
    expect(settled).toBe(false);
    client.close();
  });

  // It said that the engine had ended.
  it('says that the address lacks its token, and asks no engine', () => {
    const { store } = connected('');
    expect(store.getState().connection).toBe('no-token');
    expect(SilentSocket.last).toBeNull();
  });

  // The page said for good that the engine was restarting.
  it('tells an engine that was stopped from one that crashed', () => {
    for (const [code, connection] of [
      [1001, 'stopped'],
      [1006, 'lost'],
    ] as const) {
      const { store, client } = connected();
      SilentSocket.last?.dispatchEvent(Object.assign(new Event('close'), { code }));
      expect(store.getState().connection).toBe(connection);
      client.close();
    }
  });
});
