import { DESCRIPTOR_SCALES, type AudioDescriptor } from '../../document/audio-descriptors.js';
import type { RangeRule } from './heard-range.js';

/** A value of a descriptor as it is compared: octaves for frequencies. */
export function compared(descriptor: AudioDescriptor, value: number): number {
  return DESCRIPTOR_SCALES[descriptor].isLogarithmic ? Math.log2(value) : value;
}

/** The inverse of `compared`. */
export function shown(descriptor: AudioDescriptor, value: number): number {
  return DESCRIPTOR_SCALES[descriptor].isLogarithmic ? 2 ** value : value;
}

type Choice = Omit<RangeRule, 'low' | 'high'>;

const rule = (descriptor: AudioDescriptor, choice: Choice): RangeRule => {
  const { low, high } = DESCRIPTOR_SCALES[descriptor];
  return {
    ...choice,
    low: compared(descriptor, low),
    high: compared(descriptor, high),
    usual: [compared(descriptor, choice.usual[0]), compared(descriptor, choice.usual[1])],
  };
};

/**
 * How each descriptor's range is taken from what was heard. The loudest sound is the top; of the others single outliers are left out
 * (an octave that the pitch was mistaken by). Most latent frames have no onset: from the median on it counts as one.
 */
export const RANGE_RULES: Readonly<Record<AudioDescriptor, RangeRule>> = {
  loudness: rule('loudness', { lowShare: 0.05, highShare: 1, leastSpan: 6, usual: [-42, -12] }),
  brightness: rule('brightness', { lowShare: 0.05, highShare: 0.95, leastSpan: 1, usual: [200, 5000] }),
  noisiness: rule('noisiness', { lowShare: 0.05, highShare: 0.95, leastSpan: 0.1, usual: [0, 1] }),
  onset: rule('onset', { lowShare: 0.5, highShare: 0.99, leastSpan: 3, usual: [0.5, 8] }),
  pitch: rule('pitch', { lowShare: 0.03, highShare: 0.97, leastSpan: 0.5, usual: [80, 800] }),
};
