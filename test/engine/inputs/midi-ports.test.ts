import { MidiPorts, type MidiPackage } from '../../../src/engine/inputs/midi-ports.js';

const isPresent = () => true;

/** A fake package with these devices. `send` sends a message from every open one; those in `failing` cannot be opened. */
function fakePackage(devices: string[]) {
  const opened: (number | 'closed')[] = [];
  const failing = new Set<number>();
  const sent: (number | string)[][] = [];
  const listeners = new Set<(deltaSeconds: number, message: number[]) => void>();
  const midi: MidiPackage = {
    Input: class {
      private listener: (deltaSeconds: number, message: number[]) => void = () => undefined;
      private used = false;
      private hearsClocks = false;
      private open: typeof this.listener | null = null;
      getPortCount = () => devices.length;
      getPortName = (port: number) => {
        if (devices[port] === 'unplugged') throw new TypeError('Internal RtMidi error');
        return devices[port] ?? '';
      };
      openPort = (port: number) => {
        if (this.used) throw new Error('an input is opened twice');
        this.used = true;
        if (failing.has(port)) throw new RangeError('Invalid MIDI port number');
        opened.push(port);
        const { listener, hearsClocks } = this;
        this.open = (delta, message) => {
          if (hearsClocks || message[0] !== 0xf8) listener(delta, message);
        };
        listeners.add(this.open);
      };
      ignoreTypes = (_sysex: boolean, timing: boolean) => {
        this.hearsClocks = !timing;
      };
      destroy = () => {
        if (this.open !== null && listeners.delete(this.open)) opened.push('closed');
      };
      on = (_event: 'message', listener: typeof this.listener) => {
        this.listener = listener;
      };
    },
    Output: class {
      private port: number | null = null;
      getPortCount = () => devices.length;
      getPortName = (port: number) => devices[port] ?? '';
      openPort = (port: number) => {
        if (failing.has(port)) throw new RangeError('Invalid MIDI port number');
        this.port = port;
      };
      destroy = () => (this.port = null);
      sendMessage = (message: number[]) => {
        if (this.port === null || devices[this.port] === 'unplugged') throw new Error('no such port');
        sent.push([devices[this.port] ?? '', ...message]);
      };
    },
  };
  const send = (...message: number[]) => listeners.forEach((listener) => listener(0.01, message));
  return { midi, opened, failing, devices, send, sent };
}

describe('MidiPorts', () => {
  it('gives the reason where the package is not installed', () => {
    const ports = new MidiPorts(
      () => undefined,
      () => {
        throw new Error("Cannot find module '@julusian/midi'");
      },
      isPresent,
    );
    expect(ports.reason).toContain('not installed');
    expect(ports.follow()).toEqual([]);
    ports.select('keys');
    expect(ports.chosen).toBe('keys');
    ports.close();
  });

  it('does not load the package on a machine without MIDI, where it would write to the terminal', () => {
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

  it('gives the reason where the package cannot open the MIDI system', () => {
    const midi: MidiPackage = {
      Input: class {
        constructor() {
          throw new Error('no sequencer');
        }
      } as unknown as MidiPackage['Input'],
      Output: fakePackage([]).midi.Output,
    };
    expect(
      new MidiPorts(
        () => undefined,
        () => midi,
        isPresent,
      ).reason,
    ).toContain('no MIDI system');
  });

  it('sends to the chosen output, again after it was plugged in under another address', () => {
    const { midi, devices, failing, sent } = fakePackage(['keys 20:0', 'faders 24:0']);
    const ports = new MidiPorts(
      () => undefined,
      () => midi,
      isPresent,
    );
    let opened = 0;
    ports.outputs.onOpen = () => (opened += 1);
    ports.outputs.send([0xb0, 7, 1]);
    failing.add(1);
    ports.outputs.select('faders 24:0');
    ports.outputs.send([0xb0, 7, 2]);
    failing.clear();
    expect(ports.outputs.follow()).toEqual(['keys 20:0', 'faders 24:0']);
    ports.outputs.send([0xb0, 7, 3]);
    devices[1] = 'unplugged';
    ports.outputs.send([0xb0, 7, 4]);
    ports.outputs.follow();
    devices[1] = 'faders 32:0';
    ports.outputs.follow();
    ports.outputs.send([0xb0, 7, 5]);
    expect(sent).toEqual([
      ['faders 24:0', 0xb0, 7, 3],
      ['faders 32:0', 0xb0, 7, 5],
    ]);
    expect([opened, ports.outputs.chosen]).toEqual([2, 'faders 32:0']);
    ports.close();
  });

  it('opens devices by name, one at a time, and closes them', () => {
    const { midi, opened } = fakePackage(['keys', 'knobs']);
    const ports = new MidiPorts(
      () => undefined,
      () => midi,
      isPresent,
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

  it('opens a device again that was unplugged, also where ALSA gives it another address', () => {
    const { midi, opened, devices } = fakePackage(['keys 20:0', 'knobs 24:0']);
    const ports = new MidiPorts(
      () => undefined,
      () => midi,
      isPresent,
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
    devices.push('unplugged');
    expect(ports.follow()).toEqual(['knobs 28:0', 'keys 20:0']);
  });

  it('opens a device later that was unplugged between listing and opening', () => {
    const { midi, opened, failing } = fakePackage(['keys']);
    failing.add(0);
    const ports = new MidiPorts(
      () => undefined,
      () => midi,
      isPresent,
    );
    ports.select('keys');
    expect([ports.chosen, opened]).toEqual(['keys', []]);
    failing.clear();
    ports.follow();
    expect(opened).toEqual([0]);
  });

  it('passes on channel and clock messages only, with data limited to seven bits', () => {
    const { midi, send } = fakePackage(['keys']);
    const received: number[][] = [];
    const ports = new MidiPorts(
      (...message) => received.push(message),
      () => midi,
      isPresent,
    );
    ports.select('keys');
    send(0x90, 60, 100);
    send(0xd3, 64);
    send(0xf8);
    send(0xf2, 1, 1);
    send(0x42, 1, 1);
    send(0xb0, 0x181, 0xff);
    expect(received).toEqual([
      [0x90, 60, 100],
      [0xd3, 64, 0],
      [0xf8, 0, 0],
      [0xb0, 1, 127],
    ]);
    ports.close();
  });
});
