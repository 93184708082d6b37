// The installer package for macOS, signed for notarisation where an identity is given:
//   TILLER_SIGN_IDENTITY       "Developer ID Application: …" for the code; without it the code is signed for this machine only
//   TILLER_INSTALLER_IDENTITY  "Developer ID Installer: …" for the package
//   TILLER_NOTARY_PROFILE      a profile that `notarytool store-credentials` has kept; with it the package is notarised
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { machOFiles } from './mach-o.mjs';

/** Where a package for all users puts each kind of bundle. */
const PLACES = {
  Tiller_VST3: 'Library/Audio/Plug-Ins/VST3',
  Tiller_AU: 'Library/Audio/Plug-Ins/Components',
  Tiller_Standalone: 'Applications',
};

const run = (command, args) => execFileSync(command, args, { stdio: 'inherit' });

/**
 * Signs the code in a bundle, then the bundle, and checks the result. Not `--deep`: each kind of code has its own entitlements.
 * `call` runs one of Apple's programs.
 */
export function signBundle(bundle, { assets, identity = '-', call = run }) {
  const sign = (path, entitlements) =>
    call('codesign', [
      ...['--force', '--sign', identity, '--options', 'runtime'],
      // A time stamp needs an identity of Apple's.
      identity === '-' ? '--timestamp=none' : '--timestamp',
      ...(entitlements === undefined ? [] : ['--entitlements', join(assets, entitlements)]),
      path,
    ]);
  for (const path of machOFiles(bundle)) {
    // The bundle's own program is signed with the bundle.
    if (basename(dirname(path)) === 'MacOS') continue;
    sign(path, basename(path) === 'node' ? 'node.entitlements' : undefined);
  }
  sign(bundle, bundle.endsWith('.app') ? 'standalone.entitlements' : undefined);
  call('codesign', ['--verify', '--strict', '--verbose=2', bundle]);
}

/**
 * Signs the built bundles and packs them for all users.
 * @param {object} what see `packageLinux`; `call` as of `signBundle`, `env` with the identities
 * @returns {string[]} the package
 */
export function packageMacos({
  name,
  version,
  assets,
  formats,
  scratch,
  out,
  call = run,
  env = process.env,
}) {
  const identity = env.TILLER_SIGN_IDENTITY;
  const top = join(scratch, 'root');
  for (const { target, built } of formats) {
    const to = join(top, PLACES[target], basename(built));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(built, to, { recursive: true, verbatimSymlinks: true });
    signBundle(to, { assets, identity, call });
  }
  // A bundle that the player has moved would otherwise be updated there instead of where hosts look.
  const components = join(scratch, 'components.plist');
  call('pkgbuild', ['--analyze', '--root', top, components]);
  for (const [index] of formats.entries())
    call('plutil', ['-replace', `${index}.BundleIsRelocatable`, '-bool', 'NO', components]);

  const plain = join(scratch, `${name}.pkg`);
  call('pkgbuild', [
    ...['--root', top, '--component-plist', components, '--install-location', '/'],
    ...['--identifier', 'audio.tiller.package', '--version', version, plain],
  ]);
  const archive = join(out, `${name}.pkg`);
  const installer = env.TILLER_INSTALLER_IDENTITY;
  call('productbuild', ['--package', plain, ...(installer ? ['--sign', installer] : []), archive]);
  const profile = env.TILLER_NOTARY_PROFILE;
  if (profile) {
    call('xcrun', ['notarytool', 'submit', archive, '--keychain-profile', profile, '--wait']);
    call('xcrun', ['stapler', 'staple', archive]);
  }
  return [archive];
}
