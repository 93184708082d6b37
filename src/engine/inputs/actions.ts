import { actionOf, inputRangeOf, loopOf, type ActionReference } from '../../document/action.js';
import { unusedLabel } from '../../document/example-label.js';
import { movesByItself } from '../../document/input.js';
import { MAX_INPUTS } from '../../document/limits.js';
import { presentValue } from '../../document/parameter-values.js';
import { PARAMETER_INDEX, parameterPosition, parameterValueAt } from '../../document/parameters.js';
import { TillerError } from '../../document/tiller-error.js';
import { inputValueOf, sourceValueOf } from '../../document/value-range.js';
import type { DocumentFiles } from '../instrument/document-files.js';
import type { Instrument } from '../instrument/instrument.js';
import type { Origin } from '../instrument/instrument-state.js';
import type { PresetStore } from '../presets/preset-store.js';
import type { GestureRecorder } from './recorder.js';

/** How far a random draw by a controller goes: as the page does at first. */
const RANDOM_RADIUS = 0.25;

/** What actions are carried out on. */
export interface ActionTargets {
  readonly instrument: Pick<
    Instrument,
    | 'state'
    | 'setParameter'
    | 'edit'
    | 'capture'
    | 'train'
    | 'undo'
    | 'redo'
    | 'compare'
    | 'panic'
    | 'heldLatents'
  > & { readonly files: Pick<DocumentFiles, 'open'> };
  readonly presets: Pick<PresetStore, 'list'>;
  /** The live session's transport; null in a plugin, where the host plays. */
  readonly transport: {
    readonly state: { readonly playing: boolean };
    play(playing: boolean): void;
    tapTempo(): void;
  } | null;
}

/** Carries out the actions of `ACTIONS` for controllers, keys and OSC. Main thread. */
export class Actions {
  /** Null until the page is served. */
  recorder: Pick<GestureRecorder, 'state' | 'act'> | null = null;

  /** The last step through the presets: the next one begins where it has led. */
  private stepping: Promise<void> = Promise.resolve();

  constructor(private readonly targets: ActionTargets) {}

  /** Present position of a toggle's or continuous action's value, 0..1; 0 for a trigger. */
  positionOf(reference: ActionReference): number {
    const { preset } = this.targets.instrument.state;
    const range = inputRangeOf(reference);
    if (range !== null) return preset.inputs[range.input]?.range[range.end === 'low' ? 0 : 1] ?? 0;
    const { parameter } = actionOf(reference);
    if (parameter === undefined) return 0;
    const input = parameter < MAX_INPUTS ? preset.inputs[parameter] : undefined;
    if (input !== undefined) return sourceValueOf(input, input.value);
    return parameterPosition(parameter, presentValue(preset, parameter));
  }

  /** Moves a toggle or continuous action to a position, 0..1; nothing where the preset has no such input. */
  move(reference: ActionReference, position: number, origin: Origin): void {
    const { instrument } = this.targets;
    const range = inputRangeOf(reference);
    if (range !== null) {
      this.moveRange(range, position);
      return;
    }
    const { parameter } = actionOf(reference);
    if (parameter === undefined) return;
    if (parameter >= MAX_INPUTS) {
      instrument.setParameter(parameter, parameterValueAt(parameter, position), origin);
      return;
    }
    const input = instrument.state.preset.inputs[parameter];
    if (input !== undefined) instrument.setParameter(parameter, inputValueOf(input, position), origin);
  }

  /** Presses a trigger. @throws TillerError of what it does */
  async trigger(reference: ActionReference): Promise<void> {
    const { instrument, transport } = this.targets;
    if ('number' in reference) {
      this.goToExample(reference.number);
      return;
    }
    if ('preset' in reference) return instrument.files.open(reference.preset);
    const slot = loopOf(reference);
    if (slot > 0) {
      instrument.setParameter(PARAMETER_INDEX.loopSlot, slot, 'midi');
      instrument.setParameter(PARAMETER_INDEX.loop, 1, 'midi');
      return;
    }
    switch (reference.id) {
      case 'panic':
        instrument.panic();
        if (this.recorder !== null && this.recorder.state.state !== 'empty') this.recorder.act('stop');
        return;
      case 'tapTempo':
        transport?.tapTempo();
        return;
      case 'play':
        transport?.play(!transport.state.playing);
        return;
      case 'capture':
        instrument.capture(unusedLabel(instrument.state.preset.examples));
        return;
      case 'randomise':
        instrument.heldLatents.randomise(RANDOM_RADIUS);
        return;
      case 'previousDraw':
        instrument.heldLatents.stepDraw(-1);
        return;
      case 'nextDraw':
        instrument.heldLatents.stepDraw(1);
        return;
      case 'releaseAll':
        instrument.heldLatents.releaseAll();
        return;
      case 'learn':
        return instrument.train();
      case 'compare':
        instrument.compare();
        return;
      case 'undo':
        instrument.undo();
        return;
      case 'redo':
        instrument.redo();
        return;
      case 'previousPreset':
        return this.stepPreset(-1);
      case 'nextPreset':
        return this.stepPreset(1);
      case 'record':
      case 'overdub':
      case 'playGesture':
        this.record(reference.id);
        return;
    }
  }

  private moveRange({ input, end }: { input: number; end: 'low' | 'high' }, position: number): void {
    const { instrument } = this.targets;
    const present = instrument.state.preset.inputs[input]?.range;
    if (present === undefined) return;
    const [low, high] = present;
    const range: [number, number] =
      end === 'low' ? [Math.min(position, high), high] : [low, Math.max(position, low)];
    instrument.edit({ type: 'edit-input', index: input, change: { range } }, { coalesce: `range-${input}` });
  }

  private goToExample(number: number): void {
    const { instrument } = this.targets;
    const { examples, inputs } = instrument.state.preset;
    const example = examples[number - 1];
    if (example === undefined)
      throw new TillerError(
        'argument-invalid',
        `There is no example ${number}.`,
        'Add one, or assign another.',
      );
    example.inputs.forEach((value, i) => {
      const input = inputs[i];
      if (input !== undefined && !movesByItself(input))
        instrument.setParameter(PARAMETER_INDEX.input + i, value, 'midi');
    });
  }

  /** Opens the next (1) or previous (−1) preset of the list, around its ends; steps in quick succession all count. */
  private stepPreset(by: 1 | -1): Promise<void> {
    const step = this.stepping.then(() => this.openBeside(by));
    this.stepping = step.catch(() => undefined);
    return step;
  }

  private async openBeside(by: 1 | -1): Promise<void> {
    const { instrument, presets } = this.targets;
    const readable = (await presets.list()).filter(({ problem }) => problem === null);
    const at = readable.findIndex(({ id }) => id === instrument.state.presetId);
    const from = at < 0 && by > 0 ? -1 : Math.max(0, at);
    const next = readable[(from + by + readable.length) % readable.length];
    if (next !== undefined) await instrument.files.open(next.id);
  }

  private record(action: 'record' | 'overdub' | 'playGesture'): void {
    const { recorder } = this;
    if (recorder === null) return;
    const { state } = recorder.state;
    if (action === 'record') recorder.act(state === 'recording' ? 'play' : 'record');
    else if (action === 'overdub') recorder.act(state === 'overdubbing' ? 'play' : 'overdub');
    else recorder.act(state === 'playing' || state === 'overdubbing' ? 'stop' : 'play');
  }
}
