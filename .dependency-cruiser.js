/**
 * The folders of `src` in layers, from top to bottom. A file may import from its own layer's folder and from layers below.
 * Folders of one line do not know each other.
 */
export const LAYERS = [
  ['src/ui/main.tsx', 'src/engine/cli'],
  ['src/ui/shell'],
  ['src/ui/features/source', 'src/ui/features/deck'],
  [
    'src/ui/features/pad',
    'src/ui/features/latents',
    'src/ui/features/learn',
    'src/ui/features/output',
    'src/ui/features/library',
  ],
  [
    'src/ui/features/examples',
    'src/ui/features/model',
    'src/ui/features/steering',
    'src/ui/features/starter-map',
  ],
  ['src/ui/features/inputs'],
  ['src/ui/features/controllers'],
  ['src/ui/audio'],
  ['src/ui/shared'],
  ['src/ui/engine-client'],
  ['src/engine/app'],
  ['src/engine/http', 'src/engine/host'],
  ['src/engine/live'],
  ['src/engine/persistence'],
  ['src/engine/starter-map'],
  ['src/engine/map', 'src/engine/carry', 'src/engine/listen-with'],
  ['src/engine/inputs'],
  ['src/engine/instrument'],
  ['src/engine/presets'],
  ['src/engine/stream'],
  ['src/engine/mapping', 'src/engine/steering', 'src/engine/time', 'src/engine/follow'],
  ['src/engine/model/import'],
  ['src/engine/model/precision'],
  ['src/engine/model/report'],
  ['src/engine/model/run'],
  ['src/engine/model/library'],
  ['src/engine/model/manifest.ts'],
  ['src/engine/descriptors'],
  ['src/engine/audio', 'src/engine/torchscript', 'src/engine/onnx'],
  ['src/engine/workers'],
  ['src/engine/system'],
  ['src/protocol'],
  ['src/document'],
];

const pattern = (folders) => `^(${folders.map((folder) => folder.replaceAll('.', '\\.')).join('|')})(/|$)`;

const downwards = LAYERS.flatMap((layer, i) =>
  layer.map((folder) => ({
    name: `${folder.replace('src/', '')} imports downwards only`,
    severity: 'error',
    from: { path: pattern([folder]) },
    to: { path: pattern([...LAYERS.slice(0, i).flat(), ...layer.filter((other) => other !== folder)]) },
  })),
);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...downwards,
    {
      name: 'every file of src lies in a layer',
      severity: 'error',
      from: { path: '^src/', pathNot: pattern(LAYERS.flat()) },
      to: {},
    },
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'the page knows the document and the protocol only',
      severity: 'error',
      from: { path: '^src/ui/' },
      to: { path: '^src/', pathNot: '^src/(ui|document|protocol)/' },
    },
    {
      name: 'the source knows no tests, benchmarks or scripts',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/', dependencyTypesNot: ['type-only'] },
    },
    { name: 'every import is found', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.css', '.json'],
    },
  },
};
