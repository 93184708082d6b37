import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultOutput, type Output } from '../../../src/document/output.js';
import { emptyPreset } from '../../../src/document/default-preset.js';
import { wholeSound } from '../../../src/engine/audio/sound-stream.js';
import type { LibraryEntry } from '../../../src/engine/model/library/model-folder.js';
import { makeLight } from '../../../src/engine/model/precision/make-light.js';
import type { StreamReport } from '../../../src/engine/stream/messages.js';
import { render } from '../../../src/engine/stream/render.js';
import { Player } from '../../../src/engine/stream/player.js';
import { everything, HOP, LATENTS, writeWideModel } from '../model/precision/wide-model.js';
import { noiseTrack } from './play.js';

const BLOCK = HOP;
const BLOCKS = 40;
/** The wide model has a rate of its own. */
const RATE = 48_000;

let dir: string;
let light: LibraryEntry;
let exact: LibraryEntry;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tiller-precision-'));
  exact = writeWideModel(dir);
  light = { dir, manifest: (await makeLight(exact, 'test', everything)).manifest };
});
afterAll(() => rm(dir, { recursive: true, force: true }));

let players: Player[] = [];
afterEach(() => {
  for (const player of players) player.close();
  players = [];
});

const output = (change: Partial<Output>) =>
  ({ type: 'output', output: { ...defaultOutput(), outputGainDb: -40, ...change } }) as const;

async function opened(entry: LibraryEntry, change: Partial<Output>, reports: StreamReport[] = []) {
  const player = new Player((report) => reports.push(report));
  players.push(player);
  player.prepare(RATE, BLOCK, 1);
  await player.apply(output(change));
  await player.apply({ type: 'load', model: entry });
  return player;
}

const track = noiseTrack(BLOCKS * BLOCK, 0.3, 9);
/** The track through the player, from where it is. */
function hear(player: Player): Float32Array {
  const heard = new Float32Array(track.length);
  for (let at = 0; at < track.length; at += BLOCK)
    player.process([track.slice(at, at + BLOCK)], [heard.subarray(at, at + BLOCK)], BLOCK);
  return heard;
}
/** The same from empty states. */
async function hearAnew(player: Player): Promise<Float32Array> {
  await player.apply({ type: 'restart' });
  await player.loading;
  return hear(player);
}

const hearForm = async (entry: LibraryEntry, change: Partial<Output>) =>
  hearAnew(await opened(entry, change));

describe('precision', () => {
  it('is that of the document: two sounds, both of them the same each time', async () => {
    const [inExact, inLight] = [await hearForm(light, {}), await hearForm(light, { precision: 'light' })];
    expect(inExact.some((sample) => sample !== 0)).toBe(true);
    expect(inLight).not.toEqual(inExact);
    expect(await hearForm(exact, {})).toEqual(inExact);
    expect(await hearForm(light, { precision: 'light' })).toEqual(inLight);
  });

  it('is exact for a model without a light form, which is not opened again for it', async () => {
    const reports: StreamReport[] = [];
    const player = await opened(exact, {}, reports);
    const preparations = () => reports.filter(({ type }) => type === 'prepared').length;
    const before = preparations();
    await player.apply(output({ precision: 'light' }));
    expect(preparations()).toBe(before);
    expect(await hearAnew(player)).toEqual(await hearForm(exact, {}));
  });

  it('changes while it plays, without a gap, at the same latency', async () => {
    const player = await opened(light, {});
    const { latencySamples } = player;
    hear(player);
    await player.apply(output({ precision: 'light' }));
    expect(player.latencySamples).toBe(latencySamples);
    const change = hear(player);
    const [inExact, inLight] = [await hearForm(light, {}), await hearForm(light, { precision: 'light' })];
    // The old form is heard until the new one has filled up.
    expect(change.subarray(0, latencySamples)).not.toEqual(new Float32Array(latencySamples));
    expect(await hearAnew(player)).toEqual(inLight);
    await player.apply(output({}));
    expect(await hearAnew(player)).toEqual(inExact);
  });

  it('follows a light form that is made while the model plays', async () => {
    const player = await opened(exact, { precision: 'light' });
    hear(player);
    await player.apply({ type: 'load', model: light });
    expect(await hearAnew(player)).toEqual(await hearForm(light, { precision: 'light' }));
  });

  it('is exact in a bounce that is to be, and as before afterwards', async () => {
    const player = await opened(light, { precision: 'light', bounceExact: true });
    const [inExact, inLight] = [await hearForm(light, {}), await hearForm(light, { precision: 'light' })];
    expect(await hearAnew(player)).toEqual(inLight);
    player.setOffline(true);
    expect(await hearAnew(player)).toEqual(inExact);
    player.setOffline(false);
    expect(await hearAnew(player)).toEqual(inLight);
  });

  it('is that of the preset in a render, but for one that is to be exact', async () => {
    const bounce = async (entry: LibraryEntry, change: Partial<Output>) => {
      const rendered: number[] = [];
      await render({
        input: wholeSound(RATE, [track]),
        output: ([samples], count) => rendered.push(...(samples?.subarray(0, count) ?? [])),
        preset: { ...emptyPreset(null, LATENTS), output: output(change).output },
        model: entry,
      });
      return rendered;
    };
    const inExact = await bounce(exact, {});
    const inLight = await bounce(light, { precision: 'light' });
    expect(inLight).not.toEqual(inExact);
    expect(await bounce(light, { precision: 'light', bounceExact: true })).toEqual(inExact);
    expect(await bounce(exact, { precision: 'light' })).toEqual(inExact);
  });

  it('is what is heard in other bounces', async () => {
    const player = await opened(light, { precision: 'light' });
    player.setOffline(true);
    expect(player.loading).toBeNull();
    expect(await hearAnew(player)).toEqual(await hearForm(light, { precision: 'light' }));
  });
});
