/** Linear amplitude of a level in decibels. */
export const dbToGain = (db: number): number => 10 ** (db / 20);

/** Level in decibels of a linear amplitude; 0 gives −Infinity. */
export const gainToDb = (gain: number): number => 20 * Math.log10(gain);
