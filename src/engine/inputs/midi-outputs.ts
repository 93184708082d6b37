/** The part of the optional `@julusian/midi` package (RtMidi) that is used to send. */
export interface MidiOutputPort {
  getPortCount(): number;
  getPortName(port: number): string;
  openPort(port: number): void;
  destroy(): void;
  sendMessage(message: number[]): void;
}

/** ALSA's client and port numbers at the end of a name; they change when a device is plugged in again. */
const ALSA_ADDRESS = / \d+:\d+$/;
const withoutAddress = (name: string): string => name.replace(ALSA_ADDRESS, '');

/** Name in place of a device that was unplugged while the devices were listed. */
export const UNPLUGGED = '';

/** The names of all ports, by port. */
export function portNames(scanner: Pick<MidiOutputPort, 'getPortCount' | 'getPortName'>): string[] {
  return Array.from({ length: scanner.getPortCount() }, (_, port) => {
    try {
      return scanner.getPortName(port);
    } catch {
      return UNPLUGGED;
    }
  });
}

/** The port of a device by its name, or by its name without its address where it has been plugged in again; −1 where it is not there. */
export function portNamed(names: readonly string[], chosen: string): { port: number; isExact: boolean } {
  const exact = names.indexOf(chosen);
  const port =
    exact >= 0 ? exact : names.findIndex((name) => withoutAddress(name) === withoutAddress(chosen));
  return { port, isExact: exact >= 0 };
}

/** The MIDI device of this machine that feedback is sent to. Main thread. */
export class MidiOutputs {
  /** Name of the chosen device, connected or not; null for none. */
  chosen: string | null = null;
  /** Called when the chosen device has been connected: nothing has been sent to it yet. */
  onOpen: () => void = () => undefined;
  /** Lists the ports; is never opened. */
  private readonly scanner: MidiOutputPort | null;
  private device: MidiOutputPort | null = null;

  /** @param Output null where there is no MIDI */
  constructor(private readonly Output: (new () => MidiOutputPort) | null) {
    this.scanner = Output === null ? null : new Output();
  }

  /** Chooses the device; it is opened as soon as it is connected. @param name as listed by `follow`; null for none */
  select(name: string | null): void {
    this.stop();
    this.chosen = name;
    this.follow();
  }

  /** Scans the ports: opens the chosen device where it has been connected. @returns names of the connected devices */
  follow(): string[] {
    const names = this.scanner === null ? [] : portNames(this.scanner);
    if (this.chosen !== null) {
      const { port, isExact } = portNamed(names, this.chosen);
      if (!isExact) this.stop();
      if (this.device === null && port >= 0) this.open(port, names[port] ?? this.chosen);
    }
    return names.filter((name) => name !== UNPLUGGED);
  }

  /** Sends a channel message; nothing where no device is open. */
  send(message: readonly number[]): void {
    try {
      this.device?.sendMessage([...message]);
    } catch {
      // Unplugged: the next scan opens it again.
      this.stop();
    }
  }

  /** Closes the device. */
  close(): void {
    this.stop();
    this.scanner?.destroy();
  }

  private open(port: number, name: string): void {
    if (this.Output === null) return;
    const device = new this.Output();
    try {
      device.openPort(port);
    } catch {
      // Unplugged since the ports were listed: the next scan tries again.
      device.destroy();
      return;
    }
    this.device = device;
    this.chosen = name;
    this.onOpen();
  }

  private stop(): void {
    this.device?.destroy();
    this.device = null;
  }
}
