import type { KeptLoop } from '../../document/kept-loop.js';
import type { FitReport, LoopSummary, OtherModel, SliceName, Slices } from '../../protocol/interface.js';
import type { ModelSet } from '../../document/model-set.js';
import type { MappingReport } from '../mapping/report.js';
import { fitReport } from './fit-report.js';
import type { PageServices } from './page-services.js';

type Derive<N extends SliceName> = (services: PageServices, last: Slices[N] | undefined) => Slices[N];

/** `next`, or `last` where every field is identical, so that an unchanged slice stays the same object. */
function keep<T extends object>(last: T | null | undefined, next: T): T {
  if (last === null || last === undefined) return next;
  const names = Object.keys(next) as (keyof T)[];
  return names.every((name) => Object.is(last[name], next[name])) ? last : next;
}

const fitReports = new WeakMap<MappingReport, FitReport>();

/** One object per report, so that an unchanged report is not sent again. */
function fitReportOf(report: MappingReport): FitReport {
  const known = fitReports.get(report) ?? fitReport(report);
  fitReports.set(report, known);
  return known;
}

const otherModels = new WeakMap<readonly ModelSet[], OtherModel[]>();

/** One object per list, so that an unchanged list is not sent again. */
function otherModelsOf(sets: readonly ModelSet[]): OtherModel[] {
  const known =
    otherModels.get(sets) ?? sets.map(({ model, examples }) => ({ model, examples: examples.length }));
  otherModels.set(sets, known);
  return known;
}

const summaries = new WeakMap<readonly (KeptLoop | null)[], (LoopSummary | null)[]>();

/** One object per list, so that an unchanged list is not sent again. */
function loopSummaries(loops: readonly (KeptLoop | null)[]): (LoopSummary | null)[] {
  const known =
    summaries.get(loops) ??
    loops.map((loop) => {
      if (loop === null) return null;
      const { name, frames, rows, beats, inputs } = loop;
      return { name, frames, rows, beats, inputs };
    });
  summaries.set(loops, known);
  return known;
}

const derivations: { readonly [N in SliceName]: Derive<N> } = {
  about: ({ instrument: { state } }, last) => {
    const { name, description, tags, author, seed } = state.preset;
    return keep(last, { name, description, tags, author, seed });
  },
  inputs: ({ instrument }) => instrument.state.preset.inputs,
  examples: ({ instrument }) => instrument.state.preset.examples,
  otherModels: ({ instrument }) => otherModelsOf(instrument.state.preset.otherModels),
  carrying: ({ carrier }) => carrier.state,
  listenWith: ({ instrument, encoderChoice }, last) => {
    const { listenWith } = instrument.state.preset;
    const adapted = listenWith !== null && listenWith.adapter !== null;
    return keep(last, { model: listenWith?.model ?? null, adapted, preparing: encoderChoice.state });
  },
  listening: ({ mapMaker }) => mapMaker.state,
  learning: ({ instrument }) => instrument.state.preset.learning,
  steering: ({ instrument }) => instrument.state.preset.steering,
  attributes: ({ instrument }) => instrument.state.preset.attributes,
  loops: ({ instrument }) => loopSummaries(instrument.state.preset.loops),
  output: ({ instrument }) => instrument.state.preset.output,
  history: ({ instrument: { state } }, last) => {
    const { dirty, undoLabel, redoLabel } = state;
    return keep(last, {
      dirty,
      canUndo: undoLabel !== null,
      canRedo: redoLabel !== null,
      undoLabel,
      redoLabel,
    });
  },
  comparison: ({ instrument: { state } }, last) =>
    keep(last, { side: state.comparison.side, begun: state.comparison.other !== null }),
  holds: ({ instrument }) => instrument.state.holds as (number | null)[],
  draws: ({ instrument: { state } }, last) => keep(last, { ...state.draws }),
  training: ({ instrument: { state } }, last) => {
    const { running, done, total, stale, report } = state.training;
    const learned = state.preset.trained !== null;
    return keep(last, { running, done, total, stale, learned, report: report && fitReportOf(report) });
  },
  model: ({ instrument: { state }, models }, last) => {
    const { manifest, missing, loading } = state.model;
    const card = models.cards.find(({ sha256 }) => sha256 === manifest?.sha256) ?? null;
    return keep(last, { card, missing, loading });
  },
  stream: ({ instrument: { state } }, last) => {
    if (state.stream === null) return null;
    const { rate, channels, latencySamples } = state.stream;
    return keep(last, { rate, channels, latencySamples });
  },
  hostLatency: ({ hostLatency }) => hostLatency?.state ?? null,
  rememberedView: ({ view }) => view.state,
  waiting: ({ instrument: { state } }, last) =>
    keep(last, { midiLearn: state.midiLearn, auditioning: state.auditioning }),
  library: ({ instrument, presets, models }, last) =>
    keep(last, {
      presets: presets.entries,
      current: instrument.state.presetId,
      models: models.cards,
      importing: models.importing,
      tryingLight: models.tryingLight,
    }),
  trash: ({ presets, models }, last) => keep(last, { presets: presets.trashed, models: models.trashed }),
  favourites: ({ favourites }) => favourites.state,
  programs: ({ programs }) => programs.state,
  controllers: ({ controllers }) => controllers.state,
  live: ({ live }) => live?.state ?? null,
  waveform: ({ live }) => live?.waveform ?? null,
  recorder: ({ recorder }) => recorder.state,
  ports: ({ ports }) => ports.state,
  networkDeck: ({ networkDeck }) => networkDeck.state,
};

/**
 * The engine's state in slices that are sent separately. A slice stays the same object while nothing in it changes, so that
 * a move of the pad does not send the examples again.
 */
export class SliceView {
  current: Slices;

  constructor(private readonly services: PageServices) {
    const slices: Partial<Slices> = {};
    for (const name of Object.keys(derivations) as SliceName[]) this.derive(name, slices);
    this.current = slices as Slices;
  }

  /** Derives every slice again. @returns those that have changed */
  refresh(): Partial<Slices> {
    const changed: Partial<Slices> = {};
    for (const name of Object.keys(derivations) as SliceName[]) {
      const before = this.current[name];
      this.derive(name, this.current);
      if (!Object.is(before, this.current[name])) copy(this.current, changed, name);
    }
    return changed;
  }

  private derive<N extends SliceName>(name: N, into: Partial<Slices>): void {
    const derivation: Derive<N> = derivations[name];
    into[name] = derivation(this.services, into[name]);
  }
}

/** Copies one slice where it is present. */
export function copy<N extends SliceName>(from: Partial<Slices>, to: Partial<Slices>, name: N): void {
  const value = from[name];
  if (value !== undefined) to[name] = value;
}

/** Those of the slices that have one of these names. */
export function visible(slices: Partial<Slices>, names: ReadonlySet<SliceName>): Partial<Slices> {
  const seen: Partial<Slices> = {};
  for (const name of names) copy(slices, seen, name);
  return seen;
}
