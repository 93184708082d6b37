import { z } from 'zod';
import type { Assignment } from '../../document/assignment.js';
import { assignmentsSchema } from '../../document/assignment-schema.js';
import { SharedFile } from './shared-file.js';

const FORMAT = 'tiller-controller-map';
const VERSION = 1;

const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  assignments: assignmentsSchema,
});

/**
 * The player's own controller map, which outlives presets and projects. All engines of the player share the file, and follow each
 * other's changes. Main thread.
 * @param path null keeps it in memory only
 */
export const controllerMap = (path: string | null): SharedFile<readonly Assignment[]> =>
  new SharedFile<readonly Assignment[]>(path, {
    empty: [],
    unreadable: 'The controller map could not be read. Assign the controllers again.',
    parse: (json) => schema.parse(json).assignments,
    stringify: (assignments) => JSON.stringify({ format: FORMAT, version: VERSION, assignments }),
  });
