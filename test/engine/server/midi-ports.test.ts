import { MidiPorts, type MidiPackage } from '../../../src/engine/server/midi-ports.js';

const there = () => true;

/** A package with these devices; the test plays them by `send`. */
function fakePackage(devices: string[]) {
  const opened: (number | 'closed')[] = [];
  let listener: (deltaSeconds: number, message: number[]) => void = () => undefined;
  const midi: MidiPackage = {
    Input: class {
      getPortCount = () => devices.length;
      getPortName = (port: number) => devices[port] ?? '';
      openPort = (port: number) => void opened.push(port);
      closePort = () => void opened.push('closed');
      on = (_event: 'message', hear: typeof listener) => {
        listener = hear;
      };
    },
  };
  return { midi, opened, devices, send: (...message: number[]) => listener(0.01, message) };
}

describe('MIDI devices of the machine', () => {
  it('are none where the package is not installed, and that is said', () => {
    const ports = new MidiPorts(
      () => undefined,
      () => {
        throw new Error("Cannot find module 'midi'");
      },
      there,
    );
    expect(ports.reason).toContain('not installed');
    expect(ports.names()).toEqual([]);
    ports.select('keys');
    expect(ports.open).toBeNull();
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
    const { midi, opened, devices } = fakePackage(['keys', 'knobs']);
    const ports = new MidiPorts(
      () => undefined,
      () => midi,
      there,
    );
    expect([ports.reason, ports.names()]).toEqual([null, ['keys', 'knobs']]);
    expect(opened).toEqual([]);
    ports.select('knobs');
    ports.select('keys');
    expect(ports.open).toBe('keys');
    devices.length = 0;
    ports.select('knobs');
    expect(ports.open).toBeNull();
    ports.close();
    expect(opened).toEqual([1, 'closed', 0, 'closed']);
  });

  it('pass channel messages on, with data within seven bits, and nothing else', () => {
    const { midi, send } = fakePackage(['keys']);
    const heard: number[][] = [];
    const ports = new MidiPorts(
      (...message) => heard.push(message),
      () => midi,
      there,
    );
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
