import type { ModelManifest } from '../../../src/engine/model/manifest.js';
import { Trainer } from '../../../src/engine/mapping/trainer.js';
import { emptyPreset } from '../../../src/document/default-preset.js';
import type { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { Instrument } from '../../../src/engine/instrument/instrument.js';
import { applyEdit } from '../../../src/document/apply-edit.js';
import type { StreamCommand, StreamReport, Telemetry } from '../../../src/engine/stream/messages.js';
import type { Preset } from '../../../src/document/preset.js';

/** An instrument with a fake streaming worker. */
export class Bench {
  readonly sent: StreamCommand[] = [];
  readonly instrument: Instrument;
  /** The library, by SHA-256; empty at first. */
  readonly models = new Map<string, { dir: string; manifest: ModelManifest }>();
  private report: (report: StreamReport) => void = () => undefined;

  constructor(readonly presets: PresetStore) {
    this.instrument = new Instrument({
      link: {
        send: (command) => this.sent.push(command),
        onReport: (listener) => {
          this.report = listener;
        },
      },
      presets,
      models: { find: (sha256) => Promise.resolve(this.models.get(sha256) ?? null) },
      trainer: new Trainer(),
    });
  }

  sound(decoded: number[]): void {
    const telemetry: Telemetry = {
      inputs: new Float32Array(16),
      audioRanges: new Float32Array(32),
      encoded: Float32Array.from(decoded),
      mapped: Float32Array.from(decoded),
      decoded: Float32Array.from(decoded),
      inputPeakDb: [-6, -7],
      outputPeakDb: [-8, -9],
      inputRmsDb: [-16, -17],
      outputRmsDb: [-18, -19],
      gainReductionDb: 1,
      modelLoad: 0.1,
      totalLoad: 0.2,
      modelRests: false,
      faults: 3,
      time: { tempo: 90, playing: true, beat: -1.5, beatsPerBar: 4, songSample: NaN },
    };
    this.report({ type: 'telemetry', ...telemetry });
  }
}

/** A document of `latents` dimensions with examples, without automatic learning. */
export function documentOf(latents: number, examples: number): Preset {
  let preset: Preset = emptyPreset(null, latents);
  preset = { ...preset, learning: { ...preset.learning, automatic: false } };
  for (let i = 0; i < examples; i++) {
    preset = applyEdit(preset, {
      type: 'add-example',
      example: {
        label: `sound ${i}`,
        inputs: [i / 10, 0.5],
        latents: Array.from({ length: latents }, () => i),
      },
    });
  }
  return preset;
}
