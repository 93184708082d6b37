import { gainToDb } from '../audio/db.js';
import { HeldSound } from '../model/run/held-sound.js';
import type { NoiseSource } from '../model/run/noise.js';
import type { RunningModel } from '../model/run/running-model.js';

/** A peak needs less than what `HeldSound` usually decodes, and many points of a picture are measured. */
const SETTLING = { seconds: 0, frames: 4 };
const MEASURED = { seconds: 0, frames: 4 };
const SILENCE_DB = -120;

/** Measures how loud held latents of one model are. The model must be this object's own: its state is lost. One thread. */
export class LevelProbe {
  private readonly held: HeldSound;

  constructor(model: RunningModel, noise: NoiseSource) {
    this.held = new HeldSound(model, noise, SETTLING, MEASURED);
  }

  /**
   * @param latents one value per dimension; missing ones are 0
   * @returns the sample peak over every output channel in dB, −120 for silence
   * @throws TillerError `model-failed`
   */
  measure(latents: ArrayLike<number>): number {
    let peak = 0;
    for (const channel of this.held.decode(latents)) {
      for (let i = this.held.settlingSamples; i < channel.length; i++)
        peak = Math.max(peak, Math.abs(channel[i] ?? 0));
    }
    return Math.max(SILENCE_DB, gainToDb(peak));
  }
}
