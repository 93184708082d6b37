import { z } from 'zod';
import { actionOf, isAction } from './action.js';
import { ASSIGNMENT_MODES, modesFor } from './assignment.js';
import { controllerSourceSchema } from './controller-source.js';
import { MAX_ACTION_EXAMPLE, MAX_CONTROLLERS } from './limits.js';

export const actionReferenceSchema = z.union([
  z.strictObject({ id: z.string().max(40).refine(isAction, 'there is no such action') }),
  z.strictObject({ id: z.literal('example'), number: z.number().int().min(1).max(MAX_ACTION_EXAMPLE) }),
  z.strictObject({ id: z.literal('preset'), preset: z.string().min(1).max(200) }),
]);

/** The parts of an assignment that the player can change. */
export const assignmentFields = {
  action: actionReferenceSchema,
  source: controllerSourceSchema,
  mode: z.enum(ASSIGNMENT_MODES),
  range: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]),
  feedback: z.boolean(),
};

/** See `Assignment`. */
export const assignmentSchema = z
  .strictObject({ id: z.string().min(1).max(64), ...assignmentFields })
  .refine(
    ({ action, source, mode }) => modesFor(actionOf(action).kind, source).includes(mode),
    'this mode does not suit the action and its source',
  );

export const assignmentsSchema = z.array(assignmentSchema).max(MAX_CONTROLLERS);
