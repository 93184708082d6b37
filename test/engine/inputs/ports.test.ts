import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createSocket, type Socket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { OSC_OFF } from '../../../src/protocol/interface.js';
import { type StoredControllers, Ports } from '../../../src/engine/inputs/ports.js';
import { Bench, documentOf } from '../http/rig.js';

/** An OSC message with one float, by the specification 1.0: address and type tag padded to four, then big-endian. */
function message(address: string, value: number): Buffer {
  const padded = (text: string) =>
    Buffer.from(text.padEnd(4 * Math.floor(text.length / 4) + 4, '\0'), 'latin1');
  const float = Buffer.alloc(4);
  float.writeFloatBE(value);
  return Buffer.concat([padded(address), padded(',f'), float]);
}

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

async function udp(): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'listening');
  return { socket, port: socket.address().port };
}

async function freePort(): Promise<number> {
  const { socket, port } = await udp();
  sockets.pop();
  socket.close();
  await once(socket, 'close');
  return port;
}

describe('OSC of the session', () => {
  let bench: Bench;
  let ports: Ports;
  beforeEach(async () => {
    bench = new Bench(new PresetStore(mkdtempSync(join(tmpdir(), 'tiller-ports-')), null));
    await bench.instrument.files.load(documentOf(2, 0), 'engine');
    ports = new Ports(bench.instrument, null);
  });
  afterEach(async () => {
    await ports.close();
    await bench.instrument.close();
  });
  const settings = OSC_OFF;

  it('is off until it is switched on, and then moves an input', async () => {
    expect(ports.state.osc).toEqual({ ...settings, error: null, addresses: [] });
    const { socket, port } = await udp();
    const free = await freePort();
    await ports.setOsc({ ...settings, receive: true, receivePort: free });
    expect(ports.state.osc).toMatchObject({ receive: true, error: null });
    const moved = new Promise<void>((resolve) => bench.instrument.subscribe(() => resolve()));
    socket.send(message('/tiller/input/2', 0.25), free, '127.0.0.1');
    await moved;
    expect(bench.instrument.state.preset.inputs[1]?.value).toBe(0.25);
    expect(port).not.toBe(free);
  });

  it('sends the inputs that move', async () => {
    const { socket, port } = await udp();
    await ports.setOsc({ ...settings, send: true, sendPort: port });
    bench.instrument.setParameter(0, 0.75, 'page');
    const [packet] = (await once(socket, 'message')) as [Buffer];
    expect(packet.equals(message('/tiller/input/1', 0.75))).toBe(true);
  });

  it('sends latents and Wekinator’s outputs only where they are switched on', async () => {
    const { socket, port } = await udp();
    const addresses: string[] = [];
    socket.on('message', (packet) => addresses.push(packet.toString('latin1').split('\0', 1)[0] ?? ''));
    await ports.setOsc({ ...settings, send: true, sendPort: port });
    bench.sound([0.5, 0.5]);
    bench.instrument.setParameter(0, 0.25, 'page');
    await once(socket, 'message');
    expect(addresses).toEqual(['/tiller/input/1']);
    await ports.setOsc({ ...settings, send: true, sendPort: port, sendLatents: true, sendWekinator: true });
    bench.sound([0.5, 0.5]);
    while (addresses.length < 5) await once(socket, 'message');
    expect(addresses.slice(1)).toEqual([
      '/tiller/latents',
      '/tiller/mapped',
      '/tiller/level',
      '/wek/outputs',
    ]);
  });

  it('refuses to send to its own port, and applies settings in turn', async () => {
    const port = await freePort();
    await ports.setOsc({ ...settings, receive: true, receivePort: port, send: true, sendPort: port });
    expect(ports.state.osc).toMatchObject({ receive: false, send: false });
    expect(ports.state.osc.error).toContain('on which Tiller itself receives');
    const on = { ...settings, receive: true, receivePort: port };
    await Promise.all([ports.setOsc(on), ports.setOsc(on), ports.setOsc(on)]);
    expect(ports.state.osc).toMatchObject({ receive: true, error: null });
  });

  // Each change sent all settings as the page knew them: of two in quick succession, the second undid the first.
  it('keeps a setting that was changed just before another one', async () => {
    await Promise.all([ports.setOsc({ wekinator: true }), ports.setOsc({ sendLatents: true })]);
    expect(ports.state.osc).toMatchObject({ wekinator: true, sendLatents: true });
    await ports.setOsc(settings);
  });

  it('reports that a port is in use, and stays off', async () => {
    const { port } = await udp();
    await ports.setOsc({ ...settings, receive: true, receivePort: port });
    expect(ports.state.osc.receive).toBe(false);
    expect(ports.state.osc.error).toContain(String(port));
  });

  it('stores the player’s settings, and restores them', async () => {
    const stored: StoredControllers[] = [];
    const { socket, port } = await udp();
    const first = new Ports(bench.instrument, null, (controllers) => stored.push(controllers));
    await first.setOsc({ ...settings, receive: true, receivePort: port });
    expect(first.state.osc.receive).toBe(false);
    await first.close();
    expect(stored).toEqual([
      { midi: null, midiOutput: null, osc: { ...settings, receive: true, receivePort: port } },
    ]);
    socket.close();
    sockets.length = 0;
    await once(socket, 'close');
    const next = new Ports(bench.instrument, null, (controllers) => stored.push(controllers));
    for (const controllers of stored) await next.restore(controllers);
    expect(next.state.osc).toMatchObject({ receive: true, receivePort: port, error: null });
    expect(stored).toHaveLength(1);
    await next.close();
  });

  // A machine that was taken to another network could be played by anybody in it.
  it('receives from this machine alone after a start, whatever was stored', async () => {
    const { socket, port } = await udp();
    socket.close();
    sockets.length = 0;
    await once(socket, 'close');
    const next = new Ports(bench.instrument, null);
    const osc = { ...settings, receive: true, network: true, receivePort: port };
    await next.restore({ midi: null, midiOutput: null, osc });
    expect(next.state.osc).toMatchObject({ receive: true, network: false, addresses: [] });
    await next.setOsc({ network: true });
    expect(next.state.osc).toMatchObject({ receive: true, network: true, error: null });
    await next.close();
  });
});
