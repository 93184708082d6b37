/** Output of a decoder for one piece; no channels where the piece gave no samples. */
export interface Decoded {
  readonly channelData: Float32Array[];
  readonly sampleRate: number;
}

/** The audio of a file, decoded piece by piece. */
export interface Pieces {
  /** Number of samples of all channels together; null where the header does not contain it. */
  readonly samples: number | null;
  /** Call `return` where it is not read to its end, which frees the decoder. */
  readonly pieces: Generator<Decoded, void, undefined>;
}
