import type { ControllerSource } from '../../document/controller-source.js';
import type { Edit } from '../../document/edit.js';
import type { InputSource } from '../../document/input.js';
import { TillerError } from '../../document/tiller-error.js';
import type { StateStore } from './state-store.js';

/** MIDI learn: the input that waits takes the next suitable message as its source, once. Main thread. */
export class MidiLearn {
  /** @param edit changes the document, as `Instrument.edit` */
  constructor(
    private readonly store: StateStore,
    private readonly edit: (edit: Edit) => void,
  ) {}

  /**
   * @param inputIndex the input that waits, from 0; null ends the wait
   * @throws TillerError `argument-invalid` where there is no such input
   */
  wait(inputIndex: number | null): void {
    if (inputIndex !== null && this.store.state.preset.inputs[inputIndex] === undefined)
      throw new TillerError('argument-invalid', `There is no input ${inputIndex + 1}.`);
    this.store.change({ midiLearn: inputIndex }, 'page');
  }

  /** Takes a source that the streaming worker has heard. */
  receive(source: ControllerSource): void {
    const index = this.store.state.midiLearn;
    if (index === null) return;
    const learned = inputSourceFor(source);
    if (learned === null) return;
    this.store.change({ midiLearn: null }, 'midi');
    this.edit({ type: 'edit-input', index, change: { source: learned } });
  }
}

/** The source of an input for what was heard: a key plays by how hard it is pressed; null where it cannot drive an input. */
function inputSourceFor(source: ControllerSource): InputSource | null {
  if (source.kind === 'note') return { kind: 'note-velocity', channel: source.channel };
  return source.kind === 'key' ? null : source;
}
