import { TillerError } from '../errors.js';
import { OscPort } from '../performance/osc.js';
import type { Instrument } from '../session/instrument.js';
import type { OscSettings } from '../../protocol/interface-commands.js';
import type { PortsState } from '../../protocol/interface.js';
import { Listeners } from './listeners.js';
import { MidiPorts } from './midi-ports.js';
import type { ServedPorts, Unsubscribe } from './served.js';

const RECEIVE_PORT = 9000;
const SEND_PORT = 9001;
/** Devices come and go: the list is read again this often while a page may look at it. */
const LOOK_MILLISECONDS = 3000;

/** OSC and MIDI of this machine, off until they are asked for. Main thread. */
export class Ports implements ServedPorts {
  state: PortsState;
  private readonly listeners = new Listeners();
  private osc: OscPort | null = null;
  private readonly midi: MidiPorts | null;
  private sent: number[] = [];
  private readonly unsubscribe: Unsubscribe;
  private readonly looking: NodeJS.Timeout | null;

  /** @param receiveMidi where messages of a device go; null in a plugin, where the host sends them */
  constructor(
    private readonly instrument: Pick<Instrument, 'state' | 'subscribe' | 'setParameter'>,
    receiveMidi: ((status: number, data1: number, data2: number) => void) | null,
  ) {
    this.midi = receiveMidi === null ? null : new MidiPorts(receiveMidi);
    this.state = {
      midi: {
        available: this.midi !== null && this.midi.reason === null,
        reason: this.midi === null ? 'The host sends MIDI to the plugin.' : this.midi.reason,
        ports: this.midi?.names() ?? [],
        open: null,
      },
      osc: {
        receive: false,
        receivePort: RECEIVE_PORT,
        wekinator: false,
        send: false,
        sendPort: SEND_PORT,
        error: null,
      },
    };
    this.unsubscribe = instrument.subscribe(() => this.sendMoves());
    this.looking = this.state.midi.available
      ? setInterval(() => this.look(), LOOK_MILLISECONDS).unref()
      : null;
  }

  subscribe(listener: () => void): Unsubscribe {
    return this.listeners.add(listener);
  }

  async setOsc(settings: OscSettings): Promise<void> {
    await this.osc?.close();
    this.osc = null;
    const { receive, receivePort, wekinator, send, sendPort } = settings;
    let error: string | null = null;
    if (receive || send) {
      try {
        this.osc = await OscPort.open(
          // Sending needs a socket too: one that nobody knows the port of.
          { listenPort: receive ? receivePort : 0, sendPort: send ? sendPort : null, wekinator },
          () => this.instrument.state.preset.inputs,
          (index, value) => this.instrument.setParameter(index, value, 'osc'),
        );
      } catch (fault) {
        if (!(fault instanceof TillerError)) throw fault;
        error = `${fault.message} ${fault.hint ?? ''}`.trim();
      }
    }
    const works = error === null;
    this.change({
      osc: { receivePort, wekinator, sendPort, receive: receive && works, send: send && works, error },
    });
  }

  openMidi(name: string | null): void {
    this.midi?.select(name);
    this.look(true);
  }

  async close(): Promise<void> {
    this.unsubscribe();
    if (this.looking !== null) clearInterval(this.looking);
    this.midi?.close();
    await this.osc?.close();
  }

  private look(changed = false): void {
    const ports = this.midi?.names() ?? [];
    const same =
      ports.length === this.state.midi.ports.length &&
      ports.every((name, i) => name === this.state.midi.ports[i]);
    if (same && !changed) return;
    this.change({ midi: { ...this.state.midi, ports, open: this.midi?.open ?? null } });
  }

  private sendMoves(): void {
    const { inputs } = this.instrument.state.preset;
    if (this.osc !== null && this.state.osc.send) {
      inputs.forEach(({ value }, i) => {
        if (this.sent[i] !== value) this.osc?.send(i, value);
      });
    }
    this.sent = inputs.map(({ value }) => value);
  }

  private change(part: Partial<PortsState>): void {
    this.state = { ...this.state, ...part };
    this.listeners.tell();
  }
}
