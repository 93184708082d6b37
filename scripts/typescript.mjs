import { root } from './dependencies.mjs';

/** Imports TypeScript modules of the source, for scripts that run before the build. @returns all their exports */
export async function loadSource(...modules) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    stdin: {
      contents: modules.map((module) => `export * from './${module}';`).join('\n'),
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
