import { once } from 'node:events';
import { Server } from 'node-osc';
import { OscSender } from '../../../src/engine/inputs/osc-sender.js';

const OPTIONS = { latents: false, wekinator: false };

/** A sender and a program that receives from it. */
async function connect(options: Partial<typeof OPTIONS> = {}) {
  const server = new Server(0, '127.0.0.1');
  await once(server, 'listening');
  const received: unknown[][] = [];
  let notify: () => void = () => undefined;
  server.on('message', (message: unknown[]) => {
    received.push(message);
    notify();
  });
  const sender = new OscSender({ port: server.port, ...OPTIONS, ...options });
  return {
    sender,
    received,
    count: async (messages: number) => {
      while (received.length < messages) await new Promise<void>((resolve) => (notify = resolve));
    },
    close: async () => {
      await sender.close();
      await server.close();
    },
  };
}

const LATENTS = {
  mapped: Float32Array.of(0.5, -1),
  decoded: Float32Array.of(1, -2.5),
  outputPeakDb: [-6, -Infinity] as [number, number],
};

describe('OscSender', () => {
  it('sends the last of many moves once for each input', async () => {
    const { sender, received, count, close } = await connect();
    for (let i = 0; i <= 100; i++) sender.input(0, i / 100);
    sender.input(3, 0.5);
    await count(2);
    expect(received).toEqual([
      ['/tiller/input/1', 1],
      ['/tiller/input/4', 0.5],
    ]);
    sender.input(0, 0.25);
    await count(3);
    expect(received[2]).toEqual(['/tiller/input/1', 0.25]);
    await close();
  });

  it('sends latents, mapping and level as floats, silence as a number', async () => {
    const { sender, received, count, close } = await connect({ latents: true });
    sender.sendLatents(LATENTS);
    await count(3);
    expect(received).toEqual([
      ['/tiller/latents', 1, -2.5],
      ['/tiller/mapped', 0.5, -1],
      ['/tiller/level', -6, -120],
    ]);
    await close();
  });

  it('does not send the output of a mapping that has not been learned', async () => {
    const { sender, received, count, close } = await connect({ latents: true, wekinator: true });
    sender.sendLatents({ ...LATENTS, mapped: Float32Array.of(NaN, NaN) });
    sender.sendLatents({ ...LATENTS, mapped: new Float32Array(0) });
    sender.sendLatents(LATENTS);
    await count(8);
    expect(received.map(([address]) => address)).toEqual([
      ...['/tiller/latents', '/tiller/level'],
      ...['/tiller/latents', '/tiller/level'],
      ...['/tiller/latents', '/tiller/mapped', '/tiller/level', '/wek/outputs'],
    ]);
    expect(received.at(-1)).toEqual(['/wek/outputs', 0.5, -1]);
    await close();
  });

  it('ignores that no program receives', async () => {
    const { sender, close } = await connect({ latents: true });
    await close();
    const unconnected = new OscSender({ port: 9, latents: true, wekinator: true });
    unconnected.sendLatents(LATENTS);
    await expect(unconnected.close()).resolves.toBeUndefined();
    expect(sender).not.toBe(unconnected);
  });
});
