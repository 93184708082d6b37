import type { WebSocket } from 'ws';
import { envelopeSchema, type MapRequest } from '../../protocol/interface-commands.js';
import { FRAME, MAX_MICROPHONE_FRAMES, readAudioHead, writeMap } from '../../protocol/interface-frames.js';
import type { EngineMessage, Fault, SliceName, Slices } from '../../protocol/interface.js';
import { TillerError } from '../../document/tiller-error.js';
import { parameterValues } from '../../document/parameter-values.js';
import { dispatch, type Window } from './dispatch.js';
import type { SpeakerEnd } from '../live/live-session.js';
import type { PageServices, LiveServices } from './page-services.js';
import { copy } from './slices.js';

/** A window that reads slower than this many bytes behind gets no telemetry until it has caught up. */
const TELEMETRY_BACKLOG = 256 * 1024;
/** … and no state: the parts that change meanwhile are sent together later. */
const STATE_BACKLOG = 4 * 1024 * 1024;

export function toFault(error: unknown): Fault {
  if (error instanceof TillerError) return error.toJSON();
  return {
    code: 'internal',
    message: error instanceof Error ? error.message : String(error),
    hint: 'This is a fault of Tiller. Try again; if it stays, restart the engine.',
  };
}

/** One open page: its socket, what it still has to be told, the map it looks at and its speaker. */
export class ConnectedWindow implements Window {
  private pending: Partial<Slices> = {};
  private map: MapRequest | null = null;
  private painting = false;
  private repaint = false;
  private speaker: SpeakerEnd | null = null;
  /** Parameters that a hand on this page holds: a host writes its automation as long as it does. */
  private readonly held = new Set<number>();

  constructor(
    private readonly socket: WebSocket,
    private readonly services: PageServices,
    /** Tells the other windows that this one is the speaker now. */
    private readonly onSpeaker: (window: ConnectedWindow) => void,
  ) {
    socket.binaryType = 'arraybuffer';
    socket.on('message', (data, binary) => {
      if (binary) this.receiveFrame(data as ArrayBuffer);
      else void this.receiveText(Buffer.from(data as ArrayBuffer).toString('utf8'));
    });
    socket.on('close', () => {
      this.map = null;
      this.closeSpeaker();
      this.letGo();
    });
  }

  announce(announcement: EngineMessage): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(announcement));
  }

  sendFrame(frame: Uint8Array | ArrayBuffer): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(frame);
  }

  sendTelemetry(frame: Uint8Array): void {
    if (this.socket.bufferedAmount < TELEMETRY_BACKLOG) this.sendFrame(frame);
  }

  /** Sends the parts that changed, now or once the window has read what it was sent before. */
  sendState(changed: Partial<Slices>): void {
    for (const name of Object.keys(changed) as SliceName[]) copy(changed, this.pending, name);
    if (this.socket.bufferedAmount > STATE_BACKLOG || Object.keys(this.pending).length === 0) return;
    this.announce({ type: 'state', slices: this.pending });
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
          `The page sent what this engine does not know: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
          'Reload the page.',
        );
      }
      request = envelope.data.request ?? null;
      const { command } = envelope.data;
      if (command.type === 'parameter' && command.gesture === 'begin') this.held.add(command.index);
      if (command.type === 'parameter' && command.gesture === 'end') this.held.delete(command.index);
      const result = await dispatch(this.services, this, command);
      if (request !== null) this.announce({ type: 'done', request, result });
    } catch (error) {
      this.announce({ type: 'failed', request, fault: toFault(error) });
    }
  }

  /** A page that has gone never says that its hands let go. */
  private letGo(): void {
    const { instrument } = this.services;
    const values = parameterValues(instrument.state.preset);
    for (const index of this.held) instrument.setParameter(index, values[index] ?? 0, 'page', 'end');
    this.held.clear();
  }

  private receiveFrame(frame: ArrayBuffer): void {
    const head = readAudioHead(frame, FRAME.microphone);
    if (head === null || head.frames > MAX_MICROPHONE_FRAMES) {
      this.socket.close(1008, 'unknown frame');
      return;
    }
    if (this.speaker !== null) this.services.live?.microphone(frame);
  }

  // --- the map under the pad

  paint(map: MapRequest | null): void {
    this.map = map;
    this.paintAgain();
  }

  /** Paints the map anew; while one is being painted, once more after it. */
  paintAgain(): void {
    if (this.painting) {
      this.repaint = true;
      return;
    }
    void this.paintLatest();
  }

  private async paintLatest(): Promise<void> {
    this.painting = true;
    try {
      do {
        this.repaint = false;
        if (this.map === null) return;
        const picture = await this.services.painter.paint(this.map);
        if (picture !== null) this.sendFrame(writeMap(picture));
      } while (this.repaint);
    } catch (error) {
      this.announce({ type: 'failed', request: null, fault: toFault(error) });
    } finally {
      this.painting = false;
    }
  }

  // --- the speaker

  openSpeaker(live: LiveServices, rate: number): void {
    this.closeSpeaker();
    this.onSpeaker(this);
    this.speaker = live.openSpeaker(rate, (frame) => this.sendFrame(frame));
  }

  credit(frames: number, underruns: number): void {
    this.speaker?.credit(frames, underruns);
  }

  closeSpeaker(): void {
    this.speaker?.close();
    this.speaker = null;
  }

  /** Another window took the sound over. */
  loseSpeaker(): void {
    if (this.speaker === null) return;
    this.closeSpeaker();
    this.announce({ type: 'audio-taken' });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
