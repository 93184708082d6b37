import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import { build, transform } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import esbuild from 'rollup-plugin-esbuild';
import license from 'rollup-plugin-license';
import { manual } from './scripts/manual-pages.mjs';

/** The oldest browsers and web views that the page is built for. */
const BROWSERS = ['chrome111', 'safari16.4', 'firefox113'];

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Worker entries are found by name and bundled beside the program, where `new URL('./x-worker.js')` finds them. */
function workers(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('-worker.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function entries(files) {
  return Object.fromEntries(files.map((file) => [basename(file).replace(/\.tsx?$/, ''), file]));
}

/** Copies the page's static files next to its bundle. */
function staticFiles(from, to, names) {
  return {
    name: 'static-files',
    writeBundle() {
      mkdirSync(to, { recursive: true });
      for (const name of names) copyFileSync(join(from, name), join(to, name));
    },
  };
}

/**
 * Gathers the style sheets that the page imports into one file, in the order of the imports, with the fonts they name.
 * A `.module.css` gives its importer the names of its classes, made unique by the name of its file.
 */
function styles(fileName) {
  const sheets = new Map();
  return {
    name: 'styles',
    async load(id) {
      if (!id.endsWith('.css')) return null;
      const twin = [...sheets.keys()].find((other) => other !== id && basename(other) === basename(id));
      if (twin !== undefined)
        this.error(`${id} has the file name of ${twin}: their class names would clash.`);
      const { outputFiles } = await build({
        stdin: { contents: `export { default } from ${JSON.stringify(id)}`, resolveDir: dirname(id) },
        outdir: '.',
        bundle: true,
        write: false,
        format: 'esm',
        assetNames: '[name]',
        loader: { '.woff2': 'file' },
        logLevel: 'error',
      });
      for (const { path, contents, text } of outputFiles) {
        const name = basename(path);
        if (name === 'stdin.css') sheets.set(id, text);
        else if (name !== 'stdin.js') this.emitFile({ type: 'asset', fileName: name, source: contents });
      }
      const { text } = outputFiles.find(({ path }) => basename(path) === 'stdin.js');
      return { code: text, moduleSideEffects: true };
    },
    async generateBundle() {
      const seen = new Set();
      const ordered = [];
      const visit = (id) => {
        if (seen.has(id)) return;
        seen.add(id);
        for (const imported of this.getModuleInfo(id).importedIds) visit(imported);
        if (sheets.has(id)) ordered.push(sheets.get(id));
      };
      for (const id of this.getModuleIds()) if (this.getModuleInfo(id).isEntry) visit(id);
      const { code } = await transform(ordered.join('\n'), { loader: 'css', minify: true, target: BROWSERS });
      this.emitFile({ type: 'asset', fileName, source: code });
    },
  };
}

/** Gathers the licences of the packages that go into a bundle; one that does not go with GPL-3.0 fails the build. */
function licences(folder) {
  return license({
    thirdParty: {
      output: join(folder, 'THIRD-PARTY.txt'),
      allow: {
        test: '(MIT OR ISC OR BSD-2-Clause OR BSD-3-Clause OR Apache-2.0 OR 0BSD OR Zlib)',
        failOnUnlicensed: true,
        failOnViolation: true,
      },
    },
  });
}

const common = (options) => [
  replace({ preventAssignment: true, values: { __TILLER_VERSION__: JSON.stringify(version) } }),
  esbuild({ jsx: 'automatic', ...options }),
  json(),
  commonjs(),
];

const engine = {
  input: entries(['src/engine/cli/tiller.ts', 'src/engine/cli/host.ts', ...workers('src/engine')]),
  output: {
    dir: 'dist/engine',
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[hash].js',
    sourcemap: true,
  },
  // Native code cannot be bundled; the plugin's bundle carries these packages' files beside it.
  external: [/^onnxruntime-node/, 'onnxruntime-common', '@julusian/midi'],
  plugins: [
    nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }),
    // write-file-atomic names its temporary files after its own path, which an ECMAScript module has elsewhere.
    replace({
      include: '**/write-file-atomic/**',
      preventAssignment: true,
      values: { __filename: 'import.meta.filename' },
    }),
    ...common({ target: 'node20' }),
  ],
};

const program = { ...engine, plugins: [...engine.plugins, licences('dist/engine')] };

const page = {
  // The audio worklets run in a scope of their own and are loaded by name.
  input: entries([
    'src/ui/main.tsx',
    'src/ui/audio/speaker-worklet.ts',
    'src/ui/audio/microphone-worklet.ts',
  ]),
  output: {
    dir: 'dist/ui',
    format: 'es',
    entryFileNames: '[name].js',
    assetFileNames: '[name][extname]',
    sourcemap: true,
  },
  plugins: [
    nodeResolve({ browser: true }),
    replace({ preventAssignment: true, values: { 'process.env.NODE_ENV': JSON.stringify('production') } }),
    ...common({ target: BROWSERS, minify: true }),
    staticFiles('src/ui', 'dist/ui', ['index.html']),
    // The font's licence goes where the font goes.
    staticFiles('node_modules/@fontsource-variable/inter', 'dist/ui', ['LICENSE']),
    styles('main.css'),
    manual('docs/manual', 'src/ui/manual/manual.css'),
    licences('dist/ui'),
  ],
};

/** Part of the source only: the packed plugin measures nothing. */
const bench = {
  ...engine,
  input: entries(['bench/bench.ts', 'bench/pipe-engine.ts']),
  output: { ...engine.output, dir: 'dist/bench' },
  external: [...engine.external, /^@tensorflow/],
};

export default [program, page, bench];
