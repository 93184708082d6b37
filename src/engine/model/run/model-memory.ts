import { z } from 'zod';
import { float32Schema, int32Schema, uint8Schema } from '../../workers/messages.js';
import type { GraphManifest, ModelManifest, ModelVariant } from '../manifest.js';
import type { Listener } from './listener.js';
import { initialAttributes, variantOf } from './model-variant.js';

/** Room for the message of a failed call, in bytes. */
const MESSAGE_BYTES = 1024;

/** Places in `control`. */
const CALLS = 0;
const ANSWERS = 1;
const REQUEST = 2;
const FAILURE_BYTES = 3;
const CONTROL_WORDS = 4;

/** Value of `ANSWERS` once the thread has ended. */
const ENDED = -1;

export const REQUESTS = ['encode', 'generate', 'decode', 'decodeAgain', 'reset', 'close'] as const;
export type ModelRequest = (typeof REQUESTS)[number];

export const modelMemorySchema = z.strictObject({
  control: int32Schema,
  failure: uint8Schema,
  audioIn: float32Schema,
  priorIn: float32Schema,
  encoded: float32Schema,
  latents: float32Schema,
  attributes: float32Schema,
  audioOut: float32Schema,
  encoderNoise: z.array(float32Schema),
  decoderNoise: z.array(float32Schema),
  priorNoise: z.array(float32Schema),
});

/**
 * What a model's thread and the thread that plays the model share. All arrays are views of shared memory. One call at a
 * time: the player raises `control[CALLS]` and waits until `control[ANSWERS]` has the same value; in between, the memory
 * is the model thread's alone.
 */
export type ModelMemory = z.infer<typeof modelMemorySchema>;

const NOTHING = { shape: [0] };

/** @throws TillerError `model-missing` when the model was not imported in this variant */
export function createModelMemory(
  manifest: ModelManifest,
  variant: ModelVariant,
  listener: Listener | null = null,
): ModelMemory {
  const { encoder: own, decoder, prior } = variantOf(manifest, variant);
  const encoder = listener === null ? own : variantOf(listener.manifest, variant).encoder;
  const floats = ({ shape }: { readonly shape: readonly number[] }) =>
    new Float32Array(
      new SharedArrayBuffer(
        Float32Array.BYTES_PER_ELEMENT * shape.reduce((product, length) => product * length, 1),
      ),
    );
  const initial = initialAttributes(manifest);
  const attributes = floats({ shape: [initial.length] });
  attributes.set(initial);
  const noise = (graph: GraphManifest) => graph.noise.map(floats);
  return {
    control: new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT)),
    failure: new Uint8Array(new SharedArrayBuffer(MESSAGE_BYTES)),
    audioIn: floats((encoder ?? decoder).input),
    priorIn: floats(prior?.input ?? NOTHING),
    // The decoder's input has the shape of its latents, whoever encodes them.
    encoded: floats(encoder === undefined ? NOTHING : decoder.input),
    latents: floats(encoder === undefined ? NOTHING : decoder.input),
    attributes,
    audioOut: floats(decoder.output),
    encoderNoise: encoder === undefined ? [] : noise(encoder),
    decoderNoise: noise(decoder),
    priorNoise: prior === undefined ? [] : noise(prior),
  };
}

/** Has the model's thread do something, without waiting for it. For the thread that plays the model. */
export function request({ control }: ModelMemory, what: ModelRequest): void {
  Atomics.store(control, REQUEST, REQUESTS.indexOf(what));
  Atomics.add(control, CALLS, 1);
  Atomics.notify(control, CALLS);
}

/**
 * Waits for the answer to the last `request`. For the thread that plays the model.
 * @returns null, or why it failed
 */
export function awaitAnswer({ control, failure }: ModelMemory): string | null {
  const call = Atomics.load(control, CALLS);
  for (let answers = Atomics.load(control, ANSWERS); answers !== call;) {
    if (answers === ENDED) return 'its thread has ended';
    Atomics.wait(control, ANSWERS, answers);
    answers = Atomics.load(control, ANSWERS);
  }
  const bytes = Atomics.load(control, FAILURE_BYTES);
  // A decoder takes no shared memory.
  return bytes === 0 ? null : new TextDecoder().decode(failure.slice(0, bytes));
}

/** Lets a player that waits, or asks later, know that no answer comes any more. For the thread that started the model's. */
export function markEnded({ control }: ModelMemory): void {
  Atomics.store(control, ANSWERS, ENDED);
  Atomics.notify(control, ANSWERS);
}

/** Does what is requested, in order, until `close` is. For the model's thread, which waits here in between. */
export function serveRequests(
  { control, failure }: ModelMemory,
  serve: (what: Exclude<ModelRequest, 'close'>) => void,
): void {
  for (let done = 0; ;) {
    Atomics.wait(control, CALLS, done);
    if (Atomics.load(control, CALLS) === done) continue;
    done += 1;
    const what = REQUESTS[Atomics.load(control, REQUEST)];
    if (what === undefined || what === 'close') return;
    let bytes = 0;
    try {
      serve(what);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const encoded = new TextEncoder().encode(message.slice(0, MESSAGE_BYTES / 4) || 'no reason was given');
      failure.set(encoded);
      bytes = encoded.length;
    }
    Atomics.store(control, FAILURE_BYTES, bytes);
    Atomics.store(control, ANSWERS, done);
    Atomics.notify(control, ANSWERS);
  }
}
