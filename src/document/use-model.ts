import { TillerError } from './tiller-error.js';
import { attributesOf, isAsStated, type StatedAttribute } from './model-attribute.js';
import { MAX_OTHER_MODELS, type ModelReference, type ModelSet } from './model-set.js';
import type { Preset } from './preset.js';
import { defaultDimension, type DimensionSteering } from './steering.js';

/** The model's calibrated range of each latent dimension, [low, high] in latent units. */
type LatentRanges = readonly (readonly [number, number])[];

/** A model with what it lets be set. */
export interface PlayableModel extends ModelReference {
  readonly attributes?: readonly StatedAttribute[] | undefined;
}

/**
 * The document made to play another model. The examples, the mapping and the settings of each latent belong to the model
 * that they were made with: they are set aside in `otherModels`, and those that were set aside for `model` come back. A
 * model without any begins without examples, with its own ranges, and with the mode, amount and glide of the latents where
 * all latents of the model before it agree. A document that plays `model` already stays as it is.
 * @param trained the mapping to set aside; null where it is outdated
 * @throws TillerError `argument-invalid` where the examples name no model and have another number of latents, or where the
 * instrument already holds examples of `MAX_OTHER_MODELS` other models
 */
export function useModel(
  preset: Preset,
  model: PlayableModel,
  latentRanges: LatentRanges,
  trained = preset.trained,
): Preset {
  const reference = { name: model.name, sha256: model.sha256 };
  if (preset.model?.sha256 === model.sha256 || preset.model === null)
    return withAttributesOf(adoptModel(preset, reference, latentRanges), model);
  const own = { ...presentSet(preset, preset.model), trained };
  const others = preset.otherModels.filter((set) => set.model.sha256 !== model.sha256);
  const otherModels = isWorthKeeping(own) ? [...others, own] : others;
  if (otherModels.length > MAX_OTHER_MODELS)
    throw refused(
      `This instrument holds the examples of ${MAX_OTHER_MODELS} other models already, the most that it can hold.`,
      'Delete the examples of one of them, or start a new preset.',
    );
  const known = preset.otherModels.find((set) => set.model.sha256 === model.sha256);
  if (known) checkLatents(known.dimensions.length, known.examples.length, reference, latentRanges);
  const present = known ?? newSet(preset, reference, latentRanges);
  return withAttributesOf(
    { ...preset, ...fieldsOf(preset, { ...present, model: reference }), otherModels },
    model,
  );
}

/**
 * The document with all that its model lets be set, and nothing else; the same document where nothing is different, or where the
 * model states nothing, as one that an older version has imported.
 */
export function withAttributesOf(preset: Preset, { attributes: stated }: PlayableModel): Preset {
  if (stated === undefined) return preset;
  const attributes = attributesOf(stated, preset.attributes);
  return attributes === preset.attributes ? preset : { ...preset, attributes: [...attributes] };
}

/** The examples, mapping and settings of the model that `preset` plays. */
export function presentSet(
  { examples, learning, trained, steering, attributes, loops, listenWith }: Preset,
  model: ModelReference,
): ModelSet {
  const { dimensions } = steering;
  const { perDimension } = learning;
  return { model, examples, perDimension, trained, dimensions, attributes, loops, listenWith };
}

/** The fields of a document that plays `set.model`. */
export function fieldsOf(
  { learning, steering }: Pick<Preset, 'learning' | 'steering'>,
  { model, examples, perDimension, trained, dimensions, attributes, loops, listenWith }: ModelSet,
): Pick<
  Preset,
  'model' | 'examples' | 'learning' | 'trained' | 'steering' | 'attributes' | 'loops' | 'listenWith'
> {
  return {
    model,
    examples,
    learning: { ...learning, perDimension },
    trained,
    steering: { ...steering, dimensions },
    attributes,
    loops,
    listenWith,
  };
}

/** A document that plays `model` already, or names no model. */
function adoptModel(preset: Preset, model: ModelReference, latentRanges: LatentRanges): Preset {
  const { dimensions } = preset.steering;
  checkLatents(dimensions.length, preset.examples.length, model, latentRanges);
  if (dimensions.length !== latentRanges.length)
    return { ...preset, ...fieldsOf(preset, newSet(preset, model, latentRanges)) };
  return preset.model === null ? { ...preset, model } : preset;
}

function checkLatents(
  latents: number,
  examples: number,
  model: ModelReference,
  latentRanges: LatentRanges,
): void {
  if (examples === 0 || latents === latentRanges.length) return;
  throw refused(
    `The examples of this preset have ${latents} latents; the model “${model.name}” has ${latentRanges.length}.`,
    'Choose the model that they were made with, or start a new preset.',
  );
}

function newSet({ steering }: Preset, model: ModelReference, latentRanges: LatentRanges): ModelSet {
  const shared = sharedSettings(steering.dimensions);
  return {
    model,
    examples: [],
    perDimension: {},
    trained: null,
    dimensions: latentRanges.map(([low, high]) => ({
      ...defaultDimension(),
      ...shared,
      range: [low, high],
    })),
    attributes: [],
    loops: [],
    listenWith: null,
  };
}

/** The settings that express how the whole instrument is played: those on which all latents agree. */
function sharedSettings([first, ...others]: readonly DimensionSteering[]): Partial<DimensionSteering> {
  if (first === undefined) return {};
  const { mode, amount, glideSeconds } = first;
  const agree = others.every(
    (other) => other.mode === mode && other.amount === amount && other.glideSeconds === glideSeconds,
  );
  return agree ? { mode, amount, glideSeconds } : {};
}

/** False where a set holds nothing but initial settings, as for a model that was only tried. Ranges come from the model. */
function isWorthKeeping({
  examples,
  perDimension,
  trained,
  dimensions,
  attributes,
  loops,
  listenWith,
}: ModelSet): boolean {
  return (
    examples.length > 0 ||
    loops.some((loop) => loop !== null) ||
    listenWith !== null ||
    trained !== null ||
    Object.keys(perDimension).length > 0 ||
    dimensions.some(({ locked, offset }) => locked || offset !== 0) ||
    (dimensions.length > 0 && Object.keys(sharedSettings(dimensions)).length === 0) ||
    !attributes.every(isAsStated)
  );
}

const refused = (what: string, hint: string) => new TillerError('argument-invalid', what, hint);
