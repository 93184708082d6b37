// Packages for Windows: an archive to copy from, and an installer for one user where NSIS is there.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Windows' own tar writes zip archives; elsewhere `zip` does. */
function zip(archive, folder, name) {
  if (process.platform === 'win32')
    execFileSync('tar', ['-C', folder, '-a', '-cf', archive, name], { stdio: 'inherit' });
  else execFileSync('zip', ['-q', '-r', '-X', archive, name], { cwd: folder, stdio: 'inherit' });
}

/**
 * Packs the built bundles, each with its engine.
 * @param {object} what see `packageLinux`
 * @returns {string[]} the packages
 */
export function packageWindows({ name, version, root, assets, formats, scratch, out }) {
  const top = join(scratch, name);
  mkdirSync(top);
  for (const { built } of formats) cpSync(built, join(top, basename(built)), { recursive: true });
  copyFileSync(join(assets, 'tiller.cmd'), join(top, 'Standalone', 'tiller.cmd'));
  for (const file of ['LICENSE', 'NOTICE', 'CHANGELOG.md']) copyFileSync(join(root, file), join(top, file));
  const archive = join(out, `${name}.zip`);
  zip(archive, scratch, name);
  if (spawnSync('makensis', ['-VERSION'], { stdio: 'ignore' }).status !== 0) {
    console.log('NSIS (makensis) is not installed: there is no installer.');
    return [archive];
  }
  const installer = join(out, `${name}-setup.exe`);
  const defines = {
    ...{ VERSION: version, FILES: top, OUT: installer, LICENSE: join(root, 'LICENSE') },
    // Debian's NSIS makes installers of 64 bits, which Wine runs without its part for 32 bits; that for Windows does not.
    ...(process.platform === 'linux' ? { TARGET: 'amd64-unicode' } : {}),
  };
  execFileSync(
    'makensis',
    [
      '-V2',
      ...Object.entries(defines).map(([key, value]) => `-D${key}=${value}`),
      join(assets, 'tiller.nsi'),
    ],
    { stdio: 'inherit' },
  );
  return [archive, installer];
}
