import { createTransformer as createSwcTransformer } from '@swc/jest';
import { createHash } from 'node:crypto';
import { HOT_GLOBALS } from './hot-globals.js';

/** Declares those that a module names as constants of its own, on its first line, so that the numbers of lines stay. */
function withConstants({ code, ...rest }) {
  const named = HOT_GLOBALS.filter((name) => RegExp(`\\b${name}\\b`).test(code));
  return { ...rest, code: named.length === 0 ? code : `const {${named.join()}}=globalThis;${code}` };
}

/** As `@swc/jest`, with the names of `HOT_GLOBALS` as constants in each module. */
export function createTransformer(options) {
  const swc = createSwcTransformer(options);
  return {
    ...swc,
    process: (...args) => withConstants(swc.process(...args)),
    processAsync: async (...args) => withConstants(await swc.processAsync(...args)),
    getCacheKey: (...args) =>
      createHash('sha1')
        .update(swc.getCacheKey(...args))
        .update(withConstants.toString() + HOT_GLOBALS.join())
        .digest('hex'),
  };
}
