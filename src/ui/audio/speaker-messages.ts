/** Messages to the speaker's worklet. A frame is one sample per channel. */
export type ToSpeaker =
  /** Empties the buffer and requests audio up to the target. */
  | { kind: 'start'; targetFrames: number }
  | { kind: 'target'; targetFrames: number }
  | { kind: 'audio'; frames: number; channels: Float32Array[] };

/** A request of the speaker's worklet. */
export interface FromSpeaker {
  /** Frames that the engine may render now, in addition to those of earlier requests. */
  credit: number;
  underruns: number;
}

/** A block of audio from the microphone's worklet; `frames` samples in each channel. */
export interface FromMicrophone {
  frames: number;
  channels: Float32Array[];
}
