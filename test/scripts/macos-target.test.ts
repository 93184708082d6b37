import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SCRIPT = '../../scripts/packaging/mach-o.mjs';
const { oldestMacos } = (await import(SCRIPT)) as { oldestMacos: (image: Buffer) => string | null };

/** What the plugin claims and what its inference library needs: on an older system its engine would not start. */
test('the plugin is built for the oldest macOS and the processors that onnxruntime runs on', () => {
  const cmake = readFileSync('native/CMakeLists.txt', 'utf8');
  const setting = (name: string) => new RegExp(`set \\(CMAKE_OSX_${name} (\\S+)`).exec(cmake)?.[1];
  const libraries = 'node_modules/onnxruntime-node/bin/napi-v6/darwin';
  expect(readdirSync(libraries)).toEqual([setting('ARCHITECTURES')]);
  const needed = readdirSync(join(libraries, 'arm64')).map((name) =>
    oldestMacos(readFileSync(join(libraries, 'arm64', name))),
  );
  expect(needed.length).toBeGreaterThan(1);
  for (const version of needed) expect(version).toBe(setting('DEPLOYMENT_TARGET'));
});
