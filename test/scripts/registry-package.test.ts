import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = '../../scripts/registry-package.mjs';
const { checkIntegrity } = (await import(SCRIPT)) as {
  checkIntegrity: (archive: string, integrity: string) => void;
};

describe('checkIntegrity', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiller-package-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses an archive that differs from the pinned one by a byte', () => {
    const archive = join(folder, 'package.tgz');
    const bytes = Buffer.from('an archive');
    writeFileSync(archive, bytes);
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    expect(() => checkIntegrity(archive, integrity)).not.toThrow();
    bytes[3]! ^= 1;
    writeFileSync(archive, bytes);
    expect(() => checkIntegrity(archive, integrity)).toThrow('not the package that was pinned');
  });
});
