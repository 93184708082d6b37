import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isClockStatus } from '../../protocol/midi-clock.js';

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
}

type Receive = (status: number, data1: number, data2: number) => void;

const ABSENT = 'The optional “@julusian/midi” package is not installed: use the browser’s MIDI, or a host.';
const NO_SYSTEM = 'This machine has no MIDI system: use the browser’s MIDI, or a host.';
/** Without this file, Linux has no MIDI sequencer, and the package would write an error to the terminal. */
const SEQUENCER = '/dev/snd/seq';

/** Loads the package. @throws Error where it is not installed */
const loadPackage = (): MidiPackage => createRequire(import.meta.url)('@julusian/midi') as MidiPackage;
const hasMidiSystem = (): boolean => process.platform !== 'linux' || existsSync(SEQUENCER);

/** ALSA's client and port numbers at the end of a name; they change when a device is plugged in again. */
const ALSA_ADDRESS = / \d+:\d+$/;
const withoutAddress = (name: string): string => name.replace(ALSA_ADDRESS, '');

/** Name in place of a device that was unplugged while the devices were listed. */
const UNPLUGGED = '';

/** MIDI inputs of this machine, through the optional package. Main thread. */
export class MidiPorts {
  /** Why MIDI is not available, as a message for the player; null where it is. */
  readonly reason: string | null;
  /** Name of the chosen device, connected or not; null for none. */
  chosen: string | null = null;
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
    if (!isSystemPresent()) {
      this.reason = NO_SYSTEM;
      return;
    }
    try {
      this.midi = load();
    } catch {
      this.reason = ABSENT;
      return;
    }
    try {
      this.portScanner = new this.midi.Input();
      this.reason = null;
    } catch {
      this.reason = NO_SYSTEM;
    }
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
      const exact = names.indexOf(chosen);
      const reconnected = names.findIndex((name) => withoutAddress(name) === withoutAddress(chosen));
      const port = exact >= 0 ? exact : reconnected;
      if (exact < 0) this.stop();
      if (this.deviceInput === null && port >= 0) this.listen(port, names[port] ?? chosen);
    }
    return names.filter((name) => name !== UNPLUGGED);
  }

  close(): void {
    this.stop();
    this.portScanner?.destroy();
  }

  private names(): string[] {
    const { portScanner } = this;
    if (portScanner === null) return [];
    return Array.from({ length: portScanner.getPortCount() }, (_, port) => {
      try {
        return portScanner.getPortName(port);
      } catch {
        return UNPLUGGED;
      }
    });
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
