// Packages of the npm registry that this machine's own installation does not have: those for another platform.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './dependencies.mjs';

/** Throws where `archive` is not the one that was pinned. */
export function checkIntegrity(archive, integrity) {
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity)
    throw new Error(
      `${archive} is not the package that was pinned: its hash is ${found}. Delete it and try again; if it stays so, do not use it.`,
    );
}

/**
 * The folder of an unpacked package, downloaded once.
 * @param {{ name: string, version: string, integrity: string }} wanted as in a lock file
 * @returns {string}
 */
export function unpackedPackage({ name, version, integrity }) {
  const parent = join(root, 'build', 'runtime');
  const folder = join(parent, `${name.replace('/', '-')}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(parent, { recursive: true });
  const scratch = mkdtempSync(join(parent, 'download-'));
  try {
    console.error(`Downloading ${name} ${version} …`);
    execFileSync('npm', ['pack', `${name}@${version}`, '--pack-destination', scratch, '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    const archive = join(scratch, readdirSync(scratch)[0]);
    checkIntegrity(archive, integrity);
    execFileSync('tar', ['-xzf', archive, '-C', scratch], { stdio: ['ignore', 'ignore', 'inherit'] });
    // Another command may have unpacked it meanwhile.
    if (!existsSync(folder)) renameSync(join(scratch, 'package'), folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}
