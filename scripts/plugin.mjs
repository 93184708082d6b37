// Builds the plugin in every format of this platform and packs the engine into each bundle. --install copies the bundles to
// the folders where hosts look for plugins.
import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildPlugin } from './build-plugin.mjs';

/** Replaces an installed bundle by renaming, so that a host never finds an incomplete one. */
function install(from, place) {
  mkdirSync(place, { recursive: true });
  const to = join(place, basename(from));
  const copied = `${to}.new`;
  rmSync(copied, { recursive: true, force: true });
  cpSync(from, copied, { recursive: true, dereference: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(copied, to);
  return to;
}

for (const { built, place } of buildPlugin())
  console.log(process.argv.includes('--install') ? `Installed ${install(built, place)}` : `Built ${built}`);
