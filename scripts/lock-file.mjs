import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The packages of a lock file by their path (`node_modules/…`); null where the file does not exist or is no JSON. */
function packagesOf(path) {
  try {
    const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')).packages);
    // The project itself has an empty path.
    return Object.fromEntries(entries.filter(([name]) => name !== ''));
  } catch {
    return null;
  }
}

/**
 * Whether node_modules of a project has the packages of its lock file, whichever command installed them: npm lists what it
 * has installed in node_modules/.package-lock.json. Optional packages may be missing, as on platforms without them.
 * @param folder of the project
 */
export function isInstalled(folder) {
  const wanted = packagesOf(join(folder, 'package-lock.json'));
  const installed = packagesOf(join(folder, 'node_modules', '.package-lock.json'));
  if (wanted === null || installed === null) return false;
  const agrees = ([path, { version, integrity }]) =>
    wanted[path]?.version === version && wanted[path]?.integrity === integrity;
  return (
    Object.entries(installed).every(agrees) &&
    Object.entries(wanted).every(
      ([path, { optional, devOptional }]) => path in installed || optional === true || devOptional === true,
    )
  );
}

/**
 * Number of packages of the lock file that have been unpacked, and of all that are installed on every platform.
 * @param folder of the project
 */
export function countInstalled(folder) {
  const paths = Object.entries(packagesOf(join(folder, 'package-lock.json')) ?? {})
    .filter(([, { optional }]) => optional !== true)
    .map(([path]) => path);
  return {
    done: paths.filter((path) => existsSync(join(folder, path, 'package.json'))).length,
    total: paths.length,
  };
}
