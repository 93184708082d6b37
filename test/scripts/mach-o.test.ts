import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const SCRIPT = '../../scripts/packaging/mach-o.mjs';
const { machOFiles } = (await import(SCRIPT)) as { machOFiles: (folder: string) => string[] };

describe('machOFiles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiller-mach-o-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds programs and libraries by their content, the innermost first', () => {
    const write = (path: string, bytes: readonly number[]) => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), Buffer.from(bytes));
    };
    write('Contents/MacOS/Tiller', [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1]);
    write('Contents/Resources/engine/node', [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2]);
    write('Contents/Resources/engine/lib/binding.node', [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1]);
    write('Contents/Resources/engine/lib/Main.class', [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52]);
    write('Contents/Resources/engine/lib/linux.so', [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]);
    write('Contents/Resources/engine/empty', []);
    write('Contents/Info.plist', [0x3c, 0x3f, 0x78, 0x6d, 0x6c, 0x20, 0x76, 0x65]);
    expect(machOFiles(folder).map((path) => relative(folder, path))).toEqual([
      'Contents/Resources/engine/lib/binding.node',
      'Contents/Resources/engine/node',
      'Contents/MacOS/Tiller',
    ]);
  });

  it('knows the libraries that onnxruntime brings for macOS', () => {
    const found = machOFiles('node_modules/onnxruntime-node/bin/napi-v6/darwin');
    expect(found.some((path) => path.endsWith('onnxruntime_binding.node'))).toBe(true);
    expect(found.some((path) => /libonnxruntime.*\.dylib$/.test(path))).toBe(true);
    expect(machOFiles('node_modules/onnxruntime-node/bin/napi-v6/linux')).toEqual([]);
  });
});
