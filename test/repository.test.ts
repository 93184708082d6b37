import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where binary files may be, and with which endings. */
const BINARY = [
  /^docs\/images\/[\w-]+\.(png|webp)$/,
  /^models\/loops\/[\w-]+\.wav$/,
  /^models\/(machines|metal|percussion|voices)\/[\w-]+\.(ts|png)$/,
  /^test\/fixtures\/audio\/tone\.(m4a|mp3|ogg|opus)$/,
  /^test\/fixtures\/(attributes|models|operations|prior)\/[\w.-]+\.(f32|torchscript)$/,
  /^(src|native)\/.*icons?\/[\w-]+\.(png|ico|icns)$/,
];

const ROOT = [
  ...['.dependency-cruiser.js', '.gitignore', '.npmrc', '.prettierignore', '.prettierrc.json'],
  ...['CHANGELOG.md', 'LICENSE', 'NOTICE', 'README.md'],
  ...[
    'eslint.config.js',
    'jest.config.js',
    'package-lock.json',
    'package.json',
    'rollup.config.js',
    'tsconfig.json',
  ],
];

/** A file that has a NUL byte near its beginning, as git decides it. */
function isBinary(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(8000);
    return start.subarray(0, readSync(file, start)).includes(0);
  } finally {
    closeSync(file);
  }
}

/** A line that git writes around the two sides of a conflict; a formatter may have spaced or indented it. */
const CONFLICT_MARK = /^\s*(<{7} \w|>{7} \w|(> ){6}> \w)/m;

const strays = (paths: readonly string[]) =>
  paths.filter((path) =>
    path.includes('/')
      ? isBinary(path) && !BINARY.some((pattern) => pattern.test(path))
      : !ROOT.includes(path),
  );

const tracked = existsSync('.git')
  ? execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(existsSync)
  : [];

// An archive without git has no list of the files that belong to the project.
(tracked.length > 0 ? describe : describe.skip)('the tracked files', () => {
  // Regression: an MP3 of 1.6 MB was committed in the root.
  it('contain no binary file outside the folders for them, and no unknown file in the root', () => {
    expect(strays(tracked)).toEqual([]);
  });

  // Regression: the changelog was published with both sides of a merge and the marks around them.
  it('contain no unresolved conflict', () => {
    const texts = tracked.filter((path) => !isBinary(path));
    expect(texts.length).toBeGreaterThan(500);
    expect(texts.filter((path) => CONFLICT_MARK.test(readFileSync(path, 'utf8')))).toEqual([]);
    const [ours, theirs] = ['<'.repeat(7), '>'.repeat(7)];
    for (const line of [
      `${ours} HEAD`,
      `text\n  ${ours} HEAD`,
      `${theirs} c66c08d`,
      `${'> '.repeat(7)}c66c08d`,
    ])
      expect(CONFLICT_MARK.test(line)).toBe(true);
  });

  it('contain the binary files that the patterns are for', () => {
    const binaries = tracked.filter((path) => path.includes('/') && isBinary(path));
    expect(binaries).toContain('models/loops/tabla.wav');
    expect(binaries).toContain('docs/images/dark-1600-examples.webp');
  });

  it('would be reported in the root, or as binaries elsewhere', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tiller-strays-'));
    const [binary, text] = [join(folder, 'loop.mp3'), join(folder, 'notes.txt')];
    writeFileSync(binary, Buffer.from('ID3\0'));
    writeFileSync(text, 'text');
    expect(strays(['x.mp3', binary, text, 'models/loops/tabla.wav'])).toEqual(['x.mp3', binary]);
    rmSync(folder, { recursive: true });
  });
});
