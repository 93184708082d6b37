import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createSocket, type Socket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PresetStore } from '../../../src/engine/preset/store.js';
import { Ports } from '../../../src/engine/server/ports.js';
import { Bench, documentOf } from './rig.js';

/** An OSC message with one float, by the specification 1.0: address and type tag padded to four, then big-endian. */
function message(address: string, value: number): Buffer {
  const padded = (text: string) =>
    Buffer.from(text.padEnd(4 * Math.floor(text.length / 4) + 4, '\0'), 'latin1');
  const float = Buffer.alloc(4);
  float.writeFloatBE(value);
  return Buffer.concat([padded(address), padded(',f'), float]);
}

async function udp(): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, port: socket.address().port };
}

describe('OSC of the session', () => {
  let bench: Bench;
  let ports: Ports;
  beforeEach(async () => {
    bench = new Bench(new PresetStore(mkdtempSync(join(tmpdir(), 'tiller-ports-')), null));
    await bench.instrument.loadPreset(documentOf(2, 0), 'engine');
    ports = new Ports(bench.instrument, null);
  });
  afterEach(async () => {
    await ports.close();
    await bench.instrument.close();
  });
  const settings = { receive: false, receivePort: 9000, wekinator: false, send: false, sendPort: 9001 };

  it('is off until it is asked for, and moves an input then', async () => {
    expect(ports.state.osc).toEqual({ ...settings, error: null });
    const { socket, port } = await udp();
    const free = await udp();
    free.socket.close();
    await once(free.socket, 'close');
    await ports.setOsc({ ...settings, receive: true, receivePort: free.port });
    expect(ports.state.osc).toMatchObject({ receive: true, error: null });
    const moved = new Promise<void>((resolve) => bench.instrument.subscribe(() => resolve()));
    socket.send(message('/tiller/input/2', 0.25), free.port, '127.0.0.1');
    await moved;
    expect(bench.instrument.state.preset.inputs[1]?.value).toBe(0.25);
    expect(port).not.toBe(free.port);
    socket.close();
  });

  it('sends the inputs that move', async () => {
    const { socket, port } = await udp();
    await ports.setOsc({ ...settings, send: true, sendPort: port });
    bench.instrument.setParameter(0, 0.75, 'page');
    const [packet] = (await once(socket, 'message')) as [Buffer];
    expect(packet.equals(message('/tiller/input/1', 0.75))).toBe(true);
    socket.close();
  });

  it('says that a port is taken, and stays off', async () => {
    const { socket, port } = await udp();
    await ports.setOsc({ ...settings, receive: true, receivePort: port });
    expect(ports.state.osc.receive).toBe(false);
    expect(ports.state.osc.error).toContain(String(port));
    socket.close();
  });
});
