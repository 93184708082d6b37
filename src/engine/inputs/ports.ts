import { isDeepStrictEqual } from 'node:util';
import { createNanoEvents } from 'nanoevents';
import { TillerError } from '../../document/tiller-error.js';
import { networkAddresses } from '../system/network-addresses.js';
import { OscReceiver } from './osc-receiver.js';
import type { OscControls } from './osc-controls.js';
import { OscSender } from './osc-sender.js';
import type { Instrument } from '../instrument/instrument.js';
import type { OscSettings } from '../../protocol/interface-commands.js';
import { OSC_OFF, type PortsState } from '../../protocol/interface.js';
import type { MidiPorts } from './midi-ports.js';

/** The chosen MIDI devices (null for none) and the OSC settings: stored for this machine, not in presets. */
export interface StoredControllers {
  readonly midi: string | null;
  /** The device that feedback is sent to. */
  readonly midiOutput: string | null;
  readonly osc: OscSettings;
}

/** Interval at which the MIDI ports are scanned for devices that were connected or unplugged. */
const SCAN_MILLISECONDS = 3000;

/** The machine's MIDI device and OSC ports, off until the player switches them on. Main thread. */
export class Ports {
  state: PortsState;
  private readonly events = createNanoEvents<{ change: () => void }>();
  private receiver: OscReceiver | null = null;
  private sender: OscSender | null = null;
  /** Settles when the latest OSC settings are applied. They are applied in turn, because a port must be closed before it is opened again. */
  private oscApplied: Promise<void> = Promise.resolve();
  /** The player's settings, whether or not the ports could be opened. */
  private osc: OscSettings = OSC_OFF;
  /** Values of the inputs that were sent last over OSC, 0..1. */
  private sent: number[];
  private readonly subscriptions: (() => void)[];
  private readonly scanTimer: NodeJS.Timeout | null;

  /**
   * @param midi the machine's devices; null in a plugin, where the host sends MIDI
   * @param store called with each choice of the player, to be stored
   * @param controls takes the OSC messages that do not move inputs; null drops them
   */
  constructor(
    private readonly instrument: Pick<Instrument, 'state' | 'subscribe' | 'onTelemetry' | 'setParameter'>,
    private readonly midi: MidiPorts | null,
    private readonly store: (controllers: StoredControllers) => void = () => undefined,
    private readonly controls: OscControls | null = null,
  ) {
    this.state = {
      midi: {
        available: this.midi !== null && this.midi.reason === null,
        reason: this.midi === null ? 'The host sends MIDI to the plugin.' : this.midi.reason,
        ports: this.midi?.follow() ?? [],
        chosen: null,
        outputs: this.midi?.outputs.follow() ?? [],
        chosenOutput: null,
      },
      osc: { ...OSC_OFF, error: null, addresses: [] },
    };
    this.sent = instrument.state.preset.inputs.map(({ value }) => value);
    this.subscriptions = [
      instrument.subscribe(() => this.sendMoves()),
      instrument.onTelemetry((telemetry) => this.sender?.sendLatents(telemetry)),
    ];
    this.scanTimer = this.state.midi.available
      ? setInterval(() => this.scan(), SCAN_MILLISECONDS).unref()
      : null;
  }

  /** Calls `listener` after each change of `state`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /** @param settings what is left out stays as it was last asked for, whether or not it has been applied yet */
  setOsc(settings: { [K in keyof OscSettings]?: OscSettings[K] | undefined }): Promise<void> {
    // zod leaves `undefined` where a field was left out.
    const given = Object.entries(settings).filter(([, value]) => value !== undefined);
    this.osc = { ...this.osc, ...(Object.fromEntries(given) as Partial<OscSettings>) };
    this.storeChoice();
    return this.applyOsc();
  }

  /** Opens the MIDI device `name` in place of the present one; null closes it. */
  openMidi(name: string | null): void {
    this.midi?.select(name);
    this.scan();
    this.storeChoice();
  }

  /** Chooses the device that feedback is sent to; null for none. */
  openMidiOutput(name: string | null): void {
    this.midi?.outputs.select(name);
    this.scan();
    this.storeChoice();
  }

  /**
   * Opens the devices and the ports that an earlier engine stored. Not to the network: another one may be around by now, and whoever is in it
   * could play. The player switches that on each time.
   */
  async restore({ midi, midiOutput, osc }: StoredControllers): Promise<void> {
    this.midi?.select(midi);
    this.midi?.outputs.select(midiOutput);
    this.scan();
    this.osc = { ...osc, network: false };
    await this.applyOsc();
  }

  /** Closes every port and ends the scans. */
  async close(): Promise<void> {
    for (const end of this.subscriptions) end();
    if (this.scanTimer !== null) clearInterval(this.scanTimer);
    this.midi?.close();
    await this.oscApplied.catch(() => undefined);
    await this.closeOsc();
  }

  private applyOsc(): Promise<void> {
    const settings = this.osc;
    this.oscApplied = this.oscApplied.catch(() => undefined).then(() => this.openOsc(settings));
    return this.oscApplied;
  }

  private async openOsc(settings: OscSettings): Promise<void> {
    await this.closeOsc();
    const { receive, network, receivePort, wekinator, send, sendPort, sendLatents, sendWekinator } = settings;
    let error: string | null = null;
    try {
      if (receive && send && receivePort === sendPort)
        throw new TillerError(
          'argument-invalid',
          `OSC cannot be sent to port ${sendPort}, on which Tiller itself receives.`,
          'Choose another port for one of the two.',
        );
      if (receive)
        this.receiver = await OscReceiver.open(
          { port: receivePort, wekinator, network },
          () => this.instrument.state.preset.inputs,
          (index, value) => this.instrument.setParameter(index, value, 'osc'),
          this.controls,
        );
      if (send)
        this.sender = new OscSender({ port: sendPort, latents: sendLatents, wekinator: sendWekinator });
    } catch (fault) {
      if (!(fault instanceof TillerError)) throw fault;
      error = `${fault.message} ${fault.hint ?? ''}`.trim();
    }
    const isOpen = error === null;
    const addresses = receive && isOpen && network ? networkAddresses() : [];
    this.change({
      osc: { ...settings, receive: receive && isOpen, send: send && isOpen, error, addresses },
    });
  }

  private async closeOsc(): Promise<void> {
    const { receiver, sender } = this;
    this.receiver = null;
    this.sender = null;
    await receiver?.close();
    await sender?.close();
  }

  private scan(): void {
    const { midi } = this.state;
    const ports = this.midi?.follow() ?? [];
    const outputs = this.midi?.outputs.follow() ?? [];
    const chosen = this.midi?.chosen ?? null;
    const chosenOutput = this.midi?.outputs.chosen ?? null;
    const next = { ...midi, ports, chosen, outputs, chosenOutput };
    if (!isDeepStrictEqual(next, midi)) this.change({ midi: next });
  }

  private storeChoice(): void {
    this.store({
      midi: this.midi?.chosen ?? null,
      midiOutput: this.midi?.outputs.chosen ?? null,
      osc: this.osc,
    });
  }

  private sendMoves(): void {
    const { inputs } = this.instrument.state.preset;
    inputs.forEach(({ value }, i) => {
      if (this.sent[i] !== value) this.sender?.input(i, value);
    });
    this.sent = inputs.map(({ value }) => value);
  }

  private change(changed: Partial<PortsState>): void {
    this.state = { ...this.state, ...changed };
    this.events.emit('change');
  }
}
