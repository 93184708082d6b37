// Runs all checks: format, types, lint, unit and integration tests, the page in a browser, the plugin in a headless host.
// Arguments run only the jest tests whose paths contain them.
import { ensureBrowser } from './browser.mjs';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, run, runTool } from './dependencies.mjs';

const wanted = process.argv.slice(2);

ensureDependencies();
ensureBundle();
if (wanted.length === 0) {
  ensureBrowser();
  console.log('Format …');
  runTool('prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']);
  console.log('Types …');
  runTool('typescript/bin/tsc', ['-p', '.']);
  runTool('typescript/bin/tsc', ['-p', 'src/ui']);
  console.log('Lint …');
  runTool('eslint/bin/eslint.js', ['.', '--max-warnings=0']);
}
console.log('Tests …');
// A failing test may leave a process or a worker thread behind: the run must then end red, not wait for it.
runTool('jest/bin/jest.js', [...wanted, '--forceExit'], ['--experimental-vm-modules', '--no-warnings']);
if (wanted.length === 0) {
  console.log('Plugin …');
  run(process.execPath, ['scripts/native-test.mjs']);
}
