import { pathToFileURL } from 'node:url';
import { LiveSession } from '../../../src/engine/live/live-session.js';
import { RestartPolicy } from '../../../src/engine/workers/restart-policy.js';

const WORKER = pathToFileURL('test/engine/live/mortal-worker.mjs');
const THROW = 1;
const EXIT = 2;

describe('RestartPolicy', () => {
  it('waits longer after each failure in a row, gives up, and starts over after a long run', () => {
    const restarts = new RestartPolicy([0, 10, 20], 1000);
    expect([50, 50, 50, 50].map((lived) => restarts.next(lived))).toEqual([0, 10, 20, null]);
    expect(restarts.next(1000)).toBe(0);
    expect(restarts.failures).toBe(1);
    restarts.reset();
    expect(restarts.next(0)).toBe(0);
  });
});

describe('a streaming worker that fails', () => {
  let live: LiveSession;
  let heard: string[];
  let wake: () => void;
  const open = async (restarts: RestartPolicy) => {
    live = await LiveSession.open('models/loops', WORKER, restarts);
    heard = [];
    wake = () => undefined;
    live.onReport((report) => {
      if (report.type === 'failed') heard.push(report.message);
      wake();
    });
  };
  const until = async (message: string) => {
    while (!heard.includes(message)) await new Promise<void>((resolve) => (wake = resolve));
  };
  afterEach(() => live.close());

  for (const [how, note] of [
    ['throws', THROW],
    ['exits', EXIT],
  ] as const)
    it(`is restarted with everything it had when it ${how}`, async () => {
      await open(new RestartPolicy());
      let restarted = 0;
      live.onRestart = () => {
        restarted += 1;
        live.send({ type: 'restart' });
      };
      const speaker = live.openSpeaker(44_100, () => undefined);
      speaker.credit(512, 0);
      live.play(true);
      await until('play true');
      heard.length = 0;
      live.midi(0x90, note, 1);
      await until('credit 512');
      expect(restarted).toBe(1);
      expect(heard).toEqual([
        `The sound stopped: ${note === THROW ? 'the model burst' : 'its thread ended with code 3'}.`,
        'command restart',
        'source',
        'tempo',
        'play true',
        'open 44100',
        'credit 512',
      ]);
    });

  it('is not restarted after repeated failures, and tried again by play', async () => {
    await open(new RestartPolicy([0, 1]));
    live.onRestart = () => live.midi(0x90, EXIT, 1);
    live.midi(0x90, EXIT, 1);
    await until('The sound stopped 3 times in a row. Press play to try again.');
    live.onRestart = () => undefined;
    heard.length = 0;
    live.play(true);
    await until('play true');
    expect(live.state.playing).toBe(true);
  });

  // The file could not be read any more, nobody caught that, and the engine ended.
  it('is restarted although the loop that played was deleted', async () => {
    await open(new RestartPolicy());
    await live.setSource({ kind: 'microphone' });
    live.state = { ...live.state, source: { kind: 'loop', id: 'gone' } };
    heard.length = 0;
    live.midi(0x90, EXIT, 1);
    await until('play false');
    expect(heard.slice(-3)).toEqual(['There is no loop “gone”.', 'tempo', 'play false']);
  });

  // The source that took longest to read won.
  it('plays the source that was requested last', async () => {
    await open(new RestartPolicy());
    await until('source');
    heard.length = 0;
    const [loop] = live.state.loops;
    await Promise.all([
      live.setSource({ kind: 'loop', id: loop?.id ?? '' }),
      live.setSource({ kind: 'microphone' }),
    ]);
    expect(live.state.source).toEqual({ kind: 'microphone' });
    live.play(true);
    await until('play true');
    expect(heard).toEqual(['source', 'play true']);
  });
});
