import { dbToGain } from '../audio/db.js';
import type { Output } from '../../document/output.js';
import type { RunningModel } from '../model/run/running-model.js';
import { MAX_MATCH_DB } from './level-match.js';

/** Time of silence, or of bypass, after which the model rests. */
export const REST_SECONDS = 10;
/** −100 dBFS: sound that stays below is silence. */
const SILENCE = 1e-5;

/** False for NaN too. */
function staysWithin(samples: Float32Array, bound: number): boolean {
  for (let i = 0; i < samples.length; i += 1) {
    const value = samples[i] as number;
    if (!(value <= bound && value >= -bound)) return false;
  }
  return true;
}

/**
 * Decides when a model is not called, since nothing would be heard of it: where it has heard and played silence, or has been
 * bypassed, for `REST_SECONDS`. Never in an offline render. Counts calls, so that the decision depends neither on how the track is cut
 * into blocks nor on the machine. One thread; allocates nothing after construction.
 */
export class ModelRest {
  private readonly restCalls: number;
  private silentCalls = 0;
  private bypassedCalls = 0;
  private bypassed = false;
  private offline = false;
  /** Silence of the model, before what raises it. */
  private outputSilence = SILENCE;
  /** What the decoder was given in the last silent call. */
  private readonly latents: Float32Array;
  private readonly attributes: Float32Array;

  constructor({ shape, latents, attributes }: Pick<RunningModel, 'shape' | 'latents' | 'attributes'>) {
    this.restCalls = Math.ceil((REST_SECONDS * shape.sampleRate) / (shape.hop * shape.frames));
    this.latents = new Float32Array(latents.length);
    this.attributes = new Float32Array(attributes.length);
  }

  /** Begins to count anew. */
  restart(): void {
    this.silentCalls = 0;
    this.bypassedCalls = 0;
  }

  setOffline(offline: boolean): void {
    if (offline) this.restart();
    this.offline = offline;
  }

  /** Whether the track is heard in place of the model; how loud the model may be heard. */
  setLevels({
    bypass,
    outputGainDb,
    matchLevel,
  }: Pick<Output, 'bypass' | 'outputGainDb' | 'matchLevel'>): void {
    if (!bypass) this.bypassedCalls = 0;
    this.bypassed = bypass;
    const raisedDb = Math.max(0, outputGainDb) + (matchLevel ? MAX_MATCH_DB : 0);
    const outputSilence = SILENCE / dbToGain(raisedDb);
    if (outputSilence < this.outputSilence) this.silentCalls = 0;
    this.outputSilence = outputSilence;
  }

  /** Counts a call of the model that is about to be made. */
  begin(): void {
    this.bypassedCalls = this.bypassed && !this.offline ? this.bypassedCalls + 1 : 0;
  }

  /** True where the present call is not heard, whatever the model is given. */
  get isUnheard(): boolean {
    return this.bypassedCalls > this.restCalls;
  }

  /** Whether the encoder would hear in `input` what it has heard for long: silence. */
  hearsNothingNew(input: Float32Array): boolean {
    return !this.offline && this.silentCalls >= this.restCalls && staysWithin(input, SILENCE);
  }

  /** Whether the decoder would be given what it was given in the last silent call. */
  decodesNothingNew({ latents, attributes }: Pick<RunningModel, 'latents' | 'attributes'>): boolean {
    for (let i = 0; i < latents.length; i += 1) if (latents[i] !== this.latents[i]) return false;
    for (let i = 0; i < attributes.length; i += 1) if (attributes[i] !== this.attributes[i]) return false;
    return true;
  }

  /** Counts a call in which the model has worked. */
  hasPlayed({ audioIn, audioOut, latents, attributes }: RunningModel): void {
    const isSilent = staysWithin(audioIn, SILENCE) && staysWithin(audioOut, this.outputSilence);
    this.silentCalls = isSilent ? this.silentCalls + 1 : 0;
    if (this.silentCalls < this.restCalls) return;
    this.latents.set(latents);
    this.attributes.set(attributes);
  }
}
