/** What an input can follow in the audio that comes in. */
export const AUDIO_DESCRIPTORS = ['loudness', 'brightness', 'noisiness', 'onset', 'pitch'] as const;
export type AudioDescriptor = (typeof AUDIO_DESCRIPTORS)[number];

/** The figures of a descriptor. */
export interface DescriptorScale {
  readonly unit: 'LUFS' | 'Hz' | 'dB' | '';
  /** Ends of everything that is told apart; frequencies are compared as octaves. */
  readonly low: number;
  readonly high: number;
  readonly isLogarithmic: boolean;
}

/**
 * Loudness is K-weighted; brightness the spectrum's centre of gravity; noisiness 0 for sinusoids and 1 for noise; onset by how much
 * the bands of the spectrum have risen on average; pitch the fundamental frequency.
 */
export const DESCRIPTOR_SCALES: Readonly<Record<AudioDescriptor, DescriptorScale>> = {
  loudness: { unit: 'LUFS', low: -70, high: 0, isLogarithmic: false },
  brightness: { unit: 'Hz', low: 40, high: 16_000, isLogarithmic: true },
  noisiness: { unit: '', low: 0, high: 1, isLogarithmic: false },
  onset: { unit: 'dB', low: 0, high: 40, isLogarithmic: false },
  pitch: { unit: 'Hz', low: 50, high: 2000, isLogarithmic: true },
};

/** Longest time constant of a follower, in milliseconds. */
export const MAX_FOLLOW_MILLISECONDS = 5000;
