import { client, store } from '../../engine-client/page.js';
import { toast } from '../../engine-client/toasts.js';

/** Channel messages only: 0x80 to 0xEF. */
const isChannelMessage = (status: number) => status >= 0x80 && status < 0xf0;

/** One for the page: each that is opened would send every message once more. */
let access: MIDIAccess | null = null;

/** Passes on what the browser's MIDI devices send. The browser asks the player for leave. */
export async function openWebMidi(): Promise<void> {
  if (typeof navigator.requestMIDIAccess !== 'function') {
    toast(store, {
      level: 'info',
      text: 'This browser has no MIDI.',
      hint: 'Choose a device of the engine, or use a browser that has it.',
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
    const names = [...inputs.values()].map(({ name }) => name ?? 'a device');
    toast(store, {
      level: 'info',
      text: names.length === 0 ? 'No MIDI device is connected yet.' : `Listening to ${names.join(', ')}.`,
      hint: names.length === 0 ? 'It is used as soon as it is plugged in.' : null,
    });
  } catch {
    toast(store, {
      level: 'warning',
      text: 'The browser did not give leave to use MIDI.',
      hint: 'Allow MIDI for this page in the browser’s settings.',
    });
  }
}

function receive({ data }: MIDIMessageEvent): void {
  const [status = 0, data1 = 0, data2 = 0] = data ?? [];
  if (isChannelMessage(status)) client.send({ type: 'midi', status, data1, data2 });
}
