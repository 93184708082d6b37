import { createSocket } from 'node:dgram';
import { Bundle, Client, Message } from 'node-osc';
import { OscReceiver } from '../../../src/engine/performance/osc.js';
import type { Input } from '../../../src/engine/performance/schema.js';
import { defaultInput } from '../../../src/engine/preset/defaults.js';

const inputs: Input[] = [
  defaultInput('plain'),
  { ...defaultInput('followed'), source: { kind: 'osc', address: '/fader', argument: 1 }, inverted: true },
];

async function listen(wekinator = false) {
  const moves: [number, number][] = [];
  let wake: () => void = () => undefined;
  const port = await OscReceiver.open(
    { port: 0, wekinator },
    () => inputs,
    (...move) => {
      moves.push(move);
      wake();
    },
  );
  const client = new Client('127.0.0.1', port.port);
  const moved = async (count: number) => {
    while (moves.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return moves;
  };
  const close = async () => {
    await client.close();
    await port.close();
  };
  return { port, client, moved, close };
}

describe('OscReceiver', () => {
  it('moves inputs by number and by their own address', async () => {
    const { client, moved, close } = await listen();
    await client.send(new Message('/tiller/input/1', 0.25));
    await client.send(new Message('/fader', 0.9, 0.25));
    expect(await moved(2)).toEqual([
      [0, 0.25],
      [1, 0.75],
    ]);
    await close();
  });

  it('unpacks bundles', async () => {
    const { client, moved, close } = await listen();
    await client.send(new Bundle(['/tiller/input/1', 0.5], ['/tiller/input/2', 1]));
    expect(await moved(2)).toEqual([
      [0, 0.5],
      [1, 1],
    ]);
    await close();
  });

  it('takes Wekinator’s message only when asked to', async () => {
    const off = await listen(false);
    await off.client.send(new Message('/wek/inputs', 0.5, 0.75));
    await off.client.send(new Message('/tiller/input/1', 1));
    expect(await off.moved(1)).toEqual([[0, 1]]);
    await off.close();
    const on = await listen(true);
    await on.client.send(new Message('/wek/inputs', 0.5, 0.75, 0.1));
    expect(await on.moved(2)).toEqual([
      [0, 0.5],
      [1, 0.75],
    ]);
    await on.close();
  });

  it('survives garbage, unknown inputs and values out of bounds', async () => {
    const { port, client, moved, close } = await listen();
    const socket = createSocket('udp4');
    for (const bytes of ['', '/tiller/input/1', '#bundle\0garbage', '\xff\xfe'])
      await new Promise((resolve) =>
        socket.send(Buffer.from(bytes, 'latin1'), port.port, '127.0.0.1', resolve),
      );
    socket.close();
    await client.send(new Message('/tiller/input/99', 0.5));
    await client.send(new Message('/tiller/input/0', 0.5));
    await client.send(new Message('/tiller/input/1', 'loud'));
    await client.send(new Message('/tiller/input/1', 7));
    expect(await moved(1)).toEqual([[0, 1]]);
    await close();
  });

  it('says when its port is taken', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    await expect(
      OscReceiver.open(
        { port: socket.address().port, wekinator: false },
        () => inputs,
        () => undefined,
      ),
    ).rejects.toMatchObject({ code: 'argument-invalid' });
    socket.close();
  });
});
