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

  it('knows when the engine has answered what it was sent, trainings left out', async () => {
    const { client } = connected();
    void client.ask({ type: 'train' }).catch(() => undefined);
    client.sendConfirmed({ type: 'release-all' });
    client.sendConfirmed({ type: 'undo' });
    client.sendConfirmed({ type: 'release-all' });
    const requests = SilentSocket.last?.sent.map((text) => (JSON.parse(text) as { request: number }).request);
    let settled = false;
    void client.settled().then(() => (settled = true));
    const answer = async (request: number | undefined) => {
      const data = JSON.stringify({ type: 'done', request, result: null });
      SilentSocket.last?.dispatchEvent(Object.assign(new Event('message'), { data }));
      await jest.advanceTimersByTimeAsync(0);
    };
    await answer(requests?.[1]);
    expect(settled).toBe(false);
    await answer(requests?.[3]);
    expect(settled).toBe(true);
    client.close();
  });

  it('shows a refusal of what it sends, and nothing where the connection is lost', async () => {
    const { client, store } = connected();
    client.sendConfirmed({ type: 'release-all' });
    const fault = { code: 'argument-invalid', message: 'No.' };
    const data = JSON.stringify({ type: 'failed', request: 1, fault });
    SilentSocket.last?.dispatchEvent(Object.assign(new Event('message'), { data }));
    await jest.advanceTimersByTimeAsync(0);
    expect(store.getState().toasts.map(({ text }) => text)).toEqual(['No.']);
    client.sendConfirmed({ type: 'release-all' });
    SilentSocket.last?.close();
    await client.settled();
    expect(store.getState().toasts).toHaveLength(1);
    client.close();
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

  // The page said without end that the engine was restarting.
  it('distinguishes an engine that was stopped from one that crashed', () => {
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
