import { z } from 'zod';
import { TillerError } from '../../../src/document/tiller-error.js';
import { JobRunner } from '../../../src/engine/workers/job-runner.js';
import { failureSchema } from '../../../src/engine/workers/messages.js';
import { bundleWorkers, type Bundles } from '../bundle-worker.js';

const schema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('progress'), share: z.number() }),
  z.strictObject({ type: z.literal('done'), text: z.string() }),
  z.strictObject({ type: z.literal('failed'), failure: failureSchema }),
]);

describe('JobRunner', () => {
  let bundles: Bundles;
  let url: URL;
  beforeAll(async () => {
    bundles = await bundleWorkers('test/engine/workers/one-job.ts');
    url = bundles.url('one-job');
  });
  afterAll(() => bundles.remove());

  const runner = () =>
    new JobRunner({
      url,
      name: 'test',
      schema,
      cancelled: () => new TillerError('map-cancelled', 'It was cancelled.'),
      failed: (reason) => new TillerError('internal', `It stopped: ${reason}.`),
    });

  it('gives the progress and the answer', async () => {
    const shares: (number | null)[] = [];
    expect(await runner().run('answer', (share) => shares.push(share))).toEqual({
      type: 'done',
      text: 'here',
    });
    expect(shares).toEqual([0, 0.5, null]);
  });

  it.each([
    ['refuse', { code: 'model-failed', message: 'It cannot.' }],
    ['throw', { code: 'internal', message: 'It stopped: broken.' }],
  ])('rejects where the thread does: %s', async (job, error) => {
    await expect(runner().run(job, () => undefined)).rejects.toMatchObject(error);
  });

  // Regression: what a cancelled job's thread still reported was shown as the progress of a job, which then never ended.
  it('cancels a job for the next one, and shows nothing of it afterwards', async () => {
    const jobs = runner();
    const shares: (number | null)[] = [];
    const begun = new Promise<void>((halfway) => {
      const first = jobs.run('wait', (share) => {
        shares.push(share);
        if (share === 0.75) halfway();
      });
      first.catch((error: unknown) =>
        shares.push((error as TillerError).code === 'map-cancelled' ? -1 : NaN),
      );
    });
    await begun;
    await expect(jobs.run('answer', () => undefined)).resolves.toMatchObject({ text: 'here' });
    await jobs.close();
    expect(shares.slice(-2)).toEqual([null, -1]);
  });
});
