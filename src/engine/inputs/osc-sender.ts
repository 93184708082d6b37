import { createSocket } from 'node:dgram';
import { toBuffer } from 'osc-min';
import { OSC_HOST } from './osc-receiver.js';

export interface OscSenderSettings {
  /** UDP port of this machine to send to, 1024..65535. */
  readonly port: number;
  /** Send the latents and the level of every report as well as the inputs that move. */
  readonly latents: boolean;
  /** Send what the mapping gives as Wekinator's `/wek/outputs`, one argument a latent. */
  readonly wekinator: boolean;
}

/** What sounds now, one value a latent dimension. */
export interface SoundingLatents {
  /** NaN where the mapping has nothing to say. */
  readonly mapped: Float32Array;
  readonly decoded: Float32Array;
  /** Peak of the output, left and right, in dB; -Infinity is silence. */
  readonly outputPeakDb: readonly [number, number];
}

/** Moves of a hand are gathered for this long: about sixty messages a second for each input. */
const GATHER_MILLISECONDS = 16;
/** Sent for silence: many receivers cannot read an infinite number. */
const SILENCE_DB = -120;

/**
 * Open Sound Control to another program of this machine, over UDP: `/tiller/input/N` (1-based, 0..1) for each input that
 * moves and, where asked for, `/tiller/latents` (what the decoder gets), `/tiller/mapped` (what the mapping asks for),
 * `/tiller/level` (left and right, dB) and `/wek/outputs`. All arguments are 32-bit floats. Main thread.
 */
export class OscSender {
  private readonly socket = createSocket('udp4');
  private readonly moved = new Map<number, number>();
  private gathering: NodeJS.Timeout | null = null;

  constructor(private readonly settings: OscSenderSettings) {
    this.socket.on('error', () => undefined);
  }

  /** Tells that input `index` (0-based) moved; of many moves at once, the last. */
  input(index: number, value: number): void {
    this.moved.set(index, value);
    this.gathering ??= setTimeout(() => {
      this.gathering = null;
      for (const [input, place] of this.moved) this.send(`/tiller/input/${input + 1}`, [place]);
      this.moved.clear();
    }, GATHER_MILLISECONDS);
  }

  /** Tells what sounds: call it once a report of the streaming worker, about thirty times a second. */
  sounding({ mapped, decoded, outputPeakDb }: SoundingLatents): void {
    const learned = mapped.length > 0 && !mapped.some(Number.isNaN);
    if (this.settings.latents) {
      this.send('/tiller/latents', decoded);
      if (learned) this.send('/tiller/mapped', mapped);
      this.send(
        '/tiller/level',
        outputPeakDb.map((level) => Math.max(SILENCE_DB, level)),
      );
    }
    if (this.settings.wekinator && learned) this.send('/wek/outputs', mapped);
  }

  async close(): Promise<void> {
    if (this.gathering !== null) clearTimeout(this.gathering);
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }

  private send(address: string, values: Iterable<number>): void {
    const args = Array.from(values, (value) => ({ type: 'float' as const, value }));
    // Nobody listening is no error with UDP; a full socket buffer loses one message of many.
    this.socket.send(toBuffer({ address, args }), this.settings.port, OSC_HOST, () => undefined);
  }
}
