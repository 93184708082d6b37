import {
  interfaceNotes,
  runningNotes,
  type InterfaceFacts,
} from '../../../../src/engine/model/import/import-notes.js';
import type { ModelManifest } from '../../../../src/engine/model/manifest.js';

const PLAIN: InterfaceFacts = {
  weightTypes: new Set(['float32']),
  isEffect: false,
  hasEncoder: true,
  hasPrior: false,
  methods: ['encode', 'decode', 'forward'],
  rate: { used: 44_100, stated: 44_100 },
};

test('a usual model needs no notes', () => expect(interfaceNotes(PLAIN)).toEqual([]));

test.each<[Partial<InterfaceFacts>, string]>([
  [{ weightTypes: new Set(['float32', 'bfloat16']) }, 'bfloat16 were converted'],
  [{ hasEncoder: false }, 'no encoder'],
  [{ isEffect: true, hasEncoder: false, methods: ['forward'] }, 'An effect: it has no latents'],
  [{ weightTypes: new Set(['float16']) }, 'float16 were converted'],
  [{ weightTypes: new Set(['float64']) }, 'stored as float64'],
  [{ methods: ['encode', 'decode', 'prior'] }, 'method “prior” cannot be played yet'],
  [{ rate: { used: 48_000, stated: null } }, 'does not state its sample rate: 48000 Hz was given'],
  [{ rate: { used: 48_000, stated: 44_100, given: 48_000 } }, 'states a sample rate of 44100 Hz: 48000 Hz'],
])('%j is noted', (change, text) => {
  expect(interfaceNotes({ ...PLAIN, ...change })).toEqual([expect.stringContaining(text)]);
});

test('a prior that fits the decoder is played, and not noted as unused', () => {
  const methods = ['encode', 'decode', 'prior'];
  expect(interfaceNotes({ ...PLAIN, methods, hasPrior: true })).toEqual([]);
});

test('what running a model showed is noted', () => {
  const manifest = {
    streaming: false,
    hasNonFiniteLatents: true,
    delaySamples: 20,
    variants: [{ batch: 1 }],
  } as ModelManifest;
  expect(runningNotes(manifest, 900)).toEqual([
    expect.stringContaining('without streaming'),
    expect.stringContaining('no number'),
    expect.stringContaining('one side'),
    expect.stringContaining('delay of 900 samples; 20 were measured'),
  ]);
  const usual = { streaming: true, delaySamples: 20, variants: [{ batch: 2 }] } as ModelManifest;
  expect(runningNotes(usual, 20)).toEqual([]);
});
