import { createNanoEvents } from 'nanoevents';
import { TillerError } from '../../document/tiller-error.js';
import { OscReceiver } from './osc-receiver.js';
import { OscSender } from './osc-sender.js';
import type { Instrument } from '../instrument/instrument.js';
import type { OscSettings } from '../../protocol/interface-commands.js';
import { OSC_OFF, type PortsState } from '../../protocol/interface.js';
import type { MidiPorts } from './midi-ports.js';

/** The MIDI device, null for none, and the OSC ports of this machine. They belong to the machine, not to a preset. */
export interface StoredControllers {
  readonly midi: string | null;
  readonly osc: OscSettings;
}

/** Devices come and go: the list is read again this often while a page may look at it. */
const LOOK_MILLISECONDS = 3000;

/** OSC and MIDI of this machine, off until they are asked for. Main thread. */
export class Ports {
  state: PortsState;
  private readonly events = createNanoEvents<{ change: () => void }>();
  private receiver: OscReceiver | null = null;
  private sender: OscSender | null = null;
  /** Settings are taken one after the other: a port must be free before it is opened again. */
  private setting: Promise<void> = Promise.resolve();
  /** As it was asked for, whether or not it could be opened. */
  private osc: OscSettings = OSC_OFF;
  private sent: number[];
  private readonly subscriptions: (() => void)[];
  private readonly looking: NodeJS.Timeout | null;

  /**
   * @param midi the machine's devices; null in a plugin, where the host sends MIDI
   * @param keep told what the player has chosen
   */
  constructor(
    private readonly instrument: Pick<Instrument, 'state' | 'subscribe' | 'onTelemetry' | 'setParameter'>,
    private readonly midi: MidiPorts | null,
    private readonly keep: (controllers: StoredControllers) => void = () => undefined,
  ) {
    this.state = {
      midi: {
        available: this.midi !== null && this.midi.reason === null,
        reason: this.midi === null ? 'The host sends MIDI to the plugin.' : this.midi.reason,
        ports: this.midi?.follow() ?? [],
        chosen: null,
      },
      osc: { ...OSC_OFF, error: null },
    };
    this.sent = instrument.state.preset.inputs.map(({ value }) => value);
    this.subscriptions = [
      instrument.subscribe(() => this.sendMoves()),
      instrument.onTelemetry((telemetry) => this.sender?.sounding(telemetry)),
    ];
    this.looking = this.state.midi.available
      ? setInterval(() => this.look(), LOOK_MILLISECONDS).unref()
      : null;
  }

  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  setOsc(settings: OscSettings): Promise<void> {
    this.osc = settings;
    this.tellKept();
    return this.applyOsc();
  }

  openMidi(name: string | null): void {
    this.midi?.select(name);
    this.look();
    this.tellKept();
  }

  /** Goes on with what was chosen before. */
  async restore({ midi, osc }: StoredControllers): Promise<void> {
    this.midi?.select(midi);
    this.look();
    this.osc = osc;
    await this.applyOsc();
  }

  async close(): Promise<void> {
    for (const end of this.subscriptions) end();
    if (this.looking !== null) clearInterval(this.looking);
    this.midi?.close();
    await this.setting.catch(() => undefined);
    await this.closeOsc();
  }

  private applyOsc(): Promise<void> {
    const settings = this.osc;
    this.setting = this.setting.catch(() => undefined).then(() => this.openOsc(settings));
    return this.setting;
  }

  private async openOsc(settings: OscSettings): Promise<void> {
    await this.closeOsc();
    const { receive, receivePort, wekinator, send, sendPort, sendLatents, sendWekinator } = settings;
    let error: string | null = null;
    try {
      if (receive && send && receivePort === sendPort)
        throw new TillerError(
          'argument-invalid',
          `OSC cannot send to port ${sendPort}, where it listens itself.`,
          'Choose another port for one of the two.',
        );
      if (receive)
        this.receiver = await OscReceiver.open(
          { port: receivePort, wekinator },
          () => this.instrument.state.preset.inputs,
          (index, value) => this.instrument.setParameter(index, value, 'osc'),
        );
      if (send)
        this.sender = new OscSender({ port: sendPort, latents: sendLatents, wekinator: sendWekinator });
    } catch (fault) {
      if (!(fault instanceof TillerError)) throw fault;
      error = `${fault.message} ${fault.hint ?? ''}`.trim();
    }
    const works = error === null;
    this.change({ osc: { ...settings, receive: receive && works, send: send && works, error } });
  }

  private async closeOsc(): Promise<void> {
    const { receiver, sender } = this;
    this.receiver = null;
    this.sender = null;
    await receiver?.close();
    await sender?.close();
  }

  private look(): void {
    const { midi } = this.state;
    const ports = this.midi?.follow() ?? [];
    const chosen = this.midi?.chosen ?? null;
    const same =
      chosen === midi.chosen &&
      ports.length === midi.ports.length &&
      ports.every((name, i) => name === midi.ports[i]);
    if (!same) this.change({ midi: { ...midi, ports, chosen } });
  }

  private tellKept(): void {
    this.keep({ midi: this.midi?.chosen ?? null, osc: this.osc });
  }

  private sendMoves(): void {
    const { inputs } = this.instrument.state.preset;
    inputs.forEach(({ value }, i) => {
      if (this.sent[i] !== value) this.sender?.input(i, value);
    });
    this.sent = inputs.map(({ value }) => value);
  }

  private change(part: Partial<PortsState>): void {
    this.state = { ...this.state, ...part };
    this.events.emit('change');
  }
}
