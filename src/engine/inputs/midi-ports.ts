import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isClockStatus } from '../../protocol/midi-clock.js';
import { MidiOutputs, UNPLUGGED, portNamed, portNames, type MidiOutputPort } from './midi-outputs.js';

/** The part of the optional `@julusian/midi` package (RtMidi) that is used. */
interface MidiInput {
  getPortCount(): number;
  getPortName(port: number): string;
  openPort(port: number): void;
  destroy(): void;
  ignoreTypes(sysex: boolean, timing: boolean, activeSensing: boolean): void;
  on(event: 'message', listener: (deltaSeconds: number, message: number[]) => void): void;
}
export interface MidiPackage {
  Input: new () => MidiInput;
  Output: new () => MidiOutputPort;
}

type Receive = (status: number, data1: number, data2: number) => void;

const ABSENT = 'The optional “@julusian/midi” package is not installed: use the browser’s MIDI, or a host.';
const NO_SYSTEM = 'This machine has no MIDI system: use the browser’s MIDI, or a host.';
/** Without this file, Linux has no MIDI sequencer, and the package would write an error to the terminal. */
const SEQUENCER = '/dev/snd/seq';

/** Loads the package. @throws Error where it is not installed */
const loadPackage = (): MidiPackage => createRequire(import.meta.url)('@julusian/midi') as MidiPackage;
const hasMidiSystem = (): boolean => process.platform !== 'linux' || existsSync(SEQUENCER);

/** MIDI inputs of this machine, through the optional package. Main thread. */
export class MidiPorts {
  /** Why MIDI is not available, as a message for the player; null where it is. */
  readonly reason: string | null;
  /** Name of the chosen device, connected or not; null for none. */
  chosen: string | null = null;
  /** Where feedback is sent to. */
  readonly outputs: MidiOutputs;
  private readonly midi: MidiPackage | null = null;
  /** Lists the ports; is never opened. */
  private readonly portScanner: MidiInput | null = null;
  /**
   * The open device. A new object for each: the package closes an object once more at the end of the callback in which
   * it was closed, even if it was opened again in between.
   */
  private deviceInput: MidiInput | null = null;

  constructor(
    /** Called with each channel message and each message of a MIDI clock (`MIDI_CLOCK`): status byte, data bytes 0..127. */
    private readonly receive: Receive,
    load = loadPackage,
    isSystemPresent = hasMidiSystem,
  ) {
    let reason: string | null = null;
    let outputs = new MidiOutputs(null);
    try {
      if (!isSystemPresent()) reason = NO_SYSTEM;
      else this.midi = load();
    } catch {
      reason = ABSENT;
    }
    if (this.midi !== null)
      try {
        this.portScanner = new this.midi.Input();
        outputs = new MidiOutputs(this.midi.Output);
      } catch {
        reason = NO_SYSTEM;
      }
    this.reason = reason;
    this.outputs = outputs;
  }

  /**
   * Chooses the device to receive from; it is opened as soon as it is connected.
   * @param name as listed by `follow`; null for none
   */
  select(name: string | null): void {
    this.stop();
    this.chosen = name;
    this.follow();
  }

  /**
   * Scans the ports: opens the chosen device where it has been connected and closes it where it has been unplugged.
   * @returns names of the connected devices
   */
  follow(): string[] {
    const names = this.names();
    const { chosen } = this;
    if (chosen !== null) {
      const { port, isExact } = portNamed(names, chosen);
      if (!isExact) this.stop();
      if (this.deviceInput === null && port >= 0) this.listen(port, names[port] ?? chosen);
    }
    return names.filter((name) => name !== UNPLUGGED);
  }

  /** Closes the device and ends the scans. */
  close(): void {
    this.stop();
    this.outputs.close();
    this.portScanner?.destroy();
  }

  private names(): string[] {
    return this.portScanner === null ? [] : portNames(this.portScanner);
  }

  private listen(port: number, name: string): void {
    if (this.midi === null) return;
    const deviceInput = new this.midi.Input();
    // Clocks are received; system exclusive and active sensing are not.
    deviceInput.ignoreTypes(true, false, true);
    deviceInput.on('message', (_delta, [status = 0, data1 = 0, data2 = 0]) => {
      const isChannelMessage = status >= 0x80 && status < 0xf0;
      if (isChannelMessage || isClockStatus(status)) this.receive(status, data1 & 0x7f, data2 & 0x7f);
    });
    try {
      deviceInput.openPort(port);
    } catch {
      // Unplugged since the ports were listed: the next scan tries again.
      deviceInput.destroy();
      return;
    }
    this.deviceInput = deviceInput;
    this.chosen = name;
  }

  private stop(): void {
    this.deviceInput?.destroy();
    this.deviceInput = null;
  }
}
