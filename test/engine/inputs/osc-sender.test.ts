import { once } from 'node:events';
import { Server } from 'node-osc';
import { OscSender } from '../../../src/engine/inputs/osc-sender.js';

const OPTIONS = { latents: false, wekinator: false };

/** A program that listens: what it heard, decoded. */
async function listener(options: Partial<typeof OPTIONS> = {}) {
  const server = new Server(0, '127.0.0.1');
  await once(server, 'listening');
  const heard: unknown[][] = [];
  let wake: () => void = () => undefined;
  server.on('message', (message: unknown[]) => {
    heard.push(message);
    wake();
  });
  const sender = new OscSender({ port: server.port, ...OPTIONS, ...options });
  return {
    sender,
    heard,
    count: async (messages: number) => {
      while (heard.length < messages) await new Promise<void>((resolve) => (wake = resolve));
    },
    close: async () => {
      await sender.close();
      await server.close();
    },
  };
}

const SOUND = {
  mapped: Float32Array.of(0.5, -1),
  decoded: Float32Array.of(1, -2.5),
  outputPeakDb: [-6, -Infinity] as [number, number],
};

describe('OscSender', () => {
  it('sends the last of many moves, each input once', async () => {
    const { sender, heard, count, close } = await listener();
    for (let i = 0; i <= 100; i++) sender.input(0, i / 100);
    sender.input(3, 0.5);
    await count(2);
    expect(heard).toEqual([
      ['/tiller/input/1', 1],
      ['/tiller/input/4', 0.5],
    ]);
    sender.input(0, 0.25);
    await count(3);
    expect(heard[2]).toEqual(['/tiller/input/1', 0.25]);
    await close();
  });

  it('sends latents, mapping and level as floats, silence as a number', async () => {
    const { sender, heard, count, close } = await listener({ latents: true });
    sender.sounding(SOUND);
    await count(3);
    expect(heard).toEqual([
      ['/tiller/latents', 1, -2.5],
      ['/tiller/mapped', 0.5, -1],
      ['/tiller/level', -6, -120],
    ]);
    await close();
  });

  it('sends nothing of a mapping that has learned nothing', async () => {
    const { sender, heard, count, close } = await listener({ latents: true, wekinator: true });
    sender.sounding({ ...SOUND, mapped: Float32Array.of(NaN, NaN) });
    sender.sounding({ ...SOUND, mapped: new Float32Array(0) });
    sender.sounding(SOUND);
    await count(8);
    expect(heard.map(([address]) => address)).toEqual([
      ...['/tiller/latents', '/tiller/level'],
      ...['/tiller/latents', '/tiller/level'],
      ...['/tiller/latents', '/tiller/mapped', '/tiller/level', '/wek/outputs'],
    ]);
    expect(heard.at(-1)).toEqual(['/wek/outputs', 0.5, -1]);
    await close();
  });

  it('is no loss to anybody where nobody listens', async () => {
    const { sender, close } = await listener({ latents: true });
    await close();
    const deaf = new OscSender({ port: 9, latents: true, wekinator: true });
    deaf.sounding(SOUND);
    await expect(deaf.close()).resolves.toBeUndefined();
    expect(sender).not.toBe(deaf);
  });
});
