import { MidiPorts, type MidiPackage } from '../../../src/engine/inputs/midi-ports.js';

const there = () => true;

/** A package with these devices; the test plays them by `send`, and those in `torn` cannot be opened. */
function fakePackage(devices: string[]) {
  const opened: (number | 'closed')[] = [];
  const torn = new Set<number>();
  const ears = new Set<(deltaSeconds: number, message: number[]) => void>();
  const midi: MidiPackage = {
    Input: class {
      private hear: (deltaSeconds: number, message: number[]) => void = () => undefined;
      private used = false;
      getPortCount = () => devices.length;
      getPortName = (port: number) => {
        if (devices[port] === 'going') throw new TypeError('Internal RtMidi error');
        return devices[port] ?? '';
      };
      openPort = (port: number) => {
        if (this.used) throw new Error('an input is opened twice');
        this.used = true;
        if (torn.has(port)) throw new RangeError('Invalid MIDI port number');
        opened.push(port);
        ears.add(this.hear);
      };
      destroy = () => {
        if (ears.delete(this.hear)) opened.push('closed');
      };
      on = (_event: 'message', hear: typeof this.hear) => {
        this.hear = hear;
      };
    },
  };
  const send = (...message: number[]) => ears.forEach((hear) => hear(0.01, message));
  return { midi, opened, torn, devices, send };
}

describe('MIDI devices of the machine', () => {
  it('are none where the package is not installed, and that is said', () => {
    const ports = new MidiPorts(
      () => undefined,
      () => {
        throw new Error("Cannot find module '@julusian/midi'");
      },
      there,
    );
    expect(ports.reason).toContain('not installed');
    expect(ports.follow()).toEqual([]);
    ports.select('keys');
    expect(ports.chosen).toBe('keys');
    ports.close();
  });

  it('are not asked for where the machine has no MIDI, which would write to the terminal', () => {
    let loaded = 0;
    const ports = new MidiPorts(
      () => undefined,
      () => {
        loaded += 1;
        return fakePackage([]).midi;
      },
      () => false,
    );
    expect(loaded).toBe(0);
    expect(ports.reason).toContain('no MIDI system');
  });

  it('are none where the package cannot open the system', () => {
    const midi: MidiPackage = {
      Input: class {
        constructor() {
          throw new Error('no sequencer');
        }
      } as unknown as MidiPackage['Input'],
    };
    expect(
      new MidiPorts(
        () => undefined,
        () => midi,
        there,
      ).reason,
    ).toContain('no MIDI system');
  });

  it('are opened by name, one at a time, and closed', () => {
    const { midi, opened } = fakePackage(['keys', 'knobs']);
    const ports = new MidiPorts(
      () => undefined,
      () => midi,
      there,
    );
    expect([ports.reason, ports.follow()]).toEqual([null, ['keys', 'knobs']]);
    expect(opened).toEqual([]);
    ports.select('knobs');
    ports.select('keys');
    expect(ports.chosen).toBe('keys');
    ports.follow();
    ports.select(null);
    ports.close();
    expect(opened).toEqual([1, 'closed', 0, 'closed']);
  });

  it('are waited for while they are unplugged, and heard again under ALSA’s next address', () => {
    const { midi, opened, devices } = fakePackage(['keys 20:0', 'knobs 24:0']);
    const ports = new MidiPorts(
      () => undefined,
      () => midi,
      there,
    );
    ports.select('knobs 24:0');
    devices.pop();
    expect(ports.follow()).toEqual(['keys 20:0']);
    expect(ports.chosen).toBe('knobs 24:0');
    expect(opened).toEqual([1, 'closed']);
    devices.unshift('knobs 28:0');
    ports.follow();
    ports.follow();
    expect(ports.chosen).toBe('knobs 28:0');
    expect(opened).toEqual([1, 'closed', 0]);
    devices.push('going');
    expect(ports.follow()).toEqual(['knobs 28:0', 'keys 20:0']);
  });

  it('are waited for where they go between being listed and being opened', () => {
    const { midi, opened, torn } = fakePackage(['keys']);
    torn.add(0);
    const ports = new MidiPorts(
      () => undefined,
      () => midi,
      there,
    );
    ports.select('keys');
    expect([ports.chosen, opened]).toEqual(['keys', []]);
    torn.clear();
    ports.follow();
    expect(opened).toEqual([0]);
  });

  it('pass channel messages on, with data within seven bits, and nothing else', () => {
    const { midi, send } = fakePackage(['keys']);
    const heard: number[][] = [];
    const ports = new MidiPorts(
      (...message) => heard.push(message),
      () => midi,
      there,
    );
    ports.select('keys');
    send(0x90, 60, 100);
    send(0xd3, 64);
    send(0xf8);
    send(0x42, 1, 1);
    send(0xb0, 0x181, 0xff);
    expect(heard).toEqual([
      [0x90, 60, 100],
      [0xd3, 64, 0],
      [0xb0, 1, 127],
    ]);
    ports.close();
  });
});
