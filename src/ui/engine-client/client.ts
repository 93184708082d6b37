import {
  type EngineMessage,
  type Command,
  type Fault,
  CLOSE_STOPPED,
  HELLO_PATH,
  INTERFACE_VERSION,
  SOCKET_PATH,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL,
} from '../../protocol/interface.js';
import {
  DOWNLOAD_PATHS,
  FILE_NAME_HEADER,
  UPLOAD_LIMITS,
  UPLOAD_PATHS,
  type UploadAnswer,
  type UploadKind,
} from '../../protocol/uploads.js';
import { FRAME, readMap, type MapPicture } from '../../protocol/interface-frames.js';
import type { LiveValues } from './live-values.js';
import type { PageState, PageStore } from './page-state.js';
import { receive } from './page-store.js';
import { toastFault } from './toasts.js';

const RETRY_MILLISECONDS = 700;
/** An engine that has not answered a request for this long does not answer it any more. */
const ANSWER_MILLISECONDS = 20_000;
/** Requests whose work may take long: opening a large model, learning hundreds of examples. */
const SLOW_ANSWER_MILLISECONDS = 10 * 60_000;
const SLOW = new Set<Command['type']>([
  'train',
  'map-model',
  'select-model',
  'open-preset',
  'undo',
  'redo',
  'restore-model',
  'source',
]);

/** A request that the engine refused, or that did not reach it; `fault` says why. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

type MapListener = (map: MapPicture) => void;

interface Waiting {
  resolve(result: string | null): void;
  reject(error: RefusedError): void;
  timeout: ReturnType<typeof setTimeout>;
}

/** For a request that could not be sent. */
const NOT_SENT: Fault = {
  code: 'engine-busy',
  message: 'The engine is not connected: nothing was done.',
  hint: 'Try again when the page is connected.',
};

/** For a request that was sent and never answered. */
const NOT_ANSWERED: Fault = {
  code: 'engine-busy',
  message: 'The connection to the engine was lost before it answered.',
  hint: 'When the page is connected, check whether it was done, and try again if it was not.',
};

/** For a request that the engine has received, as far as the page knows, and not answered in time. */
const TOO_LATE: Fault = {
  code: 'engine-busy',
  message: 'The engine does not answer.',
  hint: 'Check whether it was done. If the engine stays silent, restart it.',
};

/** The page's connection to the engine. It reconnects by itself until `close`. */
export class Client {
  private socket: WebSocket | null = null;
  private readonly waiting = new Map<number, Waiting>();
  /** The answers that are waited for, but for those of slow requests. */
  private readonly quick = new Map<number, Promise<unknown>>();
  private lastRequest = 0;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private closed = false;
  private readonly mapListeners = new Set<MapListener>();
  private readonly openListeners = new Set<(before: PageState) => void>();
  private feedbackListener: ((message: readonly number[]) => void) | null = null;
  private audioListener: ((frame: ArrayBuffer) => void) | null = null;

  constructor(
    private readonly store: PageStore,
    private readonly values: LiveValues,
    private readonly origin: string,
    private readonly token: string,
  ) {}

  /** Connects, and again after each loss of the connection, until `close`. */
  connect(): void {
    if (this.token === '') {
      this.store.setState({ connection: 'no-token' });
      return;
    }
    const url = `${this.origin.replace(/^http/, 'ws')}${SOCKET_PATH}`;
    const socket = new WebSocket(url, [SUBPROTOCOL, TOKEN_SUBPROTOCOL + this.token]);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') this.receiveText(JSON.parse(data) as EngineMessage);
      else this.receiveBinary(data);
    });
    socket.addEventListener('close', ({ code }) => {
      if (code === CLOSE_STOPPED) this.store.setState({ connection: 'stopped' });
      this.connectionLost();
    });
  }

  /** Closes the connection for good. */
  close(): void {
    this.closed = true;
    if (this.retry !== null) clearTimeout(this.retry);
    this.socket?.close();
  }

  /** Sends a command without waiting for an answer. While there is no connection, it is dropped. */
  send(command: Command): void {
    this.post({ command });
  }

  /**
   * Sends a command that the engine confirms, for `settled`. A refusal is shown as a toast; while there is no connection, the
   * command is dropped.
   */
  sendConfirmed(command: Command): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.ask(command).catch((error: unknown) => {
      if (!(error instanceof RefusedError)) throw error;
      if (error.fault !== NOT_ANSWERED && error.fault !== TOO_LATE) toastFault(this.store, error.fault);
    });
  }

  /**
   * Resolves when the engine has answered, or will not answer any more, what it was sent until now: the states that it announces
   * after that contain it. Does not wait for slow requests, such as a training.
   */
  async settled(): Promise<void> {
    await Promise.allSettled(this.quick.values());
  }

  /**
   * Sends a command and waits for its answer, for a limited time.
   * @returns the command's result, if it has one
   * @throws RefusedError
   */
  ask(command: Command): Promise<string | null> {
    const request = ++this.lastRequest;
    const slow = SLOW.has(command.type);
    const answer = new Promise<string | null>((resolve, reject) => {
      const limit = slow ? SLOW_ANSWER_MILLISECONDS : ANSWER_MILLISECONDS;
      const timeout = setTimeout(() => this.settle(request, TOO_LATE), limit);
      this.waiting.set(request, { resolve, reject, timeout });
      if (!this.post({ request, command })) this.settle(request, NOT_SENT);
    });
    if (!slow && this.waiting.has(request)) this.quick.set(request, answer);
    return answer;
  }

  /**
   * Sends a command and shows a toast where it fails.
   * @returns whether it succeeded
   */
  async perform(command: Command): Promise<boolean> {
    try {
      await this.ask(command);
      return true;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      toastFault(this.store, error.fault);
      return false;
    }
  }

  /** Sends a binary message; dropped while there is no connection. */
  sendFrame(frame: ArrayBuffer): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(frame);
  }

  /** @returns a function that removes the listener */
  onMap(listener: MapListener): () => void {
    this.mapListeners.add(listener);
    return () => this.mapListeners.delete(listener);
  }

  /**
   * Calls `listener` at every connection, with the page's state before the engine's welcome was applied.
   * @returns a function that removes the listener
   */
  onOpen(listener: (before: PageState) => void): () => void {
    this.openListeners.add(listener);
    return () => this.openListeners.delete(listener);
  }

  /** Sets the one receiver of the engine's audio messages. */
  onAudio(listener: ((frame: ArrayBuffer) => void) | null): void {
    this.audioListener = listener;
  }

  /** Sets the one receiver of what is sent back to MIDI controllers. */
  onFeedback(listener: (message: readonly number[]) => void): void {
    this.feedbackListener = listener;
  }

  /**
   * Uploads a file.
   * @returns a model's SHA-256 or a preset's identifier; null for audio
   * @throws RefusedError
   */
  async upload(kind: UploadKind, file: File, query = ''): Promise<string | null> {
    if (file.size > UPLOAD_LIMITS[kind]) {
      throw refusedFile(file, {
        code: 'archive-too-large',
        message: `${file.name} is larger than ${Math.round(UPLOAD_LIMITS[kind] / 2 ** 20)} MiB.`,
        hint: 'Choose a smaller file.',
      });
    }
    let answer: Response;
    try {
      answer = await fetch(this.origin + UPLOAD_PATHS[kind] + query, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.token}`, [FILE_NAME_HEADER]: encodeURIComponent(file.name) },
        body: file,
      });
    } catch {
      throw refusedFile(file, NOT_ANSWERED);
    }
    if (!answer.ok) throw refusedFile(file, await faultOf(answer));
    const outcome = (await answer.json()) as UploadAnswer;
    if (outcome.type === 'failed') throw refusedFile(file, outcome.fault);
    return outcome.result;
  }

  /**
   * Downloads a file.
   * @param query of the address, with its question mark
   * @throws RefusedError
   */
  async download(kind: keyof typeof DOWNLOAD_PATHS, query = ''): Promise<Blob> {
    const answer = await fetch(this.origin + DOWNLOAD_PATHS[kind] + query, {
      headers: { authorization: `Bearer ${this.token}` },
      signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
    }).catch(() => {
      throw new RefusedError(NOT_ANSWERED);
    });
    if (!answer.ok) throw new RefusedError(await faultOf(answer));
    return answer.blob();
  }

  private post(envelope: { request?: number; command: Command }): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(envelope));
    return true;
  }

  private receiveText(announcement: EngineMessage): void {
    if (announcement.type === 'welcome' && announcement.version !== INTERFACE_VERSION) {
      this.store.setState({ connection: 'refused' });
      this.close();
      return;
    }
    if (announcement.type === 'done') this.settle(announcement.request, announcement.result);
    if (announcement.type === 'failed' && announcement.request !== null) {
      this.settle(announcement.request, announcement.fault);
    }
    if (announcement.type === 'midi-feedback') this.feedbackListener?.(announcement.message);
    const before = this.store.getState();
    receive(this.store, announcement);
    if (announcement.type === 'welcome') for (const listener of this.openListeners) listener(before);
  }

  private receiveBinary(frame: ArrayBuffer): void {
    switch (new Uint8Array(frame, 0, 1)[0] ?? 0) {
      case FRAME.telemetry:
        this.values.receive(frame, performance.now());
        return;
      case FRAME.map: {
        const map = readMap(frame);
        if (map !== null) for (const listener of this.mapListeners) listener(map);
        return;
      }
      case FRAME.audio:
        this.audioListener?.(frame);
        return;
      default:
        return;
    }
  }

  private settle(request: number, outcome: Fault | string | null): void {
    const waiting = this.waiting.get(request);
    this.waiting.delete(request);
    this.quick.delete(request);
    clearTimeout(waiting?.timeout);
    if (outcome !== null && typeof outcome === 'object') waiting?.reject(new RefusedError(outcome));
    else waiting?.resolve(outcome);
  }

  private connectionLost(): void {
    for (const request of [...this.waiting.keys()]) this.settle(request, NOT_ANSWERED);
    if (this.closed) return;
    const { connection } = this.store.getState();
    const final = connection === 'refused' || connection === 'stopped';
    if (!final) this.store.setState({ connection: 'lost' });
    this.retry = setTimeout(() => void this.reconnect(), final ? 4 * RETRY_MILLISECONDS : RETRY_MILLISECONDS);
  }

  /** Asks over HTTP first: a failed WebSocket does not say why it failed, an HTTP status of 401 does. */
  private async reconnect(): Promise<void> {
    try {
      const answer = await fetch(this.origin + HELLO_PATH, {
        headers: { authorization: `Bearer ${this.token}` },
        signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
      });
      if (answer.status === 401) {
        this.store.setState({ connection: 'refused' });
        this.retry = setTimeout(() => void this.reconnect(), 4 * RETRY_MILLISECONDS);
        return;
      }
    } catch {
      this.connectionLost();
      return;
    }
    this.store.setState({ connection: 'connecting' });
    this.connect();
  }
}

/** Several files may be uploading: the message names the file that it is about. */
const refusedFile = ({ name }: File, fault: Fault): RefusedError =>
  new RefusedError(fault.message.includes(name) ? fault : { ...fault, message: `${name}: ${fault.message}` });

async function faultOf(answer: Response): Promise<Fault> {
  const fallback: Fault = {
    code: 'internal',
    message: `The engine answered ${answer.status}.`,
    hint: 'Reload the page.',
  };
  try {
    const body = (await answer.json()) as Partial<Fault>;
    return { ...fallback, ...body };
  } catch {
    return fallback;
  }
}
