import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** It runs on machines of a service only: what can be checked without them is that the steps are there. */
const workflow = readFileSync('.github/workflows/plugin.yml', 'utf8');
const called = (pattern: RegExp): string[] => [...workflow.matchAll(pattern)].map(([, name = '']) => name);

describe('the workflow', () => {
  it('calls scripts that exist', () => {
    const scripts = called(/\bnode (scripts\/\S+?\.mjs)/g);
    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.filter((path) => !existsSync(path))).toEqual([]);
    const { scripts: named } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
    const commands = called(/\bnpm run ([\w:]+)/g);
    expect(commands.length).toBeGreaterThan(1);
    expect(commands.filter((name) => !(name in named))).toEqual([]);
  });

  // Regression: the tests of the window stopped, since they could not install xdotool without the rights of root.
  it('installs, as root, every package that the native tests need', () => {
    const { stdout } = spawnSync(process.execPath, ['scripts/build-packages.mjs'], {
      encoding: 'utf8',
      env: { ...process.env, TILLER_JUCE_DIR: '/a/checkout' },
    });
    const installed = stdout.trim().split(' ');
    expect(installed).toEqual(
      expect.arrayContaining(['cmake', 'g++', 'xvfb', 'xauth', 'openbox', 'xdotool']),
    );
    expect(installed.every((name) => /^[a-z0-9][a-z0-9+.-]+$/.test(name))).toBe(true);
  });
});
