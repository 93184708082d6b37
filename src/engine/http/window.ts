import type { WebSocket } from 'ws';
import { envelopeSchema, type Command, type MapRequest } from '../../protocol/interface-commands.js';
import { FRAME, MAX_MICROPHONE_FRAMES, readAudioHead, writeMap } from '../../protocol/interface-frames.js';
import type { EngineMessage, Fault, SliceName, Slices } from '../../protocol/interface.js';
import { TillerError } from '../../document/tiller-error.js';
import { parameterValues } from '../../document/parameter-values.js';
import { dispatch, type Window } from './dispatch.js';
import type { SpeakerEnd } from '../live/live-session.js';
import type { PageServices, LiveServices } from './page-services.js';
import { copy } from './slices.js';
import { TokenBucket } from '../system/token-bucket.js';
import type { WindowRole } from './window-role.js';

/** Unsent bytes of a window's socket above which it gets no telemetry. */
const TELEMETRY_BACKLOG = 256 * 1024;
/** Unsent bytes above which it gets no state either: what changes meanwhile is sent once, when the socket has drained. */
const STATE_BACKLOG = 4 * 1024 * 1024;

/** An error as the page gets it; what is no TillerError is an error in Tiller itself. */
export function toFault(error: unknown): Fault {
  if (error instanceof TillerError) return error.toJSON();
  return {
    code: 'internal',
    message: error instanceof Error ? error.message : String(error),
    hint: 'This is an error in Tiller itself. Try again; if it happens again, restart the engine.',
  };
}

/** One open page: its socket, the state that it still has to get, the map that it shows and its speaker. Main thread. */
export class ConnectedWindow implements Window {
  private pending: Partial<Slices> = {};
  private map: MapRequest | null = null;
  private painting = false;
  private outdated = false;
  private speaker: SpeakerEnd | null = null;
  /** Called by the socket whenever a message has been written out. */
  private readonly onSent = () => this.sendPending();
  /** Indices of the parameters with an open gesture on this page: hosts write automation while one is open. */
  private readonly openGestures = new Set<number>();
  /** Latents that this page keeps moving, as in a sweep: they are released when it closes. */
  private readonly movedLatents = new Set<number>();

  private endFeedback: () => void = () => undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly services: PageServices,
    readonly role: WindowRole,
    /** Called when this window becomes the speaker in place of another. */
    private readonly onSpeaker: (window: ConnectedWindow) => void,
  ) {
    socket.binaryType = 'arraybuffer';
    const commands = new TokenBucket(role.commandsPerSecond);
    socket.on('message', (data, binary) => {
      if (!commands.take(performance.now())) socket.close(1008, 'too many commands');
      else if (binary) this.receiveFrame(data as ArrayBuffer);
      else void this.receiveText(Buffer.from(data as ArrayBuffer).toString('utf8'));
    });
    socket.on('close', () => {
      this.map = null;
      this.closeSpeaker();
      this.endGestures();
      this.releaseMoved();
      this.endFeedback();
    });
  }

  /** Sends a message; dropped where the socket is not open. */
  send(message: EngineMessage): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(message), this.onSent);
  }

  /** Sends a binary message; dropped where the socket is not open. */
  sendFrame(frame: Uint8Array | ArrayBuffer): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(frame, this.onSent);
  }

  /** Sends a telemetry frame, unless the socket is behind by more than `TELEMETRY_BACKLOG`. */
  sendTelemetry(frame: Uint8Array): void {
    if (this.socket.bufferedAmount < TELEMETRY_BACKLOG) this.sendFrame(frame);
  }

  /** Sends the parts that changed, now or once the socket has drained. */
  sendState(changed: Partial<Slices>): void {
    const { slices } = this.role;
    for (const name of Object.keys(changed) as SliceName[])
      if (slices === null || slices.has(name)) copy(changed, this.pending, name);
    this.sendPending();
  }

  private sendPending(): void {
    if (this.socket.bufferedAmount > STATE_BACKLOG || Object.keys(this.pending).length === 0) return;
    this.send({ type: 'state', slices: this.pending });
    this.pending = {};
  }

  private async receiveText(text: string): Promise<void> {
    let request: number | null = null;
    try {
      const envelope = envelopeSchema.safeParse(parseJson(text));
      if (!envelope.success) {
        const [issue] = envelope.error.issues;
        throw new TillerError(
          'message-invalid',
          `The page sent a command that this engine does not know: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
          'Reload the page.',
        );
      }
      request = envelope.data.request ?? null;
      const { command } = envelope.data;
      if (!this.role.allows(command))
        throw new TillerError(
          'message-invalid',
          'A deck in the network can only play.',
          'Do this on the machine that Tiller runs on.',
        );
      this.follow(command);
      const result = await dispatch(this.services, this, command);
      if (request !== null) this.send({ type: 'done', request, result });
    } catch (error) {
      this.send({ type: 'failed', request, fault: toFault(error) });
    }
  }

  /** Remembers what this page would have to end by itself. */
  private follow(command: Command): void {
    if (command.type === 'parameter' && command.gesture === 'begin') this.openGestures.add(command.index);
    if (command.type === 'parameter' && command.gesture === 'end') this.openGestures.delete(command.index);
    if (command.type === 'hold') {
      if (command.whileOpen === true) this.movedLatents.add(command.dimension);
      else this.movedLatents.delete(command.dimension);
    }
    // All latents are released by the command itself.
    if (command.type === 'release-all' || command.type === 'capture') this.movedLatents.clear();
  }

  private releaseMoved(): void {
    const { instrument } = this.services;
    for (const dimension of this.movedLatents)
      if (dimension < instrument.state.holds.length) instrument.heldLatents.hold(dimension, null);
    this.movedLatents.clear();
  }

  /** Ends the gestures that a closed page had open: it never ends them itself. */
  private endGestures(): void {
    const { instrument } = this.services;
    const values = parameterValues(instrument.state.preset);
    for (const index of this.openGestures) instrument.setParameter(index, values[index] ?? 0, 'page', 'end');
    this.openGestures.clear();
  }

  private receiveFrame(frame: ArrayBuffer): void {
    const head = this.role.slices === null ? readAudioHead(frame, FRAME.microphone) : null;
    if (head === null || head.frames > MAX_MICROPHONE_FRAMES) {
      this.socket.close(1008, 'unknown frame');
      return;
    }
    if (this.speaker !== null) this.services.live?.microphone(frame);
  }

  /** Sends the feedback for controllers to this page, from now on. */
  receiveFeedback(): void {
    this.endFeedback();
    this.endFeedback = this.services.feedback.addListener((message) =>
      this.send({ type: 'midi-feedback', message }),
    );
  }

  // --- the map under the pad

  /** Shows the map that the page asks for from now on; null for none. */
  paint(map: MapRequest | null): void {
    this.map = map;
    this.repaint();
  }

  /** Paints the map again; while it is being painted, once more afterwards. */
  repaint(): void {
    if (this.painting) {
      this.outdated = true;
      return;
    }
    void this.paintLatest();
  }

  private async paintLatest(): Promise<void> {
    this.painting = true;
    try {
      do {
        this.outdated = false;
        if (this.map === null) return;
        const picture = await this.services.painter.paint(this.map);
        if (picture !== null) this.sendFrame(writeMap(picture));
      } while (this.outdated);
    } catch (error) {
      this.send({ type: 'failed', request: null, fault: toFault(error) });
    } finally {
      this.painting = false;
    }
  }

  // --- the speaker

  /** Makes this window the speaker in place of another. @param rate of its audio device, in Hz */
  openSpeaker(live: LiveServices, rate: number): void {
    this.closeSpeaker();
    this.onSpeaker(this);
    this.speaker = live.openSpeaker(rate, (frame) => this.sendFrame(frame));
  }

  /** The speaker can take `frames` more sample frames. @param underruns since it opened */
  credit(frames: number, underruns: number): void {
    this.speaker?.credit(frames, underruns);
  }

  /** This window is no longer the speaker, if it was. */
  closeSpeaker(): void {
    this.speaker?.close();
    this.speaker = null;
  }

  /** Another window has become the speaker. */
  loseSpeaker(): void {
    if (this.speaker === null) return;
    this.closeSpeaker();
    this.send({ type: 'audio-taken' });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
