import { createSocket } from 'node:dgram';
import { toBuffer } from 'osc-min';
import { OSC_HOST } from './osc-receiver.js';

export interface OscSenderSettings {
  /** UDP port of this machine to send to, 1024..65535. */
  readonly port: number;
  /** Send the latents and the level of every report as well as the inputs that move. */
  readonly latents: boolean;
  /** Send the mapping's output as Wekinator's `/wek/outputs`, one argument per latent. */
  readonly wekinator: boolean;
}

/** The latents of the latest latent frame, one value per dimension. */
export interface LatentReport {
  /** Output of the mapping; NaN for a dimension that is not mapped. */
  readonly mapped: Float32Array;
  /** Input of the decoder. */
  readonly decoded: Float32Array;
  /** Peak of the output, left and right, in dB; -Infinity is silence. */
  readonly outputPeakDb: readonly [number, number];
}

/** Moves are collected for this long: about sixty messages per second and input. */
const COLLECT_MILLISECONDS = 16;
/** Level sent for silence: many receivers cannot read infinity. */
const SILENCE_DB = -120;

/**
 * Sends Open Sound Control to another program of this machine, over UDP: `/tiller/input/N` (1-based, 0..1) for each input that
 * moves and, where asked for, `/tiller/latents` (the decoder's input), `/tiller/mapped` (the mapping's output),
 * `/tiller/level` (left and right, dB) and `/wek/outputs`. All arguments are 32-bit floats. Main thread.
 */
export class OscSender {
  private readonly socket = createSocket('udp4');
  private readonly moved = new Map<number, number>();
  private collecting: NodeJS.Timeout | null = null;

  constructor(private readonly settings: OscSenderSettings) {
    this.socket.on('error', () => undefined);
  }

  /**
   * Sends a move of an input, within 16 ms; of several moves within that time, the last.
   * @param index 0-based
   * @param value 0..1
   */
  input(index: number, value: number): void {
    this.moved.set(index, value);
    this.collecting ??= setTimeout(() => {
      this.collecting = null;
      for (const [input, latest] of this.moved) this.send(`/tiller/input/${input + 1}`, [latest]);
      this.moved.clear();
    }, COLLECT_MILLISECONDS);
  }

  /** Sends latents and levels; called with each report of the streaming worker, about thirty times per second. */
  sendLatents({ mapped, decoded, outputPeakDb }: LatentReport): void {
    const isMapped = mapped.length > 0 && !mapped.some(Number.isNaN);
    if (this.settings.latents) {
      this.send('/tiller/latents', decoded);
      if (isMapped) this.send('/tiller/mapped', mapped);
      this.send(
        '/tiller/level',
        outputPeakDb.map((level) => Math.max(SILENCE_DB, level)),
      );
    }
    if (this.settings.wekinator && isMapped) this.send('/wek/outputs', mapped);
  }

  /** Closes the socket. */
  async close(): Promise<void> {
    if (this.collecting !== null) clearTimeout(this.collecting);
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }

  private send(address: string, values: Iterable<number>): void {
    const args = Array.from(values, (value) => ({ type: 'float' as const, value }));
    // Errors are ignored: UDP has no receiver to fail, and a full socket buffer loses one of many messages.
    this.socket.send(toBuffer({ address, args }), this.settings.port, OSC_HOST, () => undefined);
  }
}
