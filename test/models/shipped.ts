import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Names of the bundled models, which are also those of their folders and files. */
export const shipped = readdirSync('models', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .filter((name) => readdirSync(join('models', name)).includes(`${name}.ts`));
