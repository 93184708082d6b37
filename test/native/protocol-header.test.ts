import { spawnSync } from 'node:child_process';

test('the generated C++ header is up to date with the protocol', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/protocol-header.mjs', '--check'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
