import { gainToDb } from '../audio/db.js';
import type { StreamReport } from './messages.js';
import type { MidiControls } from './midi-controls.js';
import type { MovedParameters } from './moved-parameters.js';
import type { Stream } from './stream.js';
import { StreamSnapshot } from './telemetry.js';

const REPORTS_PER_SECOND = 30;
/** What a meter shows of silence, and of levels whose square overflows. */
const METER_FLOOR_DB = -120;
const METER_TOP_DB = 240;

const meterDb = (amplitude: number) => Math.min(METER_TOP_DB, Math.max(METER_FLOOR_DB, gainToDb(amplitude)));
const pairDb = (values: Float32Array): [number, number] => [meterDb(values[0] ?? 0), meterDb(values[1] ?? 0)];

/**
 * What a player reports while it plays: levels, latents and load, moved parameters, what MIDI did and failures of
 * the model. Counts time in samples; allocates only for a report. One thread, the streaming worker's.
 */
export class StreamReporter {
  private readonly snapshot = new StreamSnapshot();
  private samplesSinceReport = 0;
  private reportedFaults = 0;

  constructor(
    private readonly stream: Stream,
    private readonly moves: MovedParameters,
    private readonly midi: Pick<MidiControls, 'report'>,
    private readonly report: (report: StreamReport) => void,
  ) {}

  /** True where the playing model has failed. */
  get hasFailed(): boolean {
    return this.reportedFaults > 0;
  }

  /** Another model, or none, plays from now on, or another track: its failures are counted from 0. */
  resetFaults(): void {
    this.reportedFaults = 0;
  }

  /** Counts what was played, and reports about thirty times a second. @param rate of the track, in Hz */
  played(samples: number, rate: number): void {
    this.samplesSinceReport += samples;
    if (this.samplesSinceReport * REPORTS_PER_SECOND < rate) return;
    this.samplesSinceReport = 0;
    this.reportTelemetry();
    this.reportMoves();
    this.reportFaults();
  }

  /** Reports moved parameters and what MIDI did now. */
  reportMoves(): void {
    const moved = this.moves.takeReport();
    if (moved !== null) this.report({ type: 'moved', ...moved });
    this.midi.report();
  }

  private reportTelemetry(): void {
    const { snapshot, stream } = this;
    stream.snapshot(snapshot);
    const dims = snapshot.latentDims;
    this.report({
      type: 'telemetry',
      inputs: snapshot.inputs.slice(),
      audioRanges: snapshot.audioRanges.slice(),
      encoded: snapshot.encoded.slice(0, dims),
      mapped: snapshot.mapped.slice(0, dims),
      decoded: snapshot.decoded.slice(0, dims),
      inputPeakDb: pairDb(snapshot.inputPeak),
      outputPeakDb: pairDb(snapshot.outputPeak),
      inputRmsDb: pairDb(snapshot.inputRms),
      outputRmsDb: pairDb(snapshot.outputRms),
      gainReductionDb: snapshot.gainReductionDb,
      modelLoad: snapshot.modelLoad,
      totalLoad: snapshot.totalLoad,
      modelRests: snapshot.modelRests,
      faults: snapshot.faults,
      time: { ...snapshot.time },
    });
  }

  private reportFaults(): void {
    const { faults, lastError } = this.stream;
    if (faults === null) return;
    const count = faults.exceptions + faults.latents + faults.audio;
    if (this.reportedFaults === 0 && count > 0) {
      const reason =
        lastError instanceof Error ? lastError.message : 'its values are not finite or too large';
      this.report({ type: 'failed', code: 'model-failed', message: `The model fails: ${reason}.` });
    }
    this.reportedFaults = count;
  }
}
