import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { emptyPreset } from '../../../src/document/default-preset.js';
import { PLUGIN_PROTOCOL_VERSION, TO_ENGINE } from '../../../src/protocol/plugin.js';
import type { ReadFrame } from '../host/pipes.js';
import { blockFrame, frame, wholeFramesIn } from '../host/pipes.js';

const program = join('dist', 'engine', 'host.js');
const home = mkdtempSync(join(tmpdir(), 'tiller-host-'));
const running: ChildProcessWithoutNullStreams[] = [];

/** The bundled engine as the plugin starts it, with its frames as they come. */
function start() {
  const engine = spawn(process.execPath, [program], { env: { HOME: home, PATH: process.env['PATH'] } });
  running.push(engine);
  let bytes = Buffer.alloc(0);
  let words = '';
  engine.stdout.on('data', (piece: Buffer) => (bytes = Buffer.concat([bytes, piece])));
  engine.stderr.on('data', (piece: Buffer) => (words += piece.toString()));
  engine.stdin.on('error', () => undefined);
  const received = async (name: string): Promise<ReadFrame> => {
    for (;;) {
      const found = wholeFramesIn(bytes).find((one) => one.name === name);
      if (found !== undefined) return found;
      if (engine.exitCode !== null || engine.signalCode !== null)
        throw new Error(`the engine ended: ${words}`);
      // The streaming thread looks for the main thread's messages between two frames.
      if (engine.stdin.writable) engine.stdin.write(frame(TO_ENGINE.tick, { count: 1 }));
      await pause(20);
    }
  };
  const say = (...frames: Buffer[]) => void engine.stdin.write(Buffer.concat(frames));
  const ended = async () => {
    if (engine.exitCode === null && engine.signalCode === null) await once(engine, 'exit');
    return { code: engine.exitCode, words };
  };
  return { engine, say, received, ended };
}

const hello = frame(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION }, Buffer.from('a test'));
const state = (name: string) =>
  frame(TO_ENGINE.state, {}, Buffer.from(JSON.stringify({ ...emptyPreset(null, 0), name })));
const prepare = frame(TO_ENGINE.prepare, { epoch: 1, rate: 48_000, maxBlock: 64, channels: 1 });

beforeAll(() => {
  if (!existsSync(program)) throw new Error(`${program} is not built: npm test builds it, and npm run build`);
});
afterEach(() => {
  for (const engine of running.splice(0)) engine.kill('SIGKILL');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the engine inside a plugin', () => {
  test('plays what the plugin sends, and ends with its pipe', async () => {
    const { engine, say, received, ended } = start();
    say(hello, state('From a project'), prepare);
    const { fields } = await received('prepared');
    expect(fields['epoch']).toBe(1);
    const restored = JSON.parse((await received('state')).text) as { name: string };
    expect(restored.name).toBe('From a project');
    // Without a model the track passes through, with the reported latency.
    const latency = fields['latencySamples'] ?? NaN;
    for (let position = 0; position <= latency; position += 64)
      say(
        blockFrame({
          position,
          channels: [Array.from({ length: 64 }, (_, i) => (position + i === 0 ? 0.5 : 0))],
        }),
      );
    const { payload } = await received('samples');
    expect(payload.length).toBe(16 + 64 * 4);
    engine.stdin.end();
    expect(await ended()).toEqual({ code: 0, words: '' });
  });

  test('plays a model without a trace of onnxruntime’s reports to its maker', async () => {
    const { say, received } = start();
    const preset = readFileSync(join('presets', 'drum-garden.tiller.json'));
    say(hello, frame(TO_ENGINE.state, {}, preset), prepare);
    // Reported once the preset's model is open: its own delay is part of it.
    expect((await received('prepared')).fields['latencySamples']).toBeGreaterThan(1000);
    expect(existsSync(join(home, '.cache', 'Microsoft'))).toBe(false);
  });

  test('the page is served once, on request', async () => {
    const { say, received } = start();
    say(hello, state('x'), frame(TO_ENGINE.openInterface, {}));
    const { text } = await received('interface');
    expect(text).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#/);
    expect((await fetch(text)).status).toBe(200);
  });

  test('garbage ends it with the reason', async () => {
    const { say, received, ended } = start();
    say(hello);
    await received('hello');
    say(Buffer.from('this is not a frame of the protocol at all'));
    const { code, words } = await ended();
    expect(code).toBe(1);
    expect(words).toMatch(/not a frame/);
  });
});
