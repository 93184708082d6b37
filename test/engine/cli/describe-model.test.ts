import { describeModel } from '../../../src/engine/cli/describe-model.js';
import type { ModelManifest } from '../../../src/engine/model/manifest.js';
import type { ModelReport } from '../../../src/protocol/model-report.js';

const manifestOf = (latentDims: number) =>
  ({
    name: 'it',
    sha256: 'a'.repeat(64),
    sampleRate: 48_000,
    hop: 512,
    inputChannels: 1,
    outputChannels: 1,
    latentDims,
    fullLatentDims: latentDims,
    latentRanges: Array.from({ length: latentDims }, () => [-1, 1]),
    parameters: 1000,
    delaySamples: 0,
    variants: [],
  }) as unknown as ModelManifest;
const reportOf = (latents: number): ModelReport => ({
  format: 'tiller-model-report',
  version: 1,
  notes: [],
  loads: [{ frames: 1, batch: 1, encodeMs: 0.25, decodeMs: 0.5, shareOfRealTime: 0.07 }],
  processor: 'a processor',
  memoryBytes: null,
  latents: Array.from({ length: latents }, () => ({ activity: 1, effect: null })),
});

describe('a model in lines of text', () => {
  it('lists what each latent does', () => {
    const text = describeModel(manifestOf(2), reportOf(2)).join('\n');
    expect(text).toContain('0.25 ms to encode, 0.50 ms to decode');
    expect(text).toContain('latents change the sound');
    expect(text.match(/-1\.00 … +1\.00/g)).toHaveLength(2);
  });

  it('says what a prior takes, where there is one', () => {
    const report = reportOf(1);
    expect(describeModel(manifestOf(1), report).join('\n')).not.toContain('prior');
    const loads = report.loads.map((load) => ({ ...load, priorMs: 1.5 }));
    const text = describeModel(manifestOf(1), { ...report, loads }).join('\n');
    expect(text).toContain('1.50 ms for the prior');
  });

  // It had the head of an empty table, and a time to encode.
  it('says nothing of latents for an effect', () => {
    const text = describeModel(manifestOf(0), reportOf(0)).join('\n');
    expect(text).toContain('latents     none: an effect');
    expect(text).toContain('mono: 0.50 ms for a call');
    expect(text).not.toMatch(/encode|change the sound|activity/);
  });
});
