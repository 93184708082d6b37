import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { PAGE_ROLE } from '../../../src/engine/http/window-role.js';
import { ConnectedWindow } from '../../../src/engine/http/window.js';
import type { PageServices } from '../../../src/engine/http/page-services.js';
import type { EngineMessage, Slices } from '../../../src/protocol/interface.js';

/** A fake socket that writes only when `drain` is called. */
class FullSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = this.OPEN;
  bufferedAmount = 0;
  readonly sent: EngineMessage[] = [];
  private readonly callbacks: (() => void)[] = [];

  send(data: string | Uint8Array, written: () => void): void {
    this.bufferedAmount += data.length;
    if (typeof data === 'string') this.sent.push(JSON.parse(data) as EngineMessage);
    this.callbacks.push(written);
  }

  /** Writes the oldest message; `left` bytes remain in the buffer. */
  drain(left: number): void {
    this.bufferedAmount = left;
    this.callbacks.shift()?.();
  }
}

const MIB = 2 ** 20;

describe('a window whose socket is full', () => {
  const seeds = (socket: FullSocket) =>
    socket.sent.map((message) => (message.type === 'state' ? message.slices.about?.seed : message.type));
  const about = (seed: number) => ({ about: { seed } }) as unknown as Partial<Slices>;

  // Regression: state that changed meanwhile was only sent with the next change.
  it('gets the latest state as soon as the socket has drained', () => {
    const socket = new FullSocket();
    const window = new ConnectedWindow(
      socket as unknown as WebSocket,
      {} as PageServices,
      PAGE_ROLE,
      () => undefined,
    );
    window.sendState(about(1));
    window.sendFrame(new Uint8Array(5 * MIB));
    window.sendState(about(2));
    window.sendState(about(3));
    expect(seeds(socket)).toEqual([1]);
    socket.drain(5 * MIB);
    expect(seeds(socket)).toEqual([1]);
    socket.drain(0);
    expect(seeds(socket)).toEqual([1, 3]);
    socket.drain(0);
    expect(seeds(socket)).toEqual([1, 3]);
  });

  it('gets no telemetry meanwhile', () => {
    const socket = new FullSocket();
    const window = new ConnectedWindow(
      socket as unknown as WebSocket,
      {} as PageServices,
      PAGE_ROLE,
      () => undefined,
    );
    window.sendFrame(new Uint8Array(MIB));
    const before = socket.bufferedAmount;
    window.sendTelemetry(new Uint8Array(100));
    expect(socket.bufferedAmount).toBe(before);
    socket.drain(0);
    window.sendTelemetry(new Uint8Array(100));
    expect(socket.bufferedAmount).toBe(100);
  });
});
