import { dbToGain } from '../audio/db.js';
import { Ramp } from '../audio/ramp.js';
import { Resampler, resamplerLookahead } from '../audio/resampler.js';
import type { Output } from '../../document/output.js';
import { modelLatencySamples } from './latency.js';
import { RAMP_SECONDS } from './mix.js';
import type { GuardedModel } from './model-runner.js';
import { collectWet, listenShare, wetChannels } from './routing.js';
import { Splice } from './splice.js';

/** Time over which a break in the model's sound is smoothed. */
const SPLICE_SECONDS = 0.005;
/** The audio of a call is output in pieces no shorter than this, at most so many. */
const PIECE_SECONDS = 0.005;
const MOST_PIECES = 4;
/** Length of the cross-fade to a call that was decoded again. */
const REDECODE_FADE_SECONDS = 0.002;

/**
 * The track through the model: input gain and channel selection, resampling to the model's rate, calls of the model, resampling
 * back to the track's rate. Output n is the model's answer to track sample n − `delaySamples`. One thread; allocates
 * nothing after construction.
 *
 * The audio of a call is output in pieces, each as late as possible. Where a control has moved since, the call is decoded again
 * before its next piece, with a cross-fade: a gesture waits for a piece, not for a call.
 */
export class WetPath {
  readonly delaySamples: number;
  /** Output signals: one for all track channels, or one for each. */
  readonly channels: 1 | 2;
  /**
   * True for an offline render: every call is output as one piece, however much time the model leaves, since the same
   * project must give the same bits on every machine. A moved control then waits for the next call.
   */
  offline = false;

  private readonly inputGain: Ramp;
  /** Gain of each track channel in each input signal of the model, [stream][channel]. */
  private readonly shares: Ramp[][];
  private readonly gains: Float64Array;
  private readonly share: Float64Array;
  private readonly streams: Float32Array[];
  private readonly intoModel: Resampler;
  private readonly outOfModel: Resampler;
  /** `model.audioIn`, one view per stream. */
  private readonly inputs: Float32Array[];
  private readonly wet: Float32Array[];
  /** The audio of the same call, decoded again. */
  private readonly wetAgain: Float32Array[];
  private readonly redecodeFadeSamples: number;
  private readonly splice: Splice;
  private readonly callSamples: number;
  private readonly callSeconds: number;
  private readonly mostPieces: number;
  /** Model samples by which a piece is output early, since positions of the two rates differ by fractions of a sample. */
  private readonly lead: number;
  private filled = 0;
  /** Samples of the last call that were output. */
  private outputSamples = 0;
  /** Length of the present piece. */
  private pieceSamples: number;
  private calls = 0;
  private failing = false;

  /**
   * @param redecodeCpuShare see `StreamSetup`
   * @param onFault called with the output sample from which on the model fails (true), or works again (false)
   */
  constructor(
    private readonly guarded: GuardedModel,
    rate: number,
    private readonly trackChannels: number,
    segment: number,
    output: Output,
    private readonly redecodeCpuShare: number,
    private readonly onFault: (position: number, failed: boolean) => void,
  ) {
    const { shape, audioIn } = guarded.model;
    const { sampleRate: modelRate, delaySamples: modelDelaySamples, inputChannels, batch } = shape;
    const streams = inputChannels * batch;
    this.callSamples = shape.hop * shape.frames;
    this.callSeconds = this.callSamples / modelRate;
    this.mostPieces = Math.min(MOST_PIECES, Math.max(1, Math.floor(this.callSeconds / PIECE_SECONDS)));
    this.redecodeFadeSamples = Math.round(REDECODE_FADE_SECONDS * modelRate);
    this.lead = Math.ceil(modelRate / rate) + 1;
    this.pieceSamples = this.callSamples;
    this.channels = wetChannels(shape, trackChannels);
    this.intoModel = new Resampler({ from: rate, to: modelRate, channels: streams, capacity: segment });
    const { numerator, denominator } = this.intoModel;
    this.delaySamples = modelLatencySamples({
      rate,
      modelRate,
      callSamples: this.callSamples,
      modelDelaySamples,
      inputLookahead: this.intoModel.lookahead,
      outputLookahead: resamplerLookahead(modelRate, rate),
    });
    this.outOfModel = new Resampler({
      from: modelRate,
      to: rate,
      channels: this.channels,
      capacity: 2 * this.callSamples + Math.ceil((segment * denominator) / numerator),
      origin: modelDelaySamples * numerator - this.delaySamples * denominator,
    });
    const ramp = Math.max(1, Math.round(RAMP_SECONDS * rate));
    this.inputGain = new Ramp(ramp, dbToGain(output.inputGainDb));
    this.shares = Array.from({ length: streams }, (_, stream) =>
      Array.from(
        { length: trackChannels },
        (_, channel) => new Ramp(ramp, listenShare(output.listen, stream, channel, shape, trackChannels)),
      ),
    );
    this.gains = new Float64Array(segment);
    this.share = new Float64Array(segment);
    this.streams = this.shares.map(() => new Float32Array(segment));
    this.inputs = this.shares.map((_, stream) =>
      audioIn.subarray(stream * this.callSamples, (stream + 1) * this.callSamples),
    );
    this.wet = Array.from({ length: this.channels }, () => new Float32Array(this.callSamples));
    this.wetAgain = this.wet.map(() => new Float32Array(this.callSamples));
    this.splice = new Splice(this.channels, Math.max(1, Math.round(SPLICE_SECONDS * modelRate)));
  }

  /** Starts from silence at the first sample, levels at their targets. */
  restart(): void {
    this.guarded.reset();
    this.guarded.controls.restart();
    this.intoModel.reset();
    this.outOfModel.reset();
    this.splice.reset();
    this.inputGain.finish();
    for (const row of this.shares) for (const ramp of row) ramp.finish();
    this.filled = 0;
    this.outputSamples = 0;
    this.pieceSamples = this.callSamples;
    this.calls = 0;
    this.failing = false;
  }

  /** Ramps the input gain from the next sample that is read on. @param gainDb in dB */
  setInputGain(gainDb: number): void {
    this.inputGain.aim(dbToGain(gainDb));
  }

  /** Ramps to another choice of input channels. */
  setListen(listen: Output['listen']): void {
    const { shape } = this.guarded.model;
    this.shares.forEach((row, stream) =>
      row.forEach((ramp, channel) => {
        ramp.aim(listenShare(listen, stream, channel, shape, this.trackChannels));
      }),
    );
  }

  /** Latent frame whose window holds track sample `position`. */
  frameAt(position: number): number {
    const { numerator, denominator } = this.intoModel;
    return Math.floor((position * denominator) / (numerator * this.guarded.model.shape.hop));
  }

  /** Takes the track's next `count` samples and writes as many of the model's output. */
  process(track: readonly Float32Array[], output: readonly Float32Array[], count: number): void {
    this.listen(track, count);
    this.intoModel.write(this.streams, 0, count);
    for (let ready = this.intoModel.available(); ready > 0;) {
      const pieceEnd = this.filled - (this.filled % this.pieceSamples) + this.pieceSamples;
      const part = Math.min(ready, pieceEnd - this.filled, this.callSamples - this.filled);
      this.intoModel.read(this.inputs, this.filled, part);
      this.filled += part;
      ready -= part;
      if (this.filled === this.callSamples) this.call();
      else if (this.filled === pieceEnd) this.nextPiece();
    }
    this.outOfModel.read(output, 0, count);
  }

  private listen(track: readonly Float32Array[], count: number): void {
    this.inputGain.fill(this.gains, 0, count);
    for (let s = 0; s < this.streams.length; s += 1) {
      const stream = this.streams[s] as Float32Array;
      const row = this.shares[s] as Ramp[];
      stream.fill(0, 0, count);
      for (let c = 0; c < row.length; c += 1) {
        const ramp = row[c] as Ramp;
        if (ramp.restsAt(0)) continue;
        const source = track[c] as Float32Array;
        ramp.fill(this.share, 0, count);
        for (let i = 0; i < count; i += 1) {
          stream[i] =
            (stream[i] as number) +
            (source[i] as number) * (this.share[i] as number) * (this.gains[i] as number);
        }
      }
    }
  }

  private call(): void {
    const { guarded, callSamples, channels } = this;
    // This call does not continue one that failed or a state that was emptied.
    if (this.calls > 0 && !guarded.continues) this.splice.break();
    const good = guarded.run();
    if (good === this.failing) this.changeFailing(!good);
    if (good) this.collect(this.wet);
    else for (let side = 0; side < channels; side += 1) (this.wet[side] as Float32Array).fill(0);
    this.splice.process(this.wet, callSamples);
    this.filled = 0;
    this.outputSamples = 0;
    this.calls += 1;
    this.pieceSamples = Math.ceil(callSamples / this.affordablePieces());
    this.outputUntil(this.pieceSamples);
  }

  private affordablePieces(): number {
    if (this.offline) return 1;
    return Math.min(this.mostPieces, this.guarded.affordableDecodes(this.callSeconds, this.redecodeCpuShare));
  }

  private nextPiece(): void {
    const { guarded, filled, pieceSamples } = this;
    const frame = Math.floor(filled / guarded.model.shape.hop);
    if (guarded.controls.controlsDirty && guarded.runAgain(frame)) this.fadeToRedecoded();
    this.outputUntil(filled + pieceSamples);
  }

  /** Outputs the call's audio up to where the input of the next call will have filled `until`. */
  private outputUntil(until: number): void {
    const end = until < this.callSamples ? Math.min(until + this.lead, this.callSamples) : this.callSamples;
    this.outOfModel.write(this.wet, this.outputSamples, end - this.outputSamples);
    this.outputSamples = end;
  }

  private collect(wet: readonly Float32Array[]): void {
    const { model } = this.guarded;
    for (let side = 0; side < this.channels; side += 1) {
      const into = wet[side] as Float32Array;
      collectWet(model.audioOut, model.shape, this.callSamples, side, this.channels, into);
    }
  }

  /** Replaces what was not output yet by what was decoded again, with a cross-fade. */
  private fadeToRedecoded(): void {
    this.collect(this.wetAgain);
    const from = this.outputSamples;
    const length = Math.min(this.redecodeFadeSamples, this.callSamples - from);
    for (let side = 0; side < this.channels; side += 1) {
      const wet = this.wet[side] as Float32Array;
      const again = this.wetAgain[side] as Float32Array;
      for (let i = 0; i < length; i += 1) {
        const old = wet[from + i] as number;
        wet[from + i] = old + ((i + 0.5) / length) * ((again[from + i] as number) - old);
      }
      for (let i = from + length; i < this.callSamples; i += 1) wet[i] = again[i] as number;
    }
    this.splice.endsWith(this.wet, this.callSamples);
  }

  /** The present call is the first that fails, or the first that works again. */
  private changeFailing(failing: boolean): void {
    const { numerator, denominator } = this.intoModel;
    const { delaySamples } = this.guarded.model.shape;
    const shown = ((this.calls * this.callSamples - delaySamples) * numerator) / denominator;
    this.failing = failing;
    this.splice.break();
    this.onFault(this.delaySamples + Math.ceil(shown), failing);
  }
}
