import fc from 'fast-check';
import { createSocket } from 'node:dgram';
import { promisify } from 'node:util';
import { Bundle, Client, Message } from 'node-osc';
import type { OscControls, OscReply } from '../../../src/engine/inputs/osc-controls.js';
import { OscReceiver } from '../../../src/engine/inputs/osc-receiver.js';
import type { Input } from '../../../src/document/input.js';
import { defaultInput } from '../../../src/document/default-preset.js';

/** A string as defined by OSC 1.0: terminated by a zero and padded to a multiple of four. */
const string = (text: string): Buffer => Buffer.from(text.padEnd(4 * Math.floor(text.length / 4 + 1), '\0'));
const number = (bytes: number, write: (buffer: Buffer) => void): Buffer => {
  const buffer = Buffer.alloc(bytes);
  write(buffer);
  return buffer;
};
const float = (value: number) => number(4, (buffer) => buffer.writeFloatBE(value));
const double = (value: number) => number(8, (buffer) => buffer.writeDoubleBE(value));
const int32 = (value: number) => number(4, (buffer) => buffer.writeInt32BE(value));
const int64 = (value: bigint) => number(8, (buffer) => buffer.writeBigInt64BE(value));
const message = (address: string, tags: string, ...values: Buffer[]): Buffer =>
  Buffer.concat([string(address), string(`,${tags}`), ...values]);
/** Time tag: seconds since 1900 and their 32-bit fraction; 0 and 1 mean immediately. */
const bundle = (seconds: number, fraction: number, ...elements: Buffer[]): Buffer =>
  Buffer.concat([
    string('#bundle'),
    int32(seconds | 0),
    int32(fraction | 0),
    ...elements.flatMap((element) => [int32(element.length), element]),
  ]);

const inputs: Input[] = [
  defaultInput('plain'),
  { ...defaultInput('followed'), source: { kind: 'osc', address: '/fader', argument: 1 }, inverted: true },
];

async function listen(wekinator = false, present = inputs) {
  const moves: [number, number][] = [];
  let notify: () => void = () => undefined;
  const port = await OscReceiver.open(
    { port: 0, wekinator },
    () => present,
    (...move) => {
      moves.push(move);
      notify();
    },
  );
  const client = new Client('127.0.0.1', port.port);
  const moved = async (count: number) => {
    while (moves.length < count) await new Promise<void>((resolve) => (notify = resolve));
    return moves;
  };
  const socket = createSocket('udp4');
  const raw = promisify((bytes: Uint8Array, done: (error: Error | null) => void) =>
    socket.send(bytes, port.port, '127.0.0.1', done),
  );
  const close = async () => {
    socket.close();
    await client.close();
    await port.close();
  };
  return { port, client, raw, moves, moved, close };
}

describe('OscReceiver', () => {
  // Regression: a sensor that sends 0 to 1023 was at its end from 1 on.
  it('follows an address from the low to the high value of its sender', async () => {
    const source = { kind: 'osc', address: '/sensor', argument: 0, low: 1023, high: -1 } as const;
    const { client, moved, close } = await listen(false, [{ ...defaultInput('sensor'), source }]);
    for (const value of [1023, 511, -1, 5000]) await client.send(new Message('/sensor', value));
    expect(await moved(4)).toEqual([
      [0, 0],
      [0, 0.5],
      [0, 1],
      [0, 0],
    ]); // prettier-ignore
    await close();
  });

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

  // A message with a double, a boolean or a 64-bit number was ignored: Processing, openFrameworks, TouchDesigner and
  // python-osc send them.
  it.each([
    ['a float', message('/tiller/input/1', 'f', float(0.25)), 0.25],
    ['a double', message('/tiller/input/1', 'd', double(0.1)), 0.1],
    ['a 32-bit integer', message('/tiller/input/1', 'i', int32(1)), 1],
    ['a 64-bit integer', message('/tiller/input/1', 'h', int64(1n)), 1],
    ['a number as text', message('/tiller/input/1', 's', string(' 2.5e-1')), 0.25],
    ['a float without type tags', Buffer.concat([string('/tiller/input/1'), float(0.25)]), 0.25],
    ['an integer without type tags', Buffer.concat([string('/tiller/input/1'), int32(1)]), 1],
    ['an address pattern', message('/tiller/*/1', 'f', float(0.25)), 0.25],
    ['true', message('/tiller/input/1', 'T'), 1],
    ['false', message('/tiller/input/1', 'F'), 0],
    [
      'a value before arguments of other types',
      message(
        '/tiller/input/1',
        'fsSNIrmcth',
        ...[float(0.5), string('a'), string('b')],
        Buffer.alloc(12),
        int64(0n),
        int64(-1n),
      ),
      0.5,
    ],
    [
      'a bundle with a later time tag, immediately',
      bundle(0xffff_ffff, 7, message('/tiller/input/1', 'f', float(0.75))),
      0.75,
    ],
    [
      'a bundle in a bundle',
      bundle(0, 1, bundle(0, 1), bundle(0, 1, message('/tiller/input/1', 'd', double(0.3)))),
      0.3,
    ],
  ])('receives %s', async (_name, datagram, value) => {
    const { raw, moved, close } = await listen();
    await raw(datagram);
    // A second message, so that the test also ends where the first one is ignored.
    await raw(message('/tiller/input/2', 'f', float(0.5)));
    expect((await moved(1))[0]).toEqual([0, value]);
    await close();
  });

  it('reads the argument that an input’s source names, whatever the types before it', async () => {
    const { raw, moved, close } = await listen();
    await raw(message('/fader', 'sd', string('left'), double(0.25)));
    await raw(message('/fader', '[ff]F', float(1), float(1)));
    expect(await moved(2)).toEqual([
      [1, 0.75],
      [1, 1],
    ]);
    await close();
  });

  it('ignores arguments that are no finite numbers', async () => {
    const { raw, moved, close } = await listen(true);
    for (const datagram of [
      message('/tiller/input/1', 's', string('0.5 or so')),
      message('/tiller/input/1', 's', string('')),
      message('/tiller/input/1', 'N'),
      message('/tiller/input/1', 'f', float(NaN)),
      message('/tiller/input/1', 'd', double(-Infinity)),
      message('/tiller/input/1', ''),
      string('/tiller/input/1'),
      message('/tiller/input/1', '[f]', float(0.5)),
      // An argument that is no number still counts for the positions of the others.
      message('/wek/inputs', 'sf', string('x'), float(0.5)),
    ])
      await raw(datagram);
    expect(await moved(1)).toEqual([[1, 0.5]]);
    await close();
  });

  it('moves every input that an address pattern matches', async () => {
    const { raw, moved, close } = await listen();
    await raw(message('/tiller/input/[1-9]', 'f', float(0.25)));
    await raw(message('/{fader,knob}', 'ff', float(0), float(0.75)));
    expect(await moved(3)).toEqual([
      [0, 0.25],
      [1, 0.25],
      [1, 0.25],
    ]);
    await close();
  });

  it('receives Wekinator’s message only where it is switched on', async () => {
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

  it('ignores malformed datagrams and unknown inputs, and clamps values', async () => {
    const { client, raw, moved, close } = await listen();
    for (const bytes of ['', '/tiller/input/1', '#bundle\0garbage', '\xff\xfe'])
      await raw(Buffer.from(bytes, 'latin1'));
    await client.send(new Message('/tiller/input/99', 0.5));
    await client.send(new Message('/tiller/input/0', 0.5));
    await client.send(new Message('/tiller/input/1', 'loud'));
    await client.send(new Message('/tiller/input/1', 7));
    expect(await moved(1)).toEqual([[0, 1]]);
    await close();
  });

  it('ignores a bundle nested as deeply as a datagram can hold', async () => {
    const { raw, moved, close } = await listen();
    let nested = message('/tiller/input/1', 'f', float(0.25));
    while (nested.length < 65_000) nested = bundle(0, 1, nested);
    await raw(nested);
    await raw(message('/tiller/input/2', 'f', float(1)));
    expect(await moved(1)).toEqual([[1, 1]]);
    await close();
  });

  it('receives a message after any damaged datagram', async () => {
    const { raw, moves, moved, close } = await listen(true);
    const good = [
      message('/tiller/input/1', 'f', float(0.5)),
      message('/wek/inputs', 'dhTb', double(0.5), int64(-1n), int32(3), Buffer.from('abc\0')),
      bundle(1, 2, message('/fader', '[if]s', int32(1), float(2), string('x')), bundle(0, 1)),
    ];
    const damaged = fc
      .tuple(
        fc.constantFrom(...good),
        fc.array(fc.tuple(fc.nat(99), fc.nat(255)), { maxLength: 5 }),
        fc.nat(20),
      )
      .map(([source, changes, cut]) => {
        const bytes = Buffer.from(source.subarray(0, source.length - cut));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        return bytes;
      });
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), async (datagram) => {
        await raw(datagram);
        const mark = (sent += 1) / 1000;
        await raw(message('/tiller/input/2', 'd', double(mark)));
        while (moves.at(-1)?.[1] !== mark) await moved(moves.length + 1);
        for (const [index, value] of moves.splice(0)) {
          expect([0, 1]).toContain(index);
          expect(value >= 0 && value <= 1).toBe(true);
        }
      }),
      { numRuns: 500, seed: 9 },
    );
    await close();
  });

  it('refuses a port that is in use, by another Tiller too', async () => {
    const first = await listen();
    await expect(
      OscReceiver.open(
        { port: first.port.port, wekinator: false },
        () => inputs,
        () => undefined,
      ),
    ).rejects.toMatchObject({ code: 'argument-invalid' });
    await first.close();
  });

  // Thousands of requests in one datagram kept the engine's main thread for seconds.
  it.each([
    ['requests', '/tiller/get', 1000, 1000],
    ['patterns', '/tiller/{get,list}', 400, 900],
    ['patterns that match nothing', '/x/*', 400, 900],
  ])('takes a bounded number of %s of one datagram', async (_what, address, least, most) => {
    let received = 0;
    let notify: () => void = () => undefined;
    const controls = {
      receive: (_: string, __: unknown, reply: OscReply) => {
        received += 1;
        for (let i = 0; i < 10; i += 1) reply('/answer', i);
        notify();
      },
      listening: (present: readonly Input[]) => present,
      noteInput: () => undefined,
    };
    const port = await OscReceiver.open(
      { port: 0, wekinator: false },
      () => inputs,
      () => undefined,
      controls as unknown as OscControls,
    );
    const socket = createSocket('udp4');
    let answers = 0;
    socket.on('message', () => (answers += 1));
    const one = message(address, 's', string('/a'));
    const many = bundle(0, 1, ...Array.from({ length: 1300 }, () => one));
    socket.send(many, port.port, '127.0.0.1');
    while (received === 0) await new Promise<void>((resolve) => (notify = resolve));
    // The datagram is taken at once: what comes after it is a datagram of its own.
    const taken = received;
    expect(taken).toBeGreaterThanOrEqual(least);
    expect(taken).toBeLessThanOrEqual(most);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(received).toBe(taken);
    expect(answers).toBeLessThanOrEqual(2000);
    socket.close();
    await port.close();
  });
});
