import type { Edit } from '../../document/edit.js';
import { TillerError } from '../../document/tiller-error.js';
import type { StreamReport } from '../stream/messages.js';
import { learnedSource } from '../stream/midi-router.js';
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

  /** Takes a message that the streaming worker reports. */
  receive({ status, data1, data2 }: Extract<StreamReport, { type: 'midi-heard' }>): void {
    const index = this.store.state.midiLearn;
    if (index === null) return;
    const source = learnedSource(status, data1, data2);
    if (source === null) return;
    this.store.change({ midiLearn: null }, 'midi');
    this.edit({ type: 'edit-input', index, change: { source } });
  }
}
