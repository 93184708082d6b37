/** Between the page and the speaker's worklet. */
export type ToSpeaker =
  /** Empties the buffer and asks for as much audio as the target. */
  | { kind: 'start'; targetFrames: number }
  | { kind: 'target'; targetFrames: number }
  | { kind: 'audio'; frames: number; channels: Float32Array[] };

export interface FromSpeaker {
  /** Frames that the engine may render now, in addition to what it was granted before. */
  credit: number;
  underruns: number;
}

/** Between the page and the microphone's worklet: one mono or stereo block. */
export interface FromMicrophone {
  frames: number;
  channels: Float32Array[];
}
