// Makes what a player installs, in build/packages: for Linux an archive with an installer and a Debian package, for Windows an
// archive and an installer, for macOS an installer package; with their checksums. --built packs what is built already.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { buildPlugin, stagedEngine } from './build-plugin.mjs';
import { root } from './dependencies.mjs';
import { artefacts, buildDir } from './native-build.mjs';
import { packageLinux } from './packaging/linux.mjs';
import { packageMacos } from './packaging/macos.mjs';
import { packageWindows } from './packaging/windows.mjs';
import { pluginFormats } from './plugin-formats.mjs';

const PACKERS = { linux: packageLinux, darwin: packageMacos, win32: packageWindows };
const NAMES = { linux: 'linux', darwin: 'macos', win32: 'windows' };

const platform = process.platform;
const pack = PACKERS[platform];
if (pack === undefined) throw new Error(`There are no packages for ${platform}.`);

const formats = process.argv.includes('--built')
  ? pluginFormats(platform, { home: homedir() }).map((format) => ({
      ...format,
      built: join(artefacts, format.bundle),
    }))
  : buildPlugin();

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const out = join(root, 'build', 'packages');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const scratch = mkdtempSync(join(buildDir, 'package-'));
try {
  const name = `tiller-${version}-${NAMES[platform]}-${process.arch}`;
  const packages = pack({
    name,
    version,
    arch: process.arch,
    root,
    assets: join(root, 'packaging', NAMES[platform]),
    engine: stagedEngine,
    formats,
    scratch,
    out,
  });
  const sums = packages.map(
    (file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}\n`,
  );
  writeFileSync(join(out, `${name}.sha256`), sums.join(''));
  for (const file of packages) console.log(`Packed ${file}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
