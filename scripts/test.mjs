import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, runTool } from './dependencies.mjs';

ensureDependencies();
ensureBundle();
console.log('Format …');
runTool('prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']);
console.log('Types …');
runTool('typescript/bin/tsc', ['-p', '.']);
runTool('typescript/bin/tsc', ['-p', 'src/ui']);
console.log('Lint …');
runTool('eslint/bin/eslint.js', ['.', '--max-warnings=0']);
console.log('Tests …');
runTool('jest/bin/jest.js', process.argv.slice(2), ['--experimental-vm-modules', '--no-warnings']);
