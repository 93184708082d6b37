import { createNanoEvents } from 'nanoevents';
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { readAudio, type AudioFile } from '../audio/read.js';
import { readInThread } from '../audio/read-thread.js';
import { TillerError } from '../../document/tiller-error.js';
import type { StreamCommand, StreamLink, StreamReport } from '../stream/messages.js';
import type { LiveSource } from '../../protocol/interface-commands.js';
import type { LiveState } from '../../protocol/interface.js';
import { ModelThreads } from '../model/run/model-threads.js';
import { RestartPolicy } from '../workers/restart-policy.js';
import { WorkerThread, type WorkerFailure } from '../workers/worker-thread.js';
import { AudioRingReader, createAudioRing } from './audio-ring.js';
import { LIVE_BLOCK, fromLiveWorkerSchema, type FromLiveWorker, type ToLiveWorker } from './messages.js';

const DEFAULT_BUFFER_MILLISECONDS = 80;
/** The loop that a session starts with, where it exists: a drum loop shows most with the bundled drum model. */
const FIRST_LOOP = 'kit-beat';
const AUDIO_FILE = /\.(wav|aiff?|flac)$/i;

/** "kit-beat" as "Kit beat". */
function displayName(stem: string): string {
  const name = stem.replace(/[-_]+/g, ' ');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The live session as the speaker of one window uses it. Main thread. */
export interface SpeakerEnd {
  /** Lets the engine render `frames` more sample frames. @param underruns how often the speaker had none since it opened */
  credit(frames: number, underruns: number): void;
  close(): void;
}

/**
 * The live session: a worker that streams a loop, a file or the page's microphone through the model, and the link
 * between it and the instrument. Main thread.
 */
export class LiveSession implements StreamLink {
  state: LiveState;
  private worker: WorkerThread<ToLiveWorker, FromLiveWorker>;
  /** Opens models for the worker. */
  private models: ModelThreads | null = null;
  private closed = false;
  /** True once the worker has failed too often to be restarted automatically. */
  private givenUp = false;
  private readonly events = createNanoEvents<{ change: () => void }>();
  private readonly reports = new Set<(report: StreamReport) => void>();
  private speaker: { rate: number; send: (frame: ArrayBuffer) => void } | null = null;
  /** Sample frames that the speaker has granted and not received yet. */
  private owed = 0;
  private file: AudioFile | null = null;
  /** Counts requests for a source: a long file may still be being read when the next one plays. */
  private sources = 0;
  /** Called when the worker was restarted and has no document yet. */
  onRestart: () => void = () => undefined;

  private constructor(
    private readonly loops: ReadonlyMap<string, string>,
    private readonly workerUrl: URL,
    private readonly restarts: RestartPolicy,
  ) {
    const first = loops.has(FIRST_LOOP) ? FIRST_LOOP : [...loops.keys()][0];
    this.state = {
      playing: false,
      source: first === undefined ? { kind: 'microphone' } : { kind: 'loop', id: first },
      loops: [...loops.keys()].map((id) => ({ id, name: displayName(id) })),
      fileName: null,
      bufferMilliseconds: DEFAULT_BUFFER_MILLISECONDS,
      underruns: 0,
    };
    this.worker = this.startWorker();
  }

  /** @param loopsFolder audio files to choose from; null where there are none */
  static async open(
    loopsFolder: string | null,
    workerUrl: URL = new URL('./live-worker.js', import.meta.url),
    restarts = new RestartPolicy(),
  ): Promise<LiveSession> {
    const names = loopsFolder === null ? [] : await readdir(loopsFolder).catch(() => []);
    const files = names.filter((name) => AUDIO_FILE.test(name)).sort();
    const loops = new Map(
      files.map((name) => [basename(name, extname(name)), join(loopsFolder ?? '', name)]),
    );
    const session = new LiveSession(loops, workerUrl, restarts);
    await session.setSource(session.state.source);
    return session;
  }

  // --- the instrument's link to the streaming worker

  send(command: StreamCommand): void {
    this.post({ type: 'command', command });
  }

  onReport(listener: (report: StreamReport) => void): void {
    this.reports.add(listener);
  }

  // --- commands of the page

  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  play(playing: boolean): void {
    if (playing && this.givenUp) {
      this.givenUp = false;
      this.restarts.reset();
      void this.revive();
    }
    this.post({ type: 'play', playing });
    this.change({ playing });
  }

  async setSource(source: LiveSource): Promise<void> {
    const asked = ++this.sources;
    const audio = await this.audioOf(source);
    if (asked !== this.sources) return;
    this.post({ type: 'source', source: audio });
    this.change({ source });
  }

  setBuffer(milliseconds: number): void {
    this.change({ bufferMilliseconds: milliseconds });
  }

  openSpeaker(rate: number, send: (frame: ArrayBuffer) => void): SpeakerEnd {
    const speaker = { rate, send };
    this.speaker = speaker;
    this.owed = 0;
    this.post({ type: 'open', rate });
    this.change({ underruns: 0 });
    return {
      credit: (frames, underruns) => {
        if (this.speaker !== speaker) return;
        this.owed += frames;
        this.post({ type: 'credit', frames });
        if (underruns !== this.state.underruns) this.change({ underruns });
      },
      close: () => {
        if (this.speaker !== speaker) return;
        this.speaker = null;
        this.post({ type: 'close' });
        this.play(false);
      },
    };
  }

  microphone(frame: ArrayBuffer): void {
    if (this.state.source.kind === 'microphone') this.post({ type: 'microphone', frame }, [frame]);
  }

  midi(status: number, data1: number, data2: number): void {
    this.post({ type: 'midi', status, data1, data2 });
  }

  async import(path: string, fileName: string): Promise<void> {
    this.file = await readInThread(path, fileName);
    this.change({ fileName });
    await this.setSource({ kind: 'file' });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.speaker = null;
    await this.worker.end();
    await this.models?.close();
  }

  private async audioOf(source: LiveSource): Promise<Extract<ToLiveWorker, { type: 'source' }>['source']> {
    if (source.kind === 'microphone') return { kind: 'microphone' };
    const file = source.kind === 'file' ? this.file : await readAudio(this.loopPath(source.id));
    if (file === null) {
      throw new TillerError('file-missing', 'There is no file to play yet.', 'Drop an audio file.');
    }
    return { kind: 'loop', rate: file.rate, channels: file.channels };
  }

  private loopPath(id: string): string {
    const path = this.loops.get(id);
    if (path !== undefined) return path;
    throw new TillerError('file-missing', `There is no loop “${id}”.`, 'Choose another one.');
  }

  private post(message: ToLiveWorker, transfer: ArrayBuffer[] = []): void {
    this.worker.post(message, transfer);
  }

  private change(part: Partial<LiveState>): void {
    this.state = { ...this.state, ...part };
    this.events.emit('change');
  }

  private startWorker(): WorkerThread<ToLiveWorker, FromLiveWorker> {
    const began = performance.now();
    const models = new ModelThreads((delivery) => worker.post({ type: 'model', delivery }));
    this.models = models;
    const ring = createAudioRing();
    const audio = new AudioRingReader(ring);
    const worker = new WorkerThread<ToLiveWorker, FromLiveWorker>({
      url: this.workerUrl,
      name: 'tiller-live',
      data: { ring },
      schema: fromLiveWorkerSchema,
      onMessage: (message) => {
        if (message.type === 'audio') this.takeAudio(audio, message.blocks);
        else if (message.type === 'open-model') models.open(message.order);
        else for (const listener of this.reports) listener(message.report);
      },
      onFailure: (failure) => {
        void models.close();
        this.restart(failure, performance.now() - began);
      },
    });
    return worker;
  }

  /** Sends the next blocks of the worker to the speaker. */
  private takeAudio(audio: AudioRingReader, blocks: number): void {
    for (let i = 0; i < blocks; i++) {
      const message = audio.take();
      this.owed = Math.max(0, this.owed - LIVE_BLOCK);
      this.speaker?.send(message);
    }
  }

  private fail(message: string): void {
    for (const listener of this.reports) listener({ type: 'failed', code: 'internal', message });
  }

  private restart({ reason }: WorkerFailure, ranMilliseconds: number): void {
    this.fail(`The sound stopped: ${reason}.`);
    const wait = this.restarts.next(ranMilliseconds);
    if (wait !== null) {
      setTimeout(() => void this.revive(), wait).unref();
      return;
    }
    this.givenUp = true;
    this.fail(`The sound stopped ${this.restarts.failures} times in a row. Press play to try again.`);
  }

  /** Starts a new worker and sends it everything that the old one had. */
  private async revive(): Promise<void> {
    if (this.closed) return;
    this.worker = this.startWorker();
    this.onRestart();
    const { source } = this.state;
    try {
      const audio = await this.audioOf(source);
      // One that was chosen meanwhile has been sent to the new worker.
      if (source === this.state.source) this.post({ type: 'source', source: audio });
    } catch (error) {
      // Its file may have been deleted: silence plays until another source is chosen.
      this.fail(error instanceof Error ? error.message : String(error));
    }
    this.post({ type: 'play', playing: this.state.playing });
    if (this.speaker === null) return;
    this.post({ type: 'open', rate: this.speaker.rate });
    this.post({ type: 'credit', frames: this.owed });
  }
}
