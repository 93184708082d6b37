import { parseNoise } from '../../../src/engine/cli/noise-option.js';

describe('parseNoise', () => {
  it.each([
    ['silent', { kind: 'silent' }],
    ['0.75,0.1', { kind: 'constant', uniform: 0.75, normal: 0.1 }],
    ['0,-1', { kind: 'constant', uniform: 0, normal: -1 }],
    ['seed:0', { kind: 'seed', seed: 0 }],
    ['seed:4294967295', { kind: 'seed', seed: 0xffffffff }],
  ])('reads %s', (text, setting) => {
    expect(parseNoise(text)).toEqual(setting);
  });

  it.each([
    '',
    'loud',
    'seed:',
    'seed:-1',
    'seed:4294967296',
    '0.5',
    '0.5,',
    '2,0',
    '0.5,NaN',
    '0,0,0',
    '0.5,1e9',
  ])('refuses “%s”', (text) => {
    expect(() => parseNoise(text)).toThrow(/no noise setting/);
  });
});
