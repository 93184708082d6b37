import { createNanoEvents } from 'nanoevents';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamCommand, StreamLink, StreamReport } from '../stream/messages.js';
import type { LiveSource, PlayOrder } from '../../protocol/interface-commands.js';
import type { LiveState, Waveform } from '../../protocol/interface.js';
import type { ClockStatus } from '../../protocol/midi-clock.js';
import { readInThread } from '../audio/read-thread.js';
import { ModelThreads } from '../model/run/model-threads.js';
import { RestartPolicy } from '../workers/restart-policy.js';
import { WorkerThread, type WorkerFailure } from '../workers/worker-thread.js';
import { AudioRingReader, createAudioRing } from './audio-ring.js';
import { LIVE_BLOCK, fromLiveWorkerSchema, type FromLiveWorker, type ToLiveWorker } from './messages.js';
import { LiveTempo } from './live-tempo.js';
import { SourceDeck, type ReadFile } from './source-deck.js';
import { SourcePosition, createSourcePosition } from './source-position.js';

const DEFAULT_BUFFER_MILLISECONDS = 80;
/** The loop that a session starts with, where it exists: a drum loop shows most with the bundled drum model. */
const FIRST_LOOP = 'kit-beat';
const AUDIO_FILE = /\.(wav|aiff?|flac)$/i;

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
  private readonly events = createNanoEvents<{
    change: () => void;
    report: (report: StreamReport) => void;
  }>();
  private speaker: { rate: number; send: (frame: ArrayBuffer) => void } | null = null;
  /** Sample frames that the speaker has granted and not received yet. */
  private grantedFrames = 0;
  private readonly deck: SourceDeck;
  private readonly position = createSourcePosition();
  private readonly tempo: LiveTempo;
  /** Of the model and of what is around it, in seconds. */
  private latencySeconds = 0;
  /** Called when the worker was restarted and has no document yet. */
  onRestart: () => void = () => undefined;

  private constructor(
    loops: ReadonlyMap<string, string>,
    readFile: ReadFile,
    private readonly workerUrl: URL,
    private readonly restarts: RestartPolicy,
  ) {
    const first = loops.has(FIRST_LOOP) ? FIRST_LOOP : [...loops.keys()][0];
    this.deck = new SourceDeck(
      {
        state: () => this.state,
        change: (part) => this.change(part),
        post: (message) => this.post(message),
        fail: (message) => this.fail(message),
      },
      loops,
      readFile,
    );
    this.tempo = new LiveTempo(
      (message) => this.post(message),
      () => this.change({ tempo: this.tempo.state }),
      () => this.state.bufferMilliseconds / 1000 + this.latencySeconds,
    );
    this.state = {
      playing: false,
      source: first === undefined ? { kind: 'microphone' } : { kind: 'loop', id: first },
      loops: this.deck.listedLoops,
      files: [],
      order: 'list',
      positionSeconds: 0,
      cueSeconds: 0,
      bufferMilliseconds: DEFAULT_BUFFER_MILLISECONDS,
      underruns: 0,
      tempo: this.tempo.state,
    };
    this.worker = this.startWorker();
  }

  /** @param loopsFolder audio files to choose from; null where there are none */
  static async open(
    loopsFolder: string | null,
    workerUrl: URL = new URL('./live-worker.js', import.meta.url),
    restarts = new RestartPolicy(),
    readFile: ReadFile = readInThread,
  ): Promise<LiveSession> {
    const names = loopsFolder === null ? [] : await readdir(loopsFolder).catch(() => []);
    const files = names.filter((name) => AUDIO_FILE.test(name)).sort();
    const loops = SourceDeck.listLoops(files.map((name) => join(loopsFolder ?? '', name)));
    const session = new LiveSession(loops, readFile, workerUrl, restarts);
    await session.setSource(session.state.source);
    return session;
  }

  // --- the instrument's link to the streaming worker

  /** Sends a command to the player, which takes it between two blocks. */
  send(command: StreamCommand): void {
    this.post({ type: 'command', command });
  }

  /** Calls `listener` with each report of the player, and with failures of its worker. */
  onReport(listener: (report: StreamReport) => void): void {
    this.events.on('report', listener);
  }

  // --- commands of the page

  /** Calls `listener` after each change of `state` or `waveform`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /** Starts or stops the source. Starts the worker again where that was given up. */
  play(playing: boolean): void {
    if (playing && this.givenUp) {
      this.givenUp = false;
      this.restarts.reset();
      void this.restartWorker();
    }
    const heard = this.state.playing && !playing ? this.heardSeconds() : null;
    this.post({ type: 'play', playing });
    this.change({ playing });
    // What was rendered ahead of the speaker has not been heard.
    if (heard !== null) this.seek(heard);
  }

  /** Of the present source; null for the microphone, and until it is known. */
  get waveform(): Waveform | null {
    return this.deck.waveform;
  }

  /** How far the source has been heard, in seconds; null where it has no position. */
  heardSeconds(): number | null {
    const read = new SourcePosition(this.position).get();
    const { playing, bufferMilliseconds } = this.state;
    if (read === null || !playing) return read;
    return Math.max(0, read - bufferMilliseconds / 1000);
  }

  /** Plays another source from its beginning. See `SourceDeck.setSource`. */
  setSource(source: LiveSource): Promise<void> {
    return this.deck.setSource(source);
  }

  /** Goes to a position of the source, or to its end where that is earlier. */
  seek(seconds: number): void {
    this.deck.seek(seconds);
  }

  /** Sets the cue point, in seconds of the source. */
  setCue(seconds: number): void {
    this.change({ cueSeconds: seconds });
  }

  /** What plays after a file of the list. */
  setOrder(order: PlayOrder): void {
    this.deck.setOrder(order);
  }

  /** See `SourceDeck.stepFile`. */
  stepFile(by: 1 | -1): Promise<void> {
    return this.deck.stepFile(by);
  }

  /** See `SourceDeck.removeFile`. */
  removeFile(id: number): Promise<void> {
    return this.deck.removeFile(id);
  }

  /** @param to the file's new place in the list, from 0 */
  moveFile(id: number, to: number): void {
    this.deck.moveFile(id, to);
  }

  /** How much audio the page's speaker keeps buffered; stored here, since the speaker asks for it. */
  setBuffer(milliseconds: number): void {
    this.change({ bufferMilliseconds: milliseconds });
  }

  /** See `LiveTempo.set`. */
  setTempo(perMinute: number): void {
    this.tempo.set(perMinute);
  }

  /** See `LiveTempo.tap`. */
  tapTempo(): void {
    this.tempo.tap();
  }

  /** A message of a MIDI clock. See `LiveTempo.receive`. */
  midiClock(status: ClockStatus): void {
    this.tempo.receive(status);
  }

  /**
   * Renders for a speaker, in place of another, as it grants.
   * @param rate in Hz
   * @param send gets each audio message of the page's protocol
   */
  openSpeaker(rate: number, send: (frame: ArrayBuffer) => void): SpeakerEnd {
    const speaker = { rate, send };
    this.speaker = speaker;
    this.grantedFrames = 0;
    this.post({ type: 'open', rate });
    this.change({ underruns: 0 });
    return {
      credit: (frames, underruns) => {
        if (this.speaker !== speaker) return;
        this.grantedFrames += frames;
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

  /** A microphone message of the page; ignored unless the microphone is the source. @param frame is transferred */
  microphone(frame: ArrayBuffer): void {
    if (this.state.source.kind === 'microphone') this.post({ type: 'microphone', frame }, [frame]);
  }

  /** A MIDI message of a device, which acts on the next block. @param data1 and data2 0..127 */
  midi(status: number, data1: number, data2: number): void {
    this.post({ type: 'midi', status, data1, data2 });
  }

  /** Adds a file to the list. See `SourceDeck.addFile`. */
  addFile(path: string, name: string): Promise<number> {
    return this.deck.addFile(path, name);
  }

  /** Ends the worker and removes the files of the list. */
  async close(): Promise<void> {
    this.closed = true;
    this.speaker = null;
    this.tempo.close();
    await this.worker.end();
    await this.models?.close();
    await this.deck.close();
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
      data: { ring, position: this.position },
      schema: fromLiveWorkerSchema,
      onMessage: (message) => {
        if (message.type === 'audio') this.takeAudio(audio, message.blocks);
        else if (message.type === 'open-model') models.open(message.order);
        else if (message.type === 'advanced') this.deck.advanced(message.number);
        else this.takeReport(message.report);
      },
      onFailure: (failure) => {
        void models.close();
        this.restart(failure, performance.now() - began);
      },
    });
    return worker;
  }

  private takeReport(report: StreamReport): void {
    if (report.type === 'prepared') this.latencySeconds = report.latencySamples / report.rate;
    this.events.emit('report', report);
  }

  /** Sends the next blocks of the worker to the speaker. */
  private takeAudio(audio: AudioRingReader, blocks: number): void {
    for (let i = 0; i < blocks; i++) {
      const message = audio.take();
      this.grantedFrames = Math.max(0, this.grantedFrames - LIVE_BLOCK);
      this.speaker?.send(message);
    }
  }

  private fail(message: string): void {
    this.events.emit('report', { type: 'failed', code: 'internal', message });
  }

  private restart({ reason }: WorkerFailure, ranMilliseconds: number): void {
    this.fail(`The sound stopped: ${reason}.`);
    const { playing, positionSeconds } = this.state;
    if (playing) this.change({ positionSeconds: this.heardSeconds() ?? positionSeconds });
    const wait = this.restarts.next(ranMilliseconds);
    if (wait !== null) {
      setTimeout(() => void this.restartWorker(), wait).unref();
      return;
    }
    this.givenUp = true;
    this.fail(`The sound stopped ${this.restarts.failures} times in a row. Press play to try again.`);
  }

  /** Starts a new worker and sends it everything that the old one had. */
  private async restartWorker(): Promise<void> {
    if (this.closed) return;
    this.worker = this.startWorker();
    this.onRestart();
    await this.deck.resend();
    this.tempo.resend();
    this.post({ type: 'play', playing: this.state.playing });
    if (this.speaker === null) return;
    this.post({ type: 'open', rate: this.speaker.rate });
    this.post({ type: 'credit', frames: this.grantedFrames });
  }
}
