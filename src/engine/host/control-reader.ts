import {
  MAX_FIXED_LATENCY,
  PLUGIN_PROTOCOL_VERSION,
  TO_ENGINE,
  type MessageLayout,
} from '../../protocol/plugin.js';
import { MAX_PROGRAM } from '../../protocol/programs.js';
import { MAX_BLOCK, MAX_RATE, MIN_RATE } from '../../document/limits.js';
import { PARAMETERS } from '../../document/parameters.js';
import { TillerError } from '../../document/tiller-error.js';
import type { FrameReader } from './frame-reader.js';
import type { FromPipe } from './messages.js';

/** A stream that the plugin asks for, within bounds. */
export interface PrepareMessage {
  readonly type: 'prepare';
  readonly epoch: number;
  /** In Hz, a whole number. */
  readonly rate: number;
  /** Most samples per block. */
  readonly maxBlock: number;
  readonly channels: 1 | 2;
}

/** The plugin's messages but its blocks: two for the streaming thread, the others as the main thread gets them. */
export type ControlMessage =
  | PrepareMessage
  | { readonly type: 'tick'; readonly count: number }
  | Exclude<FromPipe, { type: 'settle' | 'report' | 'open-model' | 'ended' }>;

const invalid = (what: string, hint?: string) => new TillerError('message-invalid', what, hint);

/** Decodes the plugin's messages but its blocks, and checks every value against its bounds. Streaming thread; allocates. */
export class ControlReader {
  private greeted = false;

  constructor(private readonly reader: FrameReader) {}

  /**
   * The message that the reader holds; null where it moves a parameter that does not exist, or to no number.
   * @throws TillerError `message-invalid` where it is none of the protocol, exceeds a bound, or comes before `hello`
   */
  read(): ControlMessage | null {
    switch (this.reader.type) {
      case TO_ENGINE.hello.type:
        return this.hello();
      case TO_ENGINE.state.type:
        return { type: 'state', text: this.text(TO_ENGINE.state) };
      case TO_ENGINE.prepare.type:
        return this.prepare();
      case TO_ENGINE.parameter.type: {
        const { index, value } = this.fields(TO_ENGINE.parameter);
        return index < PARAMETERS.length && Number.isFinite(value)
          ? { type: 'parameter', index, value }
          : null;
      }
      case TO_ENGINE.tick.type:
        return { type: 'tick', count: this.fields(TO_ENGINE.tick).count };
      case TO_ENGINE.openInterface.type:
        return { type: 'open-interface' };
      case TO_ENGINE.recallPreset.type:
        return this.recall();
      case TO_ENGINE.latency.type:
        return this.latency();
      case TO_ENGINE.renderWarning.type:
        return { type: 'render-warning', text: this.text(TO_ENGINE.renderWarning) };
      case TO_ENGINE.undoHistory.type:
        return { type: 'undo-history', text: this.text(TO_ENGINE.undoHistory) };
      default:
        throw invalid(`The plugin sent a frame of unknown type ${this.reader.type}.`);
    }
  }

  private hello(): ControlMessage {
    const { protocol } = this.fields(TO_ENGINE.hello);
    if (protocol !== PLUGIN_PROTOCOL_VERSION)
      throw invalid(
        `The plugin speaks version ${protocol} of the protocol, this engine version ${PLUGIN_PROTOCOL_VERSION}.`,
        'Install the plugin again.',
      );
    this.greeted = true;
    return { type: 'hello', text: this.text(TO_ENGINE.hello) };
  }

  private prepare(): PrepareMessage {
    const { epoch, rate, maxBlock, channels } = this.fields(TO_ENGINE.prepare);
    if (
      !(rate >= MIN_RATE && rate <= MAX_RATE) ||
      !Number.isInteger(rate) ||
      maxBlock < 1 ||
      maxBlock > MAX_BLOCK
    )
      throw invalid(`A stream of ${rate} Hz in blocks of ${maxBlock} cannot be played.`);
    if (channels !== 1 && channels !== 2) throw invalid(`A stream of ${channels} channels cannot be played.`);
    return { type: 'prepare', epoch, rate, maxBlock, channels };
  }

  private recall(): ControlMessage {
    const { number, program } = this.fields(TO_ENGINE.recallPreset);
    const id = this.text(TO_ENGINE.recallPreset);
    if (id === '' && program > MAX_PROGRAM)
      throw invalid('The plugin asked for a program that does not exist.');
    return { type: 'recall', number, program: id === '' ? program : 0, id };
  }

  private latency(): ControlMessage {
    const { rate, fixedMilliseconds, neededSamples } = this.fields(TO_ENGINE.latency);
    if (!(rate > 0) || !(fixedMilliseconds >= 0 && fixedMilliseconds <= MAX_FIXED_LATENCY))
      throw invalid('The plugin sent a latency that is out of bounds.');
    return { type: 'latency', rate, fixedMilliseconds, neededSamples };
  }

  private fields<Field extends string>(layout: MessageLayout<Field>): Record<Field, number> {
    const { bytes, start, length } = this.reader;
    if (!this.greeted && layout.type !== TO_ENGINE.hello.type)
      throw invalid('The plugin did not begin with hello.');
    if (length < layout.bytes) throw invalid('The plugin sent a frame that is cut short.');
    const entries = layout.fields.map(([name, type]) => {
      const at = start + layout.at[name];
      return [name, type === 'u32' ? bytes.readUInt32LE(at) : bytes.readFloatLE(at)] as const;
    });
    return Object.fromEntries(entries) as Record<Field, number>;
  }

  private text(layout: MessageLayout): string {
    this.fields(layout);
    const { bytes, start, length } = this.reader;
    return bytes.toString('utf8', start + layout.bytes, start + length);
  }
}
