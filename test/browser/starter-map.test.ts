import { readFileSync } from 'node:fs';
import { FILE_NAME_HEADER, MAP_QUERY } from '../../src/protocol/uploads.js';
import { fixturePath } from '../engine/model/fixtures.js';
import { useLiveEngine } from './live-engine.js';
import { dropFile } from './page.js';

/** Hundreds of sounds are decoded in a thread of low priority, on machines that do other work. */
const LISTENING_MS = 900_000;

describe('starter maps', () => {
  const { probe, open } = useLiveEngine();

  it(
    'fill an empty pad with sounds of the model, which undo takes away; audio on the pad becomes an example there',
    async () => {
      const { page, consoleErrors } = await open();
      const offer = page.getByRole('group', { name: 'Starter map' });
      await dropFile(page, 'small.ts', readFileSync(fixturePath('mono')));
      await page.getByRole('button', { name: 'Map it' }).click({ timeout: LISTENING_MS });
      await offer.getByText('Listening to the model…').waitFor();
      await offer.getByRole('button', { name: 'Cancel' }).click();
      await offer.getByRole('button', { name: 'Map this model' }).waitFor();
      expect(probe.slices.model.card?.name).toBe('small');
      expect(probe.slices.examples).toEqual([]);

      await offer.getByRole('combobox').selectOption('noisiness');
      await offer.getByRole('button', { name: 'Map this model' }).click();
      await probe.until(() => probe.slices.examples.length > 0, 'the map', LISTENING_MS);
      await probe.until(() => probe.slices.training.learned && !probe.slices.training.running, 'learning');
      expect(probe.slices.examples).toHaveLength(9);
      expect(probe.slices.inputs.map(({ name }) => name)).toEqual(['Dark to bright', 'Tonal to noisy']);
      await offer.waitFor({ state: 'detached' });
      await page.keyboard.press('Control+z');
      await offer.waitFor();
      expect(probe.slices.examples).toEqual([]);

      const bell = readFileSync('models/loops/bells.wav').toString('base64');
      await page.getByTestId('pad').evaluate((pad, base64) => {
        const { left, top, width, height } = pad.getBoundingClientRect();
        const transfer = new DataTransfer();
        const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([data], 'Old bell.wav'));
        const at = { clientX: left + 0.25 * width, clientY: top + 0.25 * height };
        for (const type of ['dragover', 'drop'])
          window.dispatchEvent(
            new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true, ...at }),
          );
      }, bell);
      await probe.until(() => probe.slices.examples.length > 0, 'the example', LISTENING_MS);
      const [example] = probe.slices.examples;
      expect(example?.label).toBe('Old bell');
      expect(example?.inputs[0]).toBeCloseTo(0.25, 2);
      expect(example?.inputs[1]).toBeCloseTo(0.75, 2);
      expect(consoleErrors).toEqual([]);
      await page.context().close();
    },
    2 * LISTENING_MS,
  );

  it(
    'are made of a folder of audio that is dropped on the pad, with the folders in it',
    async () => {
      probe.send({ type: 'new-preset' });
      await probe.until(() => probe.slices.examples.length === 0, 'an empty instrument');
      const { page, consoleErrors } = await open();
      const gathered: string[] = [];
      page.on('request', (request) => {
        if (request.url().endsWith(`?${MAP_QUERY}`))
          gathered.push(decodeURIComponent(request.headers()[FILE_NAME_HEADER] ?? ''));
      });
      const loop = (name: string) => readFileSync(`models/loops/${name}.wav`).toString('base64');
      await page.getByTestId('pad').evaluate(
        (pad, { bells, tabla }) => {
          // Neither a page nor the browser's remote control can drop a folder: these are the entries that one has.
          const file = (name: string, base64: string) => {
            const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
            const found = (resolve: (file: File) => void) => resolve(new File([data], name));
            return { name, isFile: true, isDirectory: false, file: found };
          };
          const folder = (name: string, children: object[]) => ({
            name,
            isFile: false,
            isDirectory: true,
            createReader: () => {
              const parts = [children, []];
              return { readEntries: (resolve: (part: object[]) => void) => resolve(parts.shift() ?? []) };
            },
          });
          const dropped = folder('my sounds', [
            file('notes.txt', btoa('no audio')),
            file('.hidden.wav', bells),
            file('bell.wav', bells),
            folder('deeper', [file('drum.wav', tabla)]),
          ]);
          const { left, top, width, height } = pad.getBoundingClientRect();
          const at = { clientX: left + 0.5 * width, clientY: top + 0.5 * height };
          for (const type of ['dragover', 'drop']) {
            const event = new DragEvent(type, {
              dataTransfer: new DataTransfer(),
              bubbles: true,
              cancelable: true,
              ...at,
            });
            const transfer = { types: ['Files'], files: [], items: [{ webkitGetAsEntry: () => dropped }] };
            Object.defineProperty(event, 'dataTransfer', { value: transfer });
            window.dispatchEvent(event);
          }
        },
        { bells: loop('bells'), tabla: loop('tabla') },
      );
      await probe.until(() => probe.slices.examples.length > 0, 'the map', LISTENING_MS);
      await probe.until(() => probe.slices.training.learned && !probe.slices.training.running, 'learning');
      expect(gathered).toEqual(['bell.wav', 'drum.wav']);
      expect(probe.slices.examples.every(({ label }) => label !== '')).toBe(true);
      await page.keyboard.press('Control+z');
      await probe.until(() => probe.slices.examples.length === 0, 'the undo');
      expect(consoleErrors).toEqual([]);
      await page.context().close();
    },
    2 * LISTENING_MS,
  );
});
