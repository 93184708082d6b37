import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What is used of the optional `@julusian/midi` package (RtMidi). */
interface MidiInput {
  getPortCount(): number;
  getPortName(port: number): string;
  openPort(port: number): void;
  destroy(): void;
  on(event: 'message', listener: (deltaSeconds: number, message: number[]) => void): void;
}
export interface MidiPackage {
  Input: new () => MidiInput;
}

type Receive = (status: number, data1: number, data2: number) => void;

const ABSENT = 'The optional “@julusian/midi” package is not installed: use the browser’s MIDI, or a host.';
const NO_SYSTEM = 'This machine has no MIDI system: use the browser’s MIDI, or a host.';
/** Linux without it has no MIDI; asking the package all the same writes to the terminal. */
const SEQUENCER = '/dev/snd/seq';

/** Loads the package. @throws where it is not installed */
const loadPackage = (): MidiPackage => createRequire(import.meta.url)('@julusian/midi') as MidiPackage;
const hasMidiSystem = (): boolean => process.platform !== 'linux' || existsSync(SEQUENCER);

/** ALSA's client and port at the end of a name: others when the same device is plugged in again. */
const ALSA_ADDRESS = / \d+:\d+$/;
const withoutAddress = (name: string): string => name.replace(ALSA_ADDRESS, '');

/** Stands for a device that went while the devices were listed. */
const GONE = '';

/** MIDI devices of this machine, where the optional package works; otherwise `reason` says why not. Main thread. */
export class MidiPorts {
  readonly reason: string | null;
  /** The device that is listened to, or waited for while it is not there. */
  chosen: string | null = null;
  private readonly midi: MidiPackage | null = null;
  /** Opens nothing, only looks. */
  private readonly lookout: MidiInput | null = null;
  /**
   * The open device. Each has an input of its own: one that is opened again in the moment it was closed would be
   * closed once more when the package's callback ends.
   */
  private ear: MidiInput | null = null;

  constructor(
    private readonly receive: Receive,
    load = loadPackage,
    systemThere = hasMidiSystem,
  ) {
    if (!systemThere()) {
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
      this.lookout = new this.midi.Input();
      this.reason = null;
    } catch {
      this.reason = NO_SYSTEM;
    }
  }

  /** Listens to the device of this name as soon as it is there, or to none. */
  select(name: string | null): void {
    this.stop();
    this.chosen = name;
    this.follow();
  }

  /** The devices that are there now. The chosen one is opened when it has come and let go of when it has gone. */
  follow(): string[] {
    const names = this.names();
    const { chosen } = this;
    if (chosen !== null) {
      const exact = names.indexOf(chosen);
      const again = names.findIndex((name) => withoutAddress(name) === withoutAddress(chosen));
      const port = exact >= 0 ? exact : again;
      if (exact < 0) this.stop();
      if (this.ear === null && port >= 0) this.listen(port, names[port] ?? chosen);
    }
    return names.filter((name) => name !== GONE);
  }

  close(): void {
    this.stop();
    this.lookout?.destroy();
  }

  private names(): string[] {
    const { lookout } = this;
    if (lookout === null) return [];
    return Array.from({ length: lookout.getPortCount() }, (_, port) => {
      try {
        return lookout.getPortName(port);
      } catch {
        return GONE;
      }
    });
  }

  private listen(port: number, name: string): void {
    if (this.midi === null) return;
    const ear = new this.midi.Input();
    ear.on('message', (_delta, [status = 0, data1 = 0, data2 = 0]) => {
      if (status >= 0x80 && status < 0xf0) this.receive(status, data1 & 0x7f, data2 & 0x7f);
    });
    try {
      ear.openPort(port);
    } catch {
      // Gone since the devices were listed: waited for like any other that is not there.
      ear.destroy();
      return;
    }
    this.ear = ear;
    this.chosen = name;
  }

  private stop(): void {
    this.ear?.destroy();
    this.ear = null;
  }
}
