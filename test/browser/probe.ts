import { WebSocket } from 'ws';
import { TELEMETRY, TelemetryFrame } from '../../src/protocol/interface-frames.js';
import {
  SOCKET_PATH,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL,
  type EngineMessage,
  type Command,
  type Slices,
} from '../../src/protocol/interface.js';

/** A second connection to the engine, without a page; it receives what every window receives. */
export class Probe {
  /** From the welcome on, which `Sandbox.connect` waits for. */
  slices!: Slices;
  frame: TelemetryFrame | null = null;
  private socket: WebSocket | null = null;
  private readonly waiting = new Set<() => void>();

  connect({ port, token }: { port: number; token: string }): void {
    const origin = `http://127.0.0.1:${port}`;
    const socket = new WebSocket(
      `ws://127.0.0.1:${port}${SOCKET_PATH}`,
      [SUBPROTOCOL, TOKEN_SUBPROTOCOL + token],
      { origin },
    );
    this.socket = socket;
    // `until` says what did not come.
    socket.on('error', () => undefined);
    socket.binaryType = 'arraybuffer';
    socket.on('message', (data, binary) => {
      const bytes = data as ArrayBuffer;
      if (binary) this.frame = TelemetryFrame.read(bytes, null) ?? this.frame;
      else this.receive(JSON.parse(Buffer.from(bytes).toString()) as EngineMessage);
      for (const look of this.waiting) look();
    });
  }

  /** A level of the last telemetry in dB; −∞ before the first. */
  level(name: 'inputPeakLeft' | 'outputPeakLeft'): number {
    return this.frame?.scalars[TELEMETRY[name]] ?? -Infinity;
  }

  send(command: Command): void {
    this.socket?.send(JSON.stringify({ command }));
  }

  /** Waits until `holds`, checked at every message of the engine; `what` names it in the error. */
  async until(holds: () => boolean, what: string, milliseconds = 180_000): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.waiting.delete(look);
      };
      const look = () => {
        if (!holds()) return;
        stop();
        resolve();
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`timed out waiting for ${what}`));
      }, milliseconds);
      this.waiting.add(look);
    });
  }

  close(): void {
    this.socket?.terminate();
  }

  private receive(announcement: EngineMessage): void {
    if (announcement.type === 'welcome' && announcement.kind !== 'deck') this.slices = announcement.slices;
    if (announcement.type === 'state') this.slices = { ...this.slices, ...announcement.slices };
  }
}
