import { envelopeSchema } from '../../src/protocol/interface-commands.js';

const accepts = (command: unknown) => envelopeSchema.safeParse({ command }).success;

describe('commands of the page', () => {
  it.each([
    { type: 'undo' },
    { type: 'parameter', index: 0, value: 0.5, gesture: 'begin' },
    { type: 'hold', dimension: 255, value: null },
    { type: 'paint-map', map: { mode: 'latents', x: 0, y: 15, dimension: 3 } },
    { type: 'edit', edit: { type: 'learn-automatically', automatic: false }, coalesce: 'gesture-1' },
    { type: 'source', source: { kind: 'microphone' } },
    { type: 'select-model', sha256: 'a'.repeat(64) },
  ])('takes $type', (command) => {
    expect(accepts(command)).toBe(true);
  });

  it.each([
    ['an unknown command', { type: 'format-disk' }],
    ['an unknown field', { type: 'undo', twice: true }],
    ['no number', { type: 'parameter', index: 0, value: NaN }],
    ['infinity', { type: 'parameter', index: 0, value: Infinity }],
    ['a parameter that is none', { type: 'parameter', index: 4242, value: 0 }],
    ['half a parameter', { type: 'parameter', index: 0.5, value: 0 }],
    ['a latent that is none', { type: 'hold', dimension: 256, value: 0 }],
    ['a system message', { type: 'midi', status: 0xf0, data1: 0, data2: 0 }],
    ['a label without end', { type: 'capture', label: 'x'.repeat(121) }],
    ['an impossible rate', { type: 'audio-open', rate: 1e9 }],
    ['credit without end', { type: 'audio-credit', frames: 1e9, underruns: 0 }],
    [
      'a port of the system',
      {
        type: 'osc',
        settings: { receive: true, receivePort: 80, wekinator: false, send: false, sendPort: 9001 },
      },
    ],
    ['a hash that is none', { type: 'select-model', sha256: '../../etc/passwd' }],
    ['a preset without a name', { type: 'save-preset-as', name: '   ' }],
  ])('refuses %s', (_what, command) => {
    expect(accepts(command)).toBe(false);
  });
});
