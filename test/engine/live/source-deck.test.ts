import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readAudio } from '../../../src/engine/audio/read.js';
import { LiveSession } from '../../../src/engine/live/live-session.js';
import { waveformOf } from '../../../src/engine/live/waveform.js';
import { RestartPolicy } from '../../../src/engine/workers/restart-policy.js';

const WORKER = pathToFileURL('test/engine/live/mortal-worker.mjs');
const EXIT = 2;
const END_OF_FILE = 3;

describe('the sources of the live session', () => {
  let folder: string;
  let live: LiveSession;
  let heard: string[];
  let reads: string[];
  let wake: () => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-deck-'));
    wake = () => undefined;
    reads = [];
    live = await LiveSession.open('models/loops', WORKER, new RestartPolicy(), (path, name) => {
      reads.push(name);
      return readAudio(path, name);
    });
    heard = [];
    live.onReport((report) => {
      if (report.type === 'failed') heard.push(report.message);
      wake();
    });
    live.subscribe(() => wake());
  });
  afterEach(async () => {
    await live.close();
    await rm(folder, { recursive: true, force: true });
  });

  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve));
  };
  const add = async (loop: string) => {
    const path = join(folder, `${loop}.wav`);
    await copyFile(`models/loops/${loop}.wav`, path);
    return live.addFile(path, `${loop}.wav`);
  };
  const playing = () => (live.state.source.kind === 'file' ? live.state.source.id : live.state.source.kind);

  it('goes on with the next file of the list, and shows its waveform', async () => {
    const [first, second] = [await add('tabla'), await add('bells')];
    reads.length = 0;
    expect(live.state.files).toEqual([
      { id: first, name: 'tabla.wav' },
      { id: second, name: 'bells.wav' },
    ]);
    expect(playing()).toBe('loop');
    await live.setSource({ kind: 'file', id: first });
    await until(() => heard.includes('next') && live.waveform !== null);
    // The one that was added last is still decoded.
    expect(reads).toEqual(['tabla.wav']);
    const { seconds } = live.waveform ?? { seconds: 0 };
    live.setCue(1);
    live.midi(0x90, END_OF_FILE, 1);
    await until(() => playing() === second && live.waveform !== null);
    expect(live.state).toMatchObject({ positionSeconds: 0, cueSeconds: 0 });
    expect(live.waveform?.seconds).not.toBe(seconds);
    expect(Math.max(...(live.waveform?.peaks ?? []))).toBeGreaterThan(50);
    await live.stepFile(-1);
    expect(playing()).toBe(first);
  });

  it('plays the next file where the one that plays is removed, and a loop after the last one', async () => {
    const [first, second] = [await add('tabla'), await add('bells')];
    await live.setSource({ kind: 'file', id: first });
    await live.removeFile(first);
    expect(playing()).toBe(second);
    const third = await add('kit-beat');
    // The second one of these plays in place of the first while that is being removed.
    await Promise.all([live.removeFile(second), live.removeFile(third)]);
    expect(playing()).toBe('loop');
    expect(live.state.files).toEqual([]);
    await expect(live.setSource({ kind: 'file', id: second })).rejects.toMatchObject({
      code: 'file-missing',
    });
  });

  it('goes on at the same position after the worker was restarted', async () => {
    const id = await add('tabla');
    await live.setSource({ kind: 'file', id });
    live.seek(0.5);
    heard.length = 0;
    live.midi(0x90, EXIT, 1);
    await until(() => heard.includes('play false'));
    expect(heard.slice(-4)).toEqual(['source', 'seek 0.5', 'tempo', 'play false']);
  });
});

describe('waveformOf', () => {
  it('has the largest sample of each part, of both channels', async () => {
    const left = new Float32Array(8000);
    const right = new Float32Array(8000);
    left[5] = -0.5;
    right[7999] = 2;
    const { seconds, peaks } = await waveformOf({ rate: 8000, channels: [left, right] });
    expect([seconds, peaks.length]).toEqual([1, 800]);
    expect([peaks[0], peaks.at(-1), Math.max(...peaks.slice(1, -1))]).toEqual([128, 255, 0]);
    expect((await waveformOf({ rate: 8000, channels: [left.subarray(0, 10)] })).peaks).toHaveLength(10);
    expect((await waveformOf({ rate: 8000, channels: [] })).peaks).toEqual([]);
  });
});
