import { jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { FromPlugin } from '../../../src/engine/host/pipe-link.js';
import { PipeLink } from '../../../src/engine/host/pipe-link.js';
import type { StreamReport } from '../../../src/engine/stream/messages.js';

const worker = new URL('./answering-worker.mjs', import.meta.url);
/** Links of the present test: closed after it, whatever its result. */
const links: PipeLink[] = [];

/** A link to a fake worker, with the messages that it has sent, and a wait for the next one. */
function open() {
  const said: FromPlugin[] = [];
  const reports: StreamReport[] = [];
  let taken = 0;
  const link = new PipeLink('1.2.3', worker);
  links.push(link);
  link.onReport((report) => reports.push(report));
  const next = async (): Promise<FromPlugin> => {
    const end = performance.now() + 10_000;
    for (let message = said[taken]; performance.now() < end; message = said[taken]) {
      if (message !== undefined) {
        taken++;
        return message;
      }
      await pause(5);
    }
    throw new Error('the worker says nothing');
  };
  return { link, said, reports, next, listen: () => link.listen((message) => said.push(message)) };
}

describe('PipeLink', () => {
  afterEach(async () => {
    jest.useRealTimers();
    for (const link of links.splice(0)) await link.close();
  });

  test('keeps messages until `listen` is called, and passes both ways in order', async () => {
    const { link, next, listen } = open();
    await pause(100);
    listen();
    expect(await next()).toEqual({ type: 'hello', text: '1.2.3 is there' });
    link.send({ type: 'parameter', index: 3, value: 0.5 });
    link.write('notice', { level: 1 }, 'heard');
    const first = await next();
    const second = await next();
    expect(
      [first, second].map((message) =>
        message.type === 'state' ? (JSON.parse(message.text) as unknown) : null,
      ),
    ).toEqual([
      { type: 'command', command: { type: 'parameter', index: 3, value: 0.5 } },
      { type: 'send', message: 'notice', fields: { level: 1 }, text: 'heard' },
    ]);
  });

  test('reports of the stream go to their listeners only', async () => {
    const { link, reports, said, listen, next } = open();
    listen();
    await next();
    link.ready();
    while (reports.length === 0) await pause(5);
    expect(reports).toEqual([{ type: 'program-change', program: 7, channel: 1 }]);
    expect(said).toHaveLength(1);
  });

  test('its counter rises with the timers of the main thread, and stops with them', async () => {
    jest.useFakeTimers({
      doNotFake: [
        'setTimeout',
        'clearTimeout',
        'setImmediate',
        'nextTick',
        'queueMicrotask',
        'performance',
        'Date',
      ],
    });
    const { link, next, listen } = open();
    listen();
    await next();
    const beats = async () => {
      link.write('notice', { level: 0 }, 'beats');
      const message = await next();
      return message.type === 'parameter' ? message.value : NaN;
    };
    const before = await beats();
    jest.advanceTimersByTime(1000);
    const after = await beats();
    expect(after - before).toBe(4);
    // No timer of the main thread has run meanwhile.
    expect(await beats()).toBe(after);
  });

  test.each([
    ['throw', 'The streaming thread stopped: broken.'],
    ['exit', 'The streaming thread stopped: its thread ended with code 0.'],
  ])('the end of the streaming thread is reported with its reason (%s)', async (how, reason) => {
    const { link, next, listen } = open();
    listen();
    await next();
    link.write('notice', { level: 0 }, how);
    expect(await next()).toEqual({ type: 'ended', reason });
  });
});
