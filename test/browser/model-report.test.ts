import { effectWords } from '../../src/protocol/effect-words.js';
import { useLiveEngine } from './live-engine.js';

describe('what a model’s import measured', () => {
  const { open, probe } = useLiveEngine();

  it('is shown under the model that plays, folded away at first', async () => {
    const { page, consoleErrors } = await open();
    await page.getByRole('tab', { name: 'Library' }).click();
    await page.getByRole('radio', { name: 'Models' }).click();
    const loads = page.getByRole('row', { name: /^(Low latency|Low load), (mono|stereo)/ });
    await page.getByText('What was measured').waitFor();
    expect(await loads.first().isVisible()).toBe(false);
    await page.getByText('What was measured').click();
    await loads.first().waitFor();
    expect(await loads.count()).toBe(4);
    const { card } = probe.slices.model;
    expect(card?.report?.latents).toHaveLength(card?.latentDims ?? 0);
    expect(card?.report?.memoryBytes).toBeGreaterThan(0);
    const table = page.getByRole('table').filter({ hasText: 'Activity' });
    const latents = table.getByRole('rowheader');
    expect(await latents.count()).toBe(card?.latentDims);
    expect(await table.innerText()).toMatch(/dB.*oct.*dB/s);
    // As `tiller inspect` says it.
    for (const latent of card?.report?.latents ?? [])
      expect(await table.innerText()).toContain(effectWords(latent) ?? 'not measured');
    // Pressing the summary does not choose the model again.
    expect(probe.slices.history.canUndo).toBe(false);
    expect(consoleErrors).toEqual([]);
  });
});
