import { build } from 'esbuild';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Programs and workers of the engine, bundled so that tests can start them. */
export interface Bundles {
  /** A folder for other files of the test; removed by `remove`. */
  readonly folder: string;
  /** @param name of the entry's file, without its extension */
  url(name: string): URL;
  remove(): Promise<void>;
}

/** Bundles entries as `npm run build` does, each beside the others under its own name. */
export async function bundleWorkers(...entryPoints: string[]): Promise<Bundles> {
  // Within the project, where a bundle finds the packages that it leaves out.
  const folder = await mkdtemp(join('node_modules', '.tiller-test-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await build({
    entryPoints: Object.fromEntries(entryPoints.map((path) => [basename(path, '.ts'), path])),
    bundle: true,
    platform: 'node',
    format: 'esm',
    outdir: folder,
    packages: 'external',
  });
  return {
    folder,
    url: (name) => pathToFileURL(join(folder, `${name}.js`)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
