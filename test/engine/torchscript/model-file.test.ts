import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readModelFile } from '../../../src/engine/torchscript/model-file.js';
import { fixturePath } from '../model/fixtures.js';

test('a file is read completely, with its SHA-256', async () => {
  const content = readFileSync(fixturePath('identity'));
  const { bytes, sha256 } = await readModelFile(fixturePath('identity'));
  expect(bytes.equals(content)).toBe(true);
  expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
});

test.each(['/nowhere/model.ts', '/dev/zero'])('%s is refused', async (path) => {
  await expect(readModelFile(path)).rejects.toMatchObject({ code: 'file-missing' });
});
