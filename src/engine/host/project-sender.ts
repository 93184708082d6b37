import { MAX_TEXT_BYTES } from '../../protocol/plugin.js';
import { formatHistory } from '../../document/stored-history.js';
import { NO_STEPS, type HistorySteps } from '../../document/history.js';
import type { Preset } from '../../document/preset.js';
import { TillerError } from '../../document/tiller-error.js';
import type { Change, InstrumentState } from '../instrument/instrument-state.js';
import type { Instrument } from '../instrument/instrument.js';
import type { PipeLink } from './pipe-link.js';
import { projectText } from './project.js';

/** A document in which only values moved is sent once nothing has moved for this long: the plugin has the values. */
const REST_MILLISECONDS = 250;
/** Writing documents may take this share of the main thread's time: an edit of a large one then waits for the next. */
const DOCUMENT_TIME_SHARE = 0.2;

/** What the plugin holds of the document. */
interface Sent {
  readonly preset: Preset | null;
  readonly presetId: string | null | undefined;
  readonly history: HistorySteps;
}

/**
 * Keeps the plugin's copy of the document and of the undo history up to date: the host saves it in its project, and the engine
 * after this one starts from it. An edit is sent at once, values that move once they rest; both take a bounded share of the
 * main thread's time. Main thread.
 */
export class ProjectSender {
  private sent: Sent = { preset: null, presetId: undefined, history: NO_STEPS };
  /** The document as of the last change. */
  private followed: Preset | null = null;
  /** The player has edited the document since it was sent last; since it was loaded. */
  private edited = false;
  private editedSinceLoad = false;
  /** How many states of the plugin have been played. */
  private states = 0;
  private timer: NodeJS.Timeout | null = null;
  /** Time before which nothing is sent, of `performance.now`. */
  private nextTime = 0;

  /** @param onOtherPreset called when the plugin was sent a document of another preset */
  constructor(
    private readonly link: Pick<PipeLink, 'writeDocument'>,
    private readonly instrument: Pick<Instrument, 'state' | 'document' | 'history' | 'notify'>,
    private readonly onOtherPreset: () => void,
  ) {}

  /**
   * A state of the plugin plays, its project or the default. Nothing is sent before the first: an engine's initial document
   * must not replace what the project holds.
   */
  loaded(): void {
    this.edited = this.editedSinceLoad = false;
    this.states++;
  }

  /** Sends the project whether it has changed or not: the plugin ignores reports of the document until it has received it. */
  sendLoaded(): void {
    this.sent = { ...this.sent, preset: null };
    this.send();
  }

  /** The instrument has changed: sends the document now, when it is allowed, or when nothing moves any more. */
  follow({ preset }: InstrumentState, { origin }: Change): void {
    const before = this.followed;
    this.followed = preset;
    const learned = before?.trained !== preset.trained && this.editedSinceLoad;
    if (before !== preset && (origin === 'page' || learned)) this.edited = this.editedSinceLoad = true;
    const wait = this.nextTime - performance.now();
    if (this.hasUnsentEdit()) {
      // What the player did is out of this process before the engine could fail because of it.
      if (wait <= 0) this.send();
      else this.sendAfter(wait);
    } else if (preset !== this.sent.preset) this.sendAfter(Math.max(REST_MILLISECONDS, wait));
  }

  /** Sends the project and the undo history where they have changed. */
  send(): void {
    const { link, instrument } = this;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.states === 0) return;
    const began = performance.now();
    const { preset, presetId } = instrument.state;
    const { history } = instrument;
    const isOtherPreset = presetId !== this.sent.presetId;
    if (preset !== this.sent.preset || isOtherPreset) this.sendProject(instrument.document, presetId);
    if (history !== this.sent.history) link.writeDocument('undoHistory', {}, formatHistory(history, preset));
    this.sent = { preset, presetId, history };
    if (isOtherPreset) this.onOtherPreset();
    const ended = performance.now();
    this.nextTime = ended + (ended - began) / DOCUMENT_TIME_SHARE;
  }

  /** Whether something has changed that the values of the parameters do not say. */
  private hasUnsentEdit(): boolean {
    const { history, state } = this.instrument;
    const { sent } = this;
    const learned = state.preset.trained !== sent.preset?.trained;
    return history !== sent.history || state.presetId !== sent.presetId || learned;
  }

  private sendAfter(milliseconds: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), milliseconds);
  }

  private sendProject(preset: Preset, presetId: string | null): void {
    const text = projectText({ preset, presetId });
    if (Buffer.byteLength(text) > MAX_TEXT_BYTES) {
      this.instrument.notify(
        new TillerError(
          'preset-invalid',
          'This instrument is larger than the 16 MB that a project may hold; the project keeps it as it was before.',
          'Remove examples, loops, or what belongs to a model that you do not need.',
        ),
      );
      return;
    }
    const fields = {
      edited: Number(this.edited),
      silenceOnFault: Number(preset.output.onFault === 'silence'),
      states: this.states,
    };
    this.edited = false;
    this.link.writeDocument('state', fields, text);
  }
}
