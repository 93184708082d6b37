import { applyEdit } from '../../document/apply-edit.js';
import { useModel } from '../../document/use-model.js';
import { emptyPreset } from '../../document/default-preset.js';
import type { Preset } from '../../document/preset.js';
import type { ModelManifest } from '../model/manifest.js';
import { AXIS_NAMES, type Layout } from './layout.js';
import type { Zone } from './starter-map.js';
import { STARTER_REGRESSOR } from './starter-regressor.js';

/** A new preset with the zones as examples; nothing is learned yet. */
export function starterPreset(manifest: ModelManifest, zones: readonly Zone[], layout: Layout): Preset {
  const [x, y] = AXIS_NAMES[layout];
  let preset = useModel(emptyPreset(null, 0), manifest, manifest.latentRanges);
  preset = applyEdit(preset, {
    type: 'describe',
    change: { name: `${manifest.name} map`, tags: ['starter map'] },
  });
  preset = applyEdit(preset, { type: 'edit-input', index: 0, change: { name: x } });
  preset = applyEdit(preset, { type: 'edit-input', index: 1, change: { name: y } });
  preset = applyEdit(preset, { type: 'learn-all-with', settings: STARTER_REGRESSOR });
  for (const { label, hue, place, latents } of zones)
    preset = applyEdit(preset, {
      type: 'add-example',
      example: { label, hue, inputs: [...place], latents: Array.from(latents) },
    });
  return preset;
}
