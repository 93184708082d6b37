import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import esbuild from 'rollup-plugin-esbuild';
import license from 'rollup-plugin-license';

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

/** Bundles the page's style sheets and the fonts they name; rollup itself reads no CSS. */
function styles(from, to) {
  return {
    name: 'styles',
    async writeBundle() {
      await build({
        entryPoints: [from],
        outdir: to,
        bundle: true,
        minify: true,
        assetNames: '[name]',
        loader: { '.woff2': 'file' },
        target: BROWSERS,
      });
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
    styles('src/ui/style/main.css', 'dist/ui'),
    licences('dist/ui'),
  ],
};

/** Part of the source only: the packed plugin measures nothing. */
const bench = {
  ...engine,
  input: { bench: 'bench/bench.ts' },
  output: { ...engine.output, dir: 'dist/bench' },
  external: [...engine.external, /^@tensorflow/],
};

export default [program, page, bench];
