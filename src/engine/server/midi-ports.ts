import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What is used of the optional `midi` package (RtMidi). */
interface MidiInput {
  getPortCount(): number;
  getPortName(port: number): string;
  openPort(port: number): void;
  closePort(): void;
  on(event: 'message', listener: (deltaSeconds: number, message: number[]) => void): void;
}
export interface MidiPackage {
  Input: new () => MidiInput;
}

type Receive = (status: number, data1: number, data2: number) => void;

const ABSENT = 'The optional “midi” package is not installed: use the browser’s MIDI, or a host.';
const NO_SYSTEM = 'This machine has no MIDI system: use the browser’s MIDI, or a host.';
/** Linux without it has no MIDI; asking the package all the same writes to the terminal. */
const SEQUENCER = '/dev/snd/seq';

/** Loads the package. @throws where it is not installed */
const loadPackage = (): MidiPackage => createRequire(import.meta.url)('midi') as MidiPackage;
const hasMidiSystem = (): boolean => process.platform !== 'linux' || existsSync(SEQUENCER);

/** MIDI devices of this machine, where the optional `midi` package works; otherwise `reason` says why not. */
export class MidiPorts {
  readonly reason: string | null;
  open: string | null = null;
  private readonly input: MidiInput | null;

  constructor(receive: Receive, load = loadPackage, systemThere = hasMidiSystem) {
    const opened = openPackage(load, systemThere);
    this.reason = typeof opened === 'string' ? opened : null;
    this.input = typeof opened === 'string' ? null : opened;
    this.input?.on('message', (_delta, [status = 0, data1 = 0, data2 = 0]) => {
      if (status >= 0x80 && status < 0xf0) receive(status, data1 & 0x7f, data2 & 0x7f);
    });
  }

  names(): string[] {
    const { input } = this;
    if (input === null) return [];
    return Array.from({ length: input.getPortCount() }, (_, port) => input.getPortName(port));
  }

  /** Listens to the device of this name, or to none. A device that is gone leaves none open. */
  select(name: string | null): void {
    if (this.open !== null) this.input?.closePort();
    this.open = null;
    if (name === null) return;
    const port = this.names().indexOf(name);
    if (port < 0) return;
    this.input?.openPort(port);
    this.open = name;
  }

  close(): void {
    this.select(null);
  }
}

/** The package's input, or why there is none. */
function openPackage(load: () => MidiPackage, systemThere: () => boolean): MidiInput | string {
  if (!systemThere()) return NO_SYSTEM;
  let midi: MidiPackage;
  try {
    midi = load();
  } catch {
    return ABSENT;
  }
  try {
    return new midi.Input();
  } catch {
    return NO_SYSTEM;
  }
}
