/** The document as the page sees it: types and pure tables of the engine, nothing that needs Node or a validator. */
export type { Edit } from '../engine/session/edits.js';
export type { Example, Learning, RegressorKind, RegressorSettings } from '../engine/mapping/schema.js';
export type { Input, InputSource } from '../engine/performance/schema.js';
export type { Output } from '../engine/audio/schema.js';
export type { DimensionSteering, Steering, SteeringMode } from '../engine/steering/schema.js';
export type { ModelReference } from '../engine/preset/schema.js';
export type { Parameter } from '../engine/performance/parameters.js';
export {
  HOST_OFFSETS,
  PARAMETER_INDEX,
  PARAMETERS,
  clampParameter,
} from '../engine/performance/parameters.js';
export { DEFAULT_OUTPUT } from '../engine/audio/default-output.js';
export { CAPTURE_STEP } from '../engine/session/capture-step.js';
export { MAX_INPUTS, MAX_LATENTS } from '../engine/limits.js';
export { shapeTravel } from '../engine/performance/travel.js';
