import { z } from 'zod';

/** MIDI program change with bank select: bank × 128 + program, 0..MAX_PROGRAM. A bank is controller 0 × 128 + controller 32. */
export const PROGRAMS_PER_BANK = 128;
export const MAX_BANK = 128 * 128 - 1;
export const MAX_PROGRAM = (MAX_BANK + 1) * PROGRAMS_PER_BANK - 1;
/** Most programs that can be assigned. */
export const MAX_ASSIGNMENTS = 2000;

export const programSchema = z.number().int().min(0).max(MAX_PROGRAM);

export const programSettingsSchema = z.strictObject({
  /** Whether program changes recall presets at all. */
  on: z.boolean(),
  /** MIDI channel, 1..16; 0 for any. */
  channel: z.number().int().min(0).max(16),
});
export type ProgramSettings = z.infer<typeof programSettingsSchema>;

export const programAssignmentSchema = z.strictObject({
  program: programSchema,
  /** A preset's identifier. */
  preset: z.string().min(1).max(200),
});
export type ProgramAssignment = z.infer<typeof programAssignmentSchema>;

/** Which program changes recall which presets. */
export interface ProgramsState extends ProgramSettings {
  /** By program, each at most once. */
  readonly assignments: readonly ProgramAssignment[];
}

export const NO_PROGRAMS: ProgramsState = { on: false, channel: 0, assignments: [] };
