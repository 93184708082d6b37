import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import esbuild from 'rollup-plugin-esbuild';

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

const common = [
  replace({ preventAssignment: true, values: { __TILLER_VERSION__: JSON.stringify(version) } }),
  esbuild({ target: 'node20', jsx: 'automatic' }),
  json(),
  commonjs(),
];

const engine = {
  input: entries(['src/engine/cli/tiller.ts', ...workers('src/engine')]),
  output: {
    dir: 'dist/engine',
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[hash].js',
    sourcemap: true,
  },
  // Native code cannot be bundled; the plugin's bundle carries these packages' files beside it.
  external: [/^onnxruntime-node/, 'onnxruntime-common', 'midi'],
  plugins: [nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }), ...common],
};

const page = {
  input: { main: 'src/ui/main.tsx' },
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
    ...common,
    staticFiles('src/ui', 'dist/ui', ['index.html']),
  ],
};

export default [engine, page];
