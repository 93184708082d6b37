import type { StorageType } from '../../torchscript/pickle-values.js';
import type { ModelManifest } from '../manifest.js';

/** What a player should know of a model's import: what was converted, is not used, or is unusual. One sentence each. */

const WEIGHT_NOTES: Partial<Record<StorageType, string>> = {
  float16: 'Weights stored as float16 were converted to float32; nothing is lost.',
  bfloat16: 'Weights stored as bfloat16 were converted to float32; nothing is lost.',
  float64: 'Weights are stored as float64; convolutions and most other layers compute in float32.',
};
/** Longest note, in characters. */
export const MAX_NOTE = 500;
/** `forward` is `decode` after `encode`, which is how models are played. */
const PLAYED_METHODS: readonly string[] = ['encode', 'decode', 'forward'];
/** Besides these, where it fits the decoder. */
const PRIOR = 'prior';

/** What the interface of a file states. Rates in Hz. */
export interface InterfaceFacts {
  readonly weightTypes: ReadonlySet<StorageType>;
  /** Played by `forward` alone. */
  readonly isEffect: boolean;
  readonly hasEncoder: boolean;
  readonly hasPrior: boolean;
  readonly methods: readonly string[];
  readonly rate: {
    readonly used: number;
    readonly stated: number | null;
    /** Given by the player. */
    readonly given?: number;
  };
}

/** What a player should know of a model's interface, as sentences; empty for a usual model. */
export function interfaceNotes({
  weightTypes,
  isEffect,
  hasEncoder,
  hasPrior,
  methods,
  rate,
}: InterfaceFacts): string[] {
  const unused = methods
    .filter(
      (name) => !(isEffect ? ['forward'] : PLAYED_METHODS).includes(name) && !(hasPrior && name === PRIOR),
    )
    .map((name) => `“${name}”`);
  return [
    ...rateNotes(rate),
    ...(isEffect ? ['An effect: it has no latents, so that nothing of it can be mapped.'] : []),
    ...(hasEncoder || isEffect
      ? []
      : ['The file has no encoder: latents begin at 0 and are played by hand, and the track is not heard.']),
    ...[...weightTypes].sort().flatMap((type) => WEIGHT_NOTES[type] ?? []),
    ...(unused.length === 0
      ? []
      : [
          `The file’s method${unused.length === 1 ? '' : 's'} ${unused.join(', ')} cannot be played yet.`.slice(
            0,
            MAX_NOTE,
          ),
        ]),
  ];
}

function rateNotes({ used, stated, given }: InterfaceFacts['rate']): string[] {
  if (stated === null)
    return [`The file does not state its sample rate: ${used} Hz was given at its import.`];
  return given === undefined || given === stated
    ? []
    : [`The file states a sample rate of ${stated} Hz: ${used} Hz was given at its import.`];
}

/** What running the model showed. @param statedDelay that of the file, in samples; null where it states none */
export function runningNotes(
  { streaming, hasNonFiniteLatents, delaySamples, variants }: ModelManifest,
  statedDelay: number | null,
): string[] {
  const hasSides = variants.some(({ batch }) => batch > 1);
  return [
    ...(streaming ? [] : ['Exported without streaming: it clicks where its blocks meet.']),
    ...(hasNonFiniteLatents === true
      ? ['The encoder gives no number for some input (silence, usually): such latents count as 0.']
      : []),
    ...(hasSides
      ? []
      : ['Made for one side at a time: stereo is played as two runs of it, at twice the load.']),
    ...(statedDelay === null || statedDelay === delaySamples
      ? []
      : [
          `The file states a delay of ${statedDelay} samples; ${delaySamples} were measured and are compensated.`,
        ]),
  ];
}
