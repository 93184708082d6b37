import { z } from 'zod';
import { parsePreset, parsePresetJson } from '../../document/parse-preset.js';
import type { Preset } from '../../document/preset.js';

const FORMAT = 'tiller-project';

/** What the host's project holds of an instrument. */
export interface Project {
  readonly preset: Preset;
  /** Where it came from in the player's preset store; null where it never was there. */
  readonly presetId: string | null;
}

const projectSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  presetId: z.string().max(200),
  preset: z.unknown(),
});

/** A preset as it is where that says everything, so that a project can be read wherever presets can. */
export function projectText({ preset, presetId }: Project): string {
  return JSON.stringify(presetId === null ? preset : { format: FORMAT, version: 1, presetId, preset });
}

/** @throws TillerError as `parsePresetText` does */
export function parseProject(text: string): Project {
  const value = parsePresetJson(text);
  const { success, data } = projectSchema.safeParse(value);
  return success
    ? { preset: parsePreset(data.preset), presetId: data.presetId }
    : { preset: parsePreset(value), presetId: null };
}
