/**
 * Replaces values that are not finite by 0, in place: an encoder that normalises its latents and has no biases (a spherical
 * RAVE model) answers silence with 0 / 0.
 * @returns whether any value was replaced
 */
export function zeroNonFinite(values: Float32Array): boolean {
  let replaced = false;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (value - value === 0) continue;
    values[i] = 0;
    replaced = true;
  }
  return replaced;
}
