import { once } from 'node:events';
import { Server } from 'node-osc';
import { TillerError, systemCode } from '../errors.js';
import type { Input } from './schema.js';
import { shapeTravel } from './travel.js';

/** The only host that OSC is heard from and sent to. */
export const OSC_HOST = '127.0.0.1';

export interface OscReceiverSettings {
  /** UDP port to listen on, 1024..65535; 0 lets the system choose. */
  readonly port: number;
  /** Understand Wekinator's `/wek/inputs`, one argument per input, as well. */
  readonly wekinator: boolean;
}

/** Bundles within bundles are followed this far; nobody nests deeper on purpose. */
const MAX_NESTING = 8;

type Packet = { elements?: unknown } | unknown[];

/**
 * Open Sound Control from other programs of this machine, over UDP. `/tiller/input/N` (1-based, 0..1) moves input N whatever its source;
 * an input whose source is an OSC address follows that address. Main thread.
 */
export class OscReceiver {
  private constructor(
    private readonly server: Server,
    private readonly settings: OscReceiverSettings,
    private readonly inputs: () => readonly Input[],
    private readonly move: (index: number, value: number) => void,
  ) {
    server.on('message', (message: unknown[]) => this.receive(message, 0));
    server.on('bundle', (bundle: Packet) => this.receive(bundle, 0));
    // A damaged datagram is nobody's fault that could be mended here: the next one may be good.
    server.on('error', () => undefined);
  }

  /**
   * Starts listening. `inputs` gives the present inputs, `move` is called for each that a message moves (0-based).
   * @throws TillerError `argument-invalid` where the port is taken.
   */
  static async open(
    settings: OscReceiverSettings,
    inputs: () => readonly Input[],
    move: (index: number, value: number) => void,
  ): Promise<OscReceiver> {
    const server = new Server(settings.port, OSC_HOST);
    try {
      await once(server, 'listening');
    } catch (error) {
      throw new TillerError(
        'argument-invalid',
        `OSC cannot listen on port ${settings.port} (${systemCode(error) ?? 'error'}).`,
        'Choose another port, or close the program that uses it.',
        { cause: error },
      );
    }
    return new OscReceiver(server, settings, inputs, move);
  }

  get port(): number {
    return this.server.port;
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private receive(packet: Packet, depth: number): void {
    if (!Array.isArray(packet)) {
      const { elements } = packet;
      if (Array.isArray(elements) && depth < MAX_NESTING)
        for (const element of elements as Packet[]) this.receive(element, depth + 1);
      return;
    }
    const [address, ...values] = packet;
    if (typeof address !== 'string') return;
    const inputs = this.inputs();
    const direct = /^\/tiller\/input\/(\d{1,2})$/.exec(address);
    if (direct) this.moveTo(Number(direct[1]) - 1, values[0], inputs.length);
    if (this.settings.wekinator && address === '/wek/inputs')
      values.forEach((value, index) => this.moveTo(index, value, inputs.length));
    inputs.forEach((input, index) => {
      const { source } = input;
      if (source.kind !== 'osc' || source.address !== address) return;
      const value = values[source.argument];
      if (typeof value === 'number' && Number.isFinite(value)) this.move(index, shapeTravel(input, value));
    });
  }

  private moveTo(index: number, value: unknown, inputs: number): void {
    if (index < 0 || index >= inputs || typeof value !== 'number' || !Number.isFinite(value)) return;
    this.move(index, Math.min(1, Math.max(0, value)));
  }
}
