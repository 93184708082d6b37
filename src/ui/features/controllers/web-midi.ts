import { isClockStatus } from '../../../protocol/midi-clock.js';
import { client, store } from '../../engine-client/page.js';
import { toast } from '../../engine-client/toasts.js';

/** Whether a status byte begins a channel message. */
const isChannelMessage = (status: number) => status >= 0x80 && status < 0xf0;

/** Opened once: every further access would deliver each message again. */
let access: MIDIAccess | null = null;

let endReconnecting: () => void = () => undefined;

/** Forwards the messages of the browser's MIDI devices to the engine. The browser asks for permission first. */
export async function openWebMidi(): Promise<void> {
  if (typeof navigator.requestMIDIAccess !== 'function') {
    toast(store, {
      level: 'info',
      text: 'This browser does not support MIDI.',
      hint: 'Choose one of the engine’s devices, or use a browser with Web MIDI.',
    });
    return;
  }
  try {
    access ??= await navigator.requestMIDIAccess();
    const { inputs } = access;
    const listen = () => {
      for (const port of inputs.values()) port.onmidimessage = receive;
    };
    access.onstatechange = listen;
    listen();
    receiveFeedback(access);
    const names = [...inputs.values()].map(({ name }) => name ?? 'a MIDI device');
    toast(store, {
      level: 'info',
      text: names.length === 0 ? 'No MIDI device is connected yet.' : `Listening to ${names.join(', ')}.`,
      hint: names.length === 0 ? 'A device is used as soon as it is plugged in.' : null,
    });
  } catch {
    toast(store, {
      level: 'warning',
      text: 'The browser did not allow MIDI.',
      hint: 'Allow MIDI for this page in the browser’s settings.',
    });
  }
}

/** Sends what comes back to controllers to every device of the browser, also after the engine was restarted. */
function receiveFeedback({ outputs }: MIDIAccess): void {
  client.onFeedback((message) => {
    for (const port of outputs.values()) port.send([...message]);
  });
  endReconnecting();
  endReconnecting = client.onOpen(() => client.send({ type: 'midi-feedback' }));
  client.send({ type: 'midi-feedback' });
}

function receive({ data }: MIDIMessageEvent): void {
  const [status = 0, data1 = 0, data2 = 0] = data ?? [];
  if (isChannelMessage(status)) client.send({ type: 'midi', status, data1, data2 });
  else if (isClockStatus(status)) client.send({ type: 'midi-clock', status });
}
