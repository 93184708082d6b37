// Stores the renders that test/engine/golden compares with: run it where a change of them is meant, and look at what differs.
import { writeFile } from 'node:fs/promises';
import { loadSource } from './typescript.mjs';

const { timeRenders } = await loadSource('test/engine/golden/time-renders.ts');
// One render a line, so that a difference shows which changed.
const lines = Object.entries(timeRenders()).map(
  ([name, frames]) => `${JSON.stringify(name)}: [${frames.join(', ')}]`,
);
const target = new URL('../test/engine/golden/time-renders.json', import.meta.url);
await writeFile(target, `{\n${lines.join(',\n')}\n}\n`);
