import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fromBuffer, toBuffer, type OscArgOutputOrArray, type OscPacketOutput } from 'osc-min';
import { TillerError } from '../../document/tiller-error.js';
import { systemCode } from '../system/file-error.js';
import type { Input } from '../../document/input.js';
import { inputValueOf, positionBetween } from '../../document/value-range.js';
import { TokenBucket } from '../system/token-bucket.js';
import { addressMatches, isPattern } from './osc-address.js';
import type { OscArgument, OscControls } from './osc-controls.js';

/** This machine: the only host that OSC is sent to, and that it is received from unless the network is switched on. */
export const OSC_HOST = '127.0.0.1';
const ANY_HOST = '0.0.0.0';

export interface OscReceiverSettings {
  /** UDP port to listen on, 1024..65535; 0 lets the system choose. */
  readonly port: number;
  /** Understand Wekinator's `/wek/inputs`, one argument per input, as well. */
  readonly wekinator: boolean;
  /** Also receive from other machines; left out, from this one only. */
  readonly network?: boolean;
}

const SLASH = 0x2f;
const COMMA = 0x2c;
/** A number as text. */
const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?\s*$/i;
/** Deepest nesting of bundles; deeper ones are ignored. */
const MAX_NESTING = 8;
/** Most messages of one datagram that are taken: a bundle can hold thousands, and other work waits meanwhile. */
const MAX_MESSAGES = 1000;
/** Most messages in a second whose address is a pattern: one is compared with every address that there is. */
const PATTERNS_PER_SECOND = 200;
/** Most answers in a second; the list of all addresses has about a hundred. */
const ANSWERS_PER_SECOND = 1000;

/**
 * Receives Open Sound Control 1.0 over UDP, from other programs of this machine or of the network. `/tiller/input/N` (1-based, 0..1) moves input N
 * whatever its source; an input whose source is an OSC address follows that address, from the source's low to its high value. A
 * message's address may be a pattern.
 * Arguments may have any numeric type or be numbers as text; true and false are 1 and 0; a message without type tags is read as
 * float32, or as int32 where that gives no usual number. Messages beyond the bounds of a datagram and of a second are ignored. Bundles are applied on arrival, whatever their time tag: live control has no time in advance. Main thread.
 */
export class OscReceiver {
  /** How many more messages of the present datagram are taken. */
  private room = 0;
  private readonly patterns = new TokenBucket(PATTERNS_PER_SECOND);
  private readonly answers = new TokenBucket(ANSWERS_PER_SECOND);

  private constructor(
    private readonly socket: Socket,
    private readonly settings: OscReceiverSettings,
    private readonly inputs: () => readonly Input[],
    private readonly move: (index: number, value: number) => void,
    private readonly controls: OscControls | null,
  ) {
    socket.on('message', (datagram, sender) => {
      const packet = decoded(datagram);
      this.room = MAX_MESSAGES;
      if (packet !== null) this.receive(packet, 0, sender);
    });
    // An error of the socket concerns one datagram only (ICMP port unreachable, for example).
    socket.on('error', () => undefined);
  }

  /**
   * Starts listening.
   * @param inputs returns the document's present inputs
   * @param move called for each input that a message moves, with its index (0-based) and value (0..1)
   * @param controls takes every message, too; left out, only inputs are moved
   * @throws TillerError `argument-invalid` where the port is in use
   */
  static async open(
    settings: OscReceiverSettings,
    inputs: () => readonly Input[],
    move: (index: number, value: number) => void,
    controls: OscControls | null = null,
  ): Promise<OscReceiver> {
    const socket = createSocket('udp4');
    try {
      socket.bind(settings.port, settings.network === true ? ANY_HOST : OSC_HOST);
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      throw new TillerError(
        'argument-invalid',
        `OSC cannot listen on port ${settings.port} (${systemCode(error) ?? 'error'}).`,
        'Choose another port, or close the program that uses it.',
        { cause: error },
      );
    }
    return new OscReceiver(socket, settings, inputs, move, controls);
  }

  /** The UDP port that is received on. @throws Error before the socket is bound */
  get port(): number {
    return this.socket.address().port;
  }

  /** Closes the port; resolves when it is free. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }

  private receive(packet: OscPacketOutput, depth: number, sender: RemoteInfo): void {
    if (packet.oscType === 'bundle') {
      if (depth < MAX_NESTING)
        for (const element of packet.elements) this.receive(element, depth + 1, sender);
      return;
    }
    const { address } = packet;
    this.room -= 1;
    if (this.room < 0 || (isPattern(address) && !this.patterns.take(performance.now()))) return;
    this.controls?.receive(address, packet.args.map(toArgument), (to, ...args) =>
      this.reply(sender, to, args),
    );
    const values = packet.args.map(toNumber);
    const present = this.inputs();
    const inputs = this.controls?.listening(present) ?? present;
    inputs.forEach((_, index) => {
      if (addressMatches(address, `/tiller/input/${index + 1}`)) this.moveTo(index, values[0], inputs.length);
    });
    if (this.settings.wekinator && addressMatches(address, '/wek/inputs'))
      values.forEach((value, index) => this.moveTo(index, value, inputs.length));
    inputs.forEach((input, index) => {
      const { source } = input;
      if (source.kind !== 'osc' || !addressMatches(address, source.address)) return;
      const value = values[source.argument];
      if (value === undefined || !Number.isFinite(value)) return;
      this.controls?.noteInput(index);
      this.move(index, inputValueOf(input, positionBetween(source.low ?? 0, source.high ?? 1, value)));
    });
  }

  /** Answers to where a message came from. Errors are ignored: UDP has no receiver to fail. */
  private reply({ address: host, port }: RemoteInfo, address: string, values: (number | string)[]): void {
    if (!this.answers.take(performance.now())) return;
    const args = values.map((value) =>
      typeof value === 'number' ? { type: 'float' as const, value } : { type: 'string' as const, value },
    );
    this.socket.send(toBuffer({ address, args }), port, host, () => undefined);
  }

  private moveTo(index: number, value: number | undefined, inputs: number): void {
    if (index < 0 || index >= inputs || value === undefined || !Number.isFinite(value)) return;
    this.move(index, Math.min(1, Math.max(0, value)));
  }
}

/** The packet of a datagram; null where it is malformed, which is ignored. */
function decoded(datagram: Buffer): OscPacketOutput | null {
  try {
    return withoutTags(datagram) ?? fromBuffer(datagram);
  } catch {
    return null;
  }
}

/** A message without type tags, as senders older than OSC 1.0 write it; null for any other packet. */
function withoutTags(datagram: Buffer): OscPacketOutput | null {
  const end = datagram.indexOf(0);
  if (datagram[0] !== SLASH || end < 0) return null;
  const first = 4 * Math.floor(end / 4 + 1);
  const bytes = datagram.length - first;
  if (bytes <= 0 || bytes % 4 !== 0 || datagram[first] === COMMA) return null;
  const args = Array.from({ length: bytes / 4 }, (_, i) => ({
    type: 'float' as const,
    value: untypedNumber(datagram, first + 4 * i),
  }));
  return { oscType: 'message', address: datagram.toString('latin1', 0, end), args };
}

/** Four bytes as a float, where that is 0 or of a usual magnitude, else as an integer. */
function untypedNumber(datagram: Buffer, at: number): number {
  const float = datagram.readFloatBE(at);
  const magnitude = Math.abs(float);
  return float === 0 || (magnitude > 1e-6 && magnitude < 1e6) ? float : datagram.readInt32BE(at);
}

/** An argument as a number; NaN for an argument of another type. */
function toNumber({ type, value }: OscArgOutputOrArray): number {
  switch (type) {
    case 'integer':
    case 'float':
    case 'double':
    case 'bigint':
    case 'true':
    case 'false':
      return Number(value);
    case 'string':
      return NUMBER.test(value) ? Number(value) : NaN;
    default:
      return NaN;
  }
}

const toArgument = (argument: OscArgOutputOrArray): OscArgument => ({
  number: toNumber(argument),
  text: argument.type === 'string' ? argument.value : null,
});
