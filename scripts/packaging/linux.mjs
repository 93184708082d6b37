// Packages for Linux: an archive with an installer for one user or all, and a Debian package.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Debian's names of processors, by Node's. */
const DEBIAN_ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

/** What the plugin is linked to and what its window and the Standalone load; either of alternatives will do. */
const DEPENDS = [
  'libc6',
  'libstdc++6',
  'libfreetype6',
  'libfontconfig1',
  'libasound2 | libasound2t64',
  'libx11-6',
  'libxext6',
];
/** The window is the plugin's native page without these. */
const RECOMMENDS = ['libwebkit2gtk-4.1-0 | libwebkit2gtk-4.0-37', 'libgtk-3-0 | libgtk-3-0t64'];

/** Copies a bundle without the engine in it, and links it to the one engine in `library`. */
function placeBundle({ built, engine }, to, library) {
  cpSync(built, to, { recursive: true, filter: (path) => path !== join(built, engine) });
  const link = join(to, engine);
  symlinkSync(relative(join(link, '..'), join(library, 'engine')), link);
}

/** The folder `lib/tiller`: the engine, the Standalone beside it, and the command. */
function placeLibrary(library, { formats, engine, assets }) {
  mkdirSync(library, { recursive: true });
  cpSync(engine, join(library, 'engine'), { recursive: true });
  const standalone = formats.find(({ target }) => target === 'Tiller_Standalone').built;
  copyFileSync(join(standalone, 'Tiller'), join(library, 'Tiller'));
  copyFileSync(join(assets, 'tiller'), join(library, 'tiller'));
}

const bundleOf = (formats, target) => formats.find((format) => format.target === target);

/** Makes `NAME.tar.gz` in `out`: a folder to install from, or to point a host at as it is. */
function makeArchive({ name, out, scratch, root, ...rest }) {
  const { formats, assets } = rest;
  const top = join(scratch, name);
  const library = join(top, 'lib', 'tiller');
  placeLibrary(library, rest);
  copyFileSync(join(assets, 'uninstall.sh'), join(library, 'uninstall.sh'));
  placeBundle(bundleOf(formats, 'Tiller_VST3'), join(top, 'VST3', 'Tiller.vst3'), library);
  placeBundle(bundleOf(formats, 'Tiller_LV2'), join(top, 'LV2', 'Tiller.lv2'), library);
  mkdirSync(join(top, 'share', 'applications'), { recursive: true });
  copyFileSync(join(assets, 'tiller.desktop'), join(top, 'share', 'applications', 'tiller.desktop'));
  copyFileSync(join(assets, 'install.sh'), join(top, 'install.sh'));
  for (const file of ['LICENSE', 'NOTICE', 'CHANGELOG.md']) copyFileSync(join(root, file), join(top, file));
  const archive = join(out, `${name}.tar.gz`);
  execFileSync('tar', ['-C', scratch, '--owner=0', '--group=0', '--numeric-owner', '-czf', archive, name]);
  return archive;
}

/** The sizes of `folder`'s files in KiB. */
const installedKib = (folder) =>
  Number(execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0]);

/** Makes a Debian package in `out`, where `dpkg-deb` is there; otherwise null. */
function makeDebianPackage({ version, out, scratch, root, arch, ...rest }) {
  const architecture = DEBIAN_ARCHITECTURES[arch];
  if (spawnSync('dpkg-deb', ['--version'], { stdio: 'ignore' }).status !== 0 || architecture === undefined)
    return null;
  const { formats, assets } = rest;
  const top = join(scratch, 'deb');
  const library = join(top, 'usr', 'lib', 'tiller');
  placeLibrary(library, rest);
  placeBundle(bundleOf(formats, 'Tiller_VST3'), join(top, 'usr', 'lib', 'vst3', 'Tiller.vst3'), library);
  placeBundle(bundleOf(formats, 'Tiller_LV2'), join(top, 'usr', 'lib', 'lv2', 'Tiller.lv2'), library);
  mkdirSync(join(top, 'usr', 'bin'), { recursive: true });
  symlinkSync('../lib/tiller/tiller', join(top, 'usr', 'bin', 'tiller'));
  mkdirSync(join(top, 'usr', 'share', 'applications'), { recursive: true });
  copyFileSync(join(assets, 'tiller.desktop'), join(top, 'usr', 'share', 'applications', 'tiller.desktop'));
  const documents = join(top, 'usr', 'share', 'doc', 'tiller');
  mkdirSync(documents, { recursive: true });
  writeFileSync(
    join(documents, 'copyright'),
    `Tiller: GNU General Public License, version 3 or later; on Debian its text is /usr/share/common-licenses/GPL-3.\n\n${readFileSync(join(root, 'NOTICE'), 'utf8')}`,
  );
  writeFileSync(join(documents, 'changelog.gz'), gzipSync(readFileSync(join(root, 'CHANGELOG.md'))));
  const control = join(top, 'DEBIAN');
  mkdirSync(control);
  writeFileSync(
    join(control, 'control'),
    [
      'Package: tiller',
      `Version: ${version}`,
      `Architecture: ${architecture}`,
      'Maintainer: Tiller <tiller@localhost>',
      'Section: sound',
      'Priority: optional',
      `Installed-Size: ${installedKib(join(top, 'usr'))}`,
      `Depends: ${DEPENDS.join(', ')}`,
      `Recommends: ${RECOMMENDS.join(', ')}`,
      'Description: plugin that plays RAVE neural audio models by hand',
      " VST3, LV2 and a Standalone: the track's audio goes through a model's encoder and",
      ' decoder, and is steered by a pad, MIDI, OSC or automation through a mapping that is',
      ' learned from a few examples.',
      '',
    ].join('\n'),
  );
  const archive = join(out, `tiller_${version}_${architecture}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', top, archive], { stdio: 'ignore' });
  rmSync(top, { recursive: true });
  return archive;
}

/**
 * Packs the built bundles.
 * @param {object} what
 * @param {string} what.name the archive's name, with version and platform
 * @param {string} what.version
 * @param {string} what.arch as in `process.arch`
 * @param {string} what.root the project's folder
 * @param {string} what.assets `packaging/linux`
 * @param {string} what.engine the packed engine
 * @param {{ target: string, engine: string, built: string }[]} what.formats
 * @param {string} what.scratch an empty folder for what is packed
 * @param {string} what.out the folder for packages
 * @returns {string[]} the packages
 */
export function packageLinux(what) {
  return [makeArchive(what), makeDebianPackage(what)].filter((archive) => archive !== null);
}
