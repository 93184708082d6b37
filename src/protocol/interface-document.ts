/** The document as the page sees it: types and pure tables of the engine, nothing that needs Node or a validator. */
export type { Edit } from '../document/edit.js';
export type { Example } from '../document/example.js';
export type { Learning, RegressorKind, RegressorSettings } from '../document/learning.js';
export type { Input, InputSource } from '../document/input.js';
export type { Output } from '../document/output.js';
export type { DimensionSteering, Steering, SteeringMode } from '../document/steering.js';
export type { ModelReference } from '../document/preset.js';
export type { Parameter } from '../document/parameters.js';
export { HOST_OFFSETS, PARAMETER_INDEX, PARAMETERS, clampParameter } from '../document/parameters.js';
export { DEFAULT_OUTPUT } from '../document/default-output.js';
export { CAPTURE_STEP } from '../document/capture-step.js';
export { MAX_INPUTS, MAX_LATENTS } from '../document/limits.js';
export { inputValueOf } from '../document/value-range.js';
