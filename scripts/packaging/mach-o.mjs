// Which files of a bundle are code of macOS: each is signed by itself, since signing a bundle "deeply" gives all of them the
// entitlements of the outermost.
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** First four bytes, big-endian, of 64-bit programs and libraries, and of files with several processors' code. */
const MACH_O = new Set([0xcffaedfe, 0xcafebabe, 0xcafebabf]);
/** A Java class begins like code for several processors; where those have their number, it has its version, 45 or more. */
const MOST_PROCESSORS = 20;

/** @param {string} path @returns {boolean} */
export function isMachO(path) {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(8);
    if (readSync(file, start) < start.length) return false;
    const magic = start.readUInt32BE(0);
    return MACH_O.has(magic) && (magic === 0xcffaedfe || start.readUInt32BE(4) <= MOST_PROCESSORS);
  } finally {
    closeSync(file);
  }
}

/**
 * The code files below `folder`, the innermost first: a signature covers those of what is inside.
 * @param {string} folder @returns {string[]}
 */
export function machOFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(isMachO)
    .sort((a, b) => b.split('/').length - a.split('/').length || (a < b ? -1 : 1));
}

const BUILD_VERSION = 0x32;

/**
 * The oldest macOS that 64-bit code says it runs on, as "14.0"; null where it does not say (`LC_BUILD_VERSION` of mach-o/loader.h).
 * @param {Buffer} image @returns {string | null}
 */
export function oldestMacos(image) {
  let command = 32;
  for (let left = image.readUInt32LE(16); left > 0; left--) {
    if (image.readUInt32LE(command) === BUILD_VERSION) {
      const version = image.readUInt32LE(command + 12);
      return `${version >>> 16}.${(version >>> 8) & 255}`;
    }
    command += image.readUInt32LE(command + 4);
  }
  return null;
}
