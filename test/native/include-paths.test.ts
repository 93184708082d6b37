import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const files = new Set(
  readdirSync('native', { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/')),
);
const sources = [...files].filter((path) => /^(tiller|test)\/.*\.(h|cpp)$/.test(path));
const read = (path: string) => readFileSync(join('native', path), 'utf8');

/** Where file names ignore case, a folder of headers on the include path hides the system's headers: Spawn.h hid <spawn.h>. */
test('no folder of headers is on the include path of the native code', () => {
  const folders = [...read('CMakeLists.txt').matchAll(/target_include_directories \(([^)]*)\)/g)].map(
    ([, argument = '']) => argument.replace(/\s+/g, ' '),
  );
  expect(folders).toEqual([
    'tiller_core PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}"',
    'Tiller_LV2 SYSTEM PRIVATE "${TILLER_JUCE_MODULES}/juce_audio_processors/format_types/LV2_SDK/lv2"',
    'Tiller SYSTEM PRIVATE "${TILLER_WEBVIEW2_DIR}/build/native/include"',
    'tiller_test_host SYSTEM PUBLIC "${TILLER_VST3_SDK}"',
    'tiller_audit_tests PRIVATE $<TARGET_PROPERTY:Tiller,INCLUDE_DIRECTORIES>',
  ]);
});

test('native headers are included by their path, in its exact case', () => {
  const wrong = sources.flatMap((source) =>
    [...read(source).matchAll(/^#include "([^"]+)"/gm)]
      .map(([, header = '']) => header)
      .filter((header) =>
        header.startsWith('tiller/')
          ? !files.has(header)
          : !source.startsWith('test/') || !files.has(`test/${header}`),
      )
      .map((header) => `${source}: ${header}`),
  );
  expect(sources.length).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});
