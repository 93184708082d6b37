/** Output settings of a new instrument. Kept apart from the schema, so that the page can import it without the validator. */
export const DEFAULT_OUTPUT = {
  inputGainDb: 0,
  outputGainDb: 0,
  dryWet: 1,
  ceilingDb: -1,
  latentNoise: 0,
  width: 0,
  freeze: false,
  loop: false,
  loopLength: '1 bar',
  loopSlot: 0,
  loopStart: 'now',
  bypass: false,
  listen: 'mid',
  onFault: 'dry',
  framesPerCall: 1,
  margin: 'normal',
} as const;
