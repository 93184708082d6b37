import { createNanoEvents } from 'nanoevents';

type Message = readonly number[];

/** Where feedback for controllers goes: the machine's device, and every page whose browser has MIDI devices. Main thread. */
export class FeedbackOutput {
  /** Called when there is a new receiver, to which nothing has been sent yet. */
  onReceiver: () => void = () => undefined;
  private readonly events = createNanoEvents<{ message: (message: Message) => void }>();

  /** Passes every message on to `listener`. @returns a function that ends it */
  addListener(listener: (message: Message) => void): () => void {
    const end = this.events.on('message', listener);
    this.onReceiver();
    return end;
  }

  /** @param message status byte and data of a channel message */
  send(message: Message): void {
    this.events.emit('message', message);
  }
}
