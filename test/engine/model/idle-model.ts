import type { ModelShape, RunningModel } from '../../../src/engine/model/run/running-model.js';

/** A model that takes no time and allocates nothing, so that what is measured is the engine's own. It answers with its input. */
export class IdleModel implements RunningModel {
  readonly attributes = new Float32Array(0);
  readonly priorIn = new Float32Array(0);
  readonly audioIn: Float32Array;
  readonly encoded: Float32Array;
  readonly latents: Float32Array;
  readonly audioOut: Float32Array;

  constructor(readonly shape: ModelShape) {
    const { batch, frames, hop, inputChannels, outputChannels, latentDims } = shape;
    this.audioIn = new Float32Array(batch * inputChannels * hop * frames);
    this.encoded = new Float32Array(batch * latentDims * frames);
    this.latents = new Float32Array(batch * latentDims * frames);
    this.audioOut = new Float32Array(batch * outputChannels * hop * frames);
  }

  encode(): void {
    this.encoded.fill(0.5);
  }

  generate(): void {
    this.encode();
  }

  decode(): void {
    this.audioOut.set(this.audioIn);
  }

  decodeAgain(): void {
    this.decode();
  }

  reset(): void {
    this.audioOut.fill(0);
  }

  close(): void {
    this.audioOut.fill(0);
  }
}
