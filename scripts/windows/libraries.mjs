// Which libraries programs for Windows need: Wine has some that a new Windows does not have.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Part of every Windows 10. `api-ms-win-…` are names of its own libraries and of the C runtime that it has. */
const SYSTEM =
  /^(api-ms-win-.*|advapi32|bcrypt|comdlg32|crypt32|d3d11|d3d12|dbghelp|dxcore|dxgi|gdi32|imm32|iphlpapi|kernel32|msvcrt|ntdll|ole32|oleaut32|psapi|secur32|setupapi|shell32|shlwapi|user32|userenv|version|winhttp|wininet|winmm|ws2_32|wsock32)\.dll$/;
/** The program that loads an add-on of Node is where its import table looks for it. */
const PROGRAM = 'node.exe';

/**
 * The libraries that a program or library of Windows imports, in lower case: its import table (Microsoft, "PE Format").
 * @param {Buffer} image the file
 * @returns {string[]}
 */
export function importedLibraries(image) {
  const header = image.readUInt32LE(0x3c);
  assert.equal(image.toString('latin1', header, header + 4), 'PE\0\0', 'not a program of Windows');
  const sections = image.readUInt16LE(header + 6);
  const optional = header + 24;
  const sectionTable = optional + image.readUInt16LE(header + 20);
  assert.equal(image.readUInt16LE(optional), 0x20b, 'not for 64 bits');
  /** Where an address of the loaded image is in the file. */
  const position = (address) => {
    for (let i = 0; i < sections; i++) {
      const section = sectionTable + 40 * i;
      const start = image.readUInt32LE(section + 12);
      if (address >= start && address < start + image.readUInt32LE(section + 16))
        return image.readUInt32LE(section + 20) + address - start;
    }
    throw new Error(`address ${address} is in no section`);
  };
  const table = image.readUInt32LE(optional + 112 + 8);
  if (table === 0) return [];
  const names = [];
  for (let entry = position(table); image.readUInt32LE(entry + 12) !== 0; entry += 20) {
    const name = position(image.readUInt32LE(entry + 12));
    names.push(image.toString('latin1', name, image.indexOf(0, name)).toLowerCase());
  }
  return names;
}

/**
 * Checks that every program and library below `folder` finds what it imports: in the system, or in its own folder.
 * @returns {number} how many were checked
 */
export function checkImports(folder) {
  const images = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /\.(exe|dll|node|vst3)$/i.test(entry.name),
  );
  for (const { parentPath, name } of images) {
    const beside = new Set(readdirSync(parentPath).map((file) => file.toLowerCase()));
    const missing = importedLibraries(readFileSync(join(parentPath, name))).filter(
      (library) => !SYSTEM.test(library) && library !== PROGRAM && !beside.has(library),
    );
    assert.deepEqual(missing, [], `${basename(name)} needs libraries that a new Windows does not have`);
  }
  return images.length;
}
