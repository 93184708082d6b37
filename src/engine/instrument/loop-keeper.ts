import type { Edit } from '../../document/edit.js';
import { MAX_LOOP_VALUES, type KeptLoop } from '../../document/kept-loop.js';
import { LOOP_SLOTS } from '../../document/loop-slots.js';
import { pack, unpack } from '../../document/packing.js';
import type { ModelReference } from '../../document/model-set.js';
import { TillerError } from '../../document/tiller-error.js';
import type { StreamLink, StreamReport } from '../stream/messages.js';
import type { StateStore } from './state-store.js';

/** The latents of a loop, [latents, frames] in row-major order, as `.npy` files have them. */
export interface LoopMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Keeps loops of latents in the document, from what plays and from files. Main thread. */
export class LoopKeeper {
  /** The requests that are not answered yet; they belong to the present document and this model. */
  private readonly requests = new Map<number, ModelReference['sha256'] | undefined>();
  private nextRequest = 0;

  /** @param edit changes the document, as `Instrument.edit` */
  constructor(
    private readonly store: StateStore,
    private readonly link: Pick<StreamLink, 'send'>,
    private readonly edit: (edit: Edit) => void,
  ) {}

  /** Keeps the loop that repeats now, or would repeat, in a slot from 0. The document changes when the streaming worker has answered. */
  keep(slot: number): void {
    checkSlot(slot);
    const request = this.nextRequest;
    this.nextRequest += 1;
    this.requests.set(request, this.store.state.preset.model?.sha256);
    this.link.send({ type: 'keep-loop', slot, request });
  }

  /** Another document takes the place of the present one: the loops that were asked for do not belong to it. */
  forget(): void {
    this.requests.clear();
  }

  /** Takes the loop that the streaming worker reports; what cannot be kept is shown to the player. */
  receive({ slot, request, loop }: Extract<StreamReport, { type: 'loop-kept' }>): void {
    const { model } = this.store.state.preset;
    const isExpected = this.requests.has(request) && this.requests.get(request) === model?.sha256;
    this.requests.delete(request);
    if (!isExpected) return;
    try {
      if (loop === null)
        throw new TillerError(
          'engine-busy',
          'There is no loop to keep yet.',
          'Play some audio through the model first.',
        );
      const { frames, rows, beats, values } = loop;
      const latents = this.store.state.preset.steering.dimensions.length;
      // A model that could not be opened, or is not open yet.
      if (values.length !== frames * rows * latents) return;
      this.set(slot, { frames, rows: rows === 2 ? 2 : 1, beats }, values);
    } catch (error) {
      this.store.notify(error);
    }
  }

  /**
   * Keeps a loop from a file; it takes as long as its latent frames.
   * @param name shown to the player
   * @throws TillerError `argument-invalid` where it is not of the present model, empty, too long, or holds a latent beyond ±`MAX_LATENT_VALUE`
   */
  import(slot: number, name: string, { rows: latents, columns: frames, data }: LoopMatrix): void {
    checkSlot(slot);
    const expected = this.store.state.preset.steering.dimensions.length;
    if (latents !== expected)
      throw new TillerError(
        'argument-invalid',
        `The file has ${latents} latents; the model has ${expected}.`,
        'Choose a file of this model: an array of [latents, frames].',
      );
    if (frames === 0)
      throw new TillerError(
        'argument-invalid',
        'The file has no latent frames.',
        'Choose a file with one at least: an array of [latents, frames].',
      );
    const values = Float32Array.from(
      data,
      (_, i) => data[(i % latents) * frames + Math.floor(i / latents)] ?? 0,
    );
    this.set(slot, { frames, rows: 1, beats: null, name: name.slice(0, 60) }, values);
  }

  /** A kept loop as an array; of one that has left and right apart, the left. @throws TillerError `argument-invalid` for an empty slot */
  export(slot: number): LoopMatrix & { readonly name: string } {
    const loop = this.store.state.preset.loops[slot];
    if (!loop)
      throw new TillerError('argument-invalid', `Slot ${slot + 1} holds no loop.`, 'Keep one there first.');
    const latents = this.store.state.preset.steering.dimensions.length;
    const values = unpack(loop.latents, 'float32');
    const { frames, rows, name } = loop;
    const data = Float32Array.from({ length: latents * frames }, (_, i) => {
      const [latent, frame] = [Math.floor(i / frames), i % frames];
      return values[frame * rows * latents + latent] ?? 0;
    });
    return { rows: latents, columns: frames, data, name: name === '' ? `loop ${slot + 1}` : name };
  }

  private set(
    slot: number,
    loop: Pick<KeptLoop, 'frames' | 'rows' | 'beats'> & { name?: string },
    values: Float32Array,
  ): void {
    if (values.length > MAX_LOOP_VALUES)
      throw new TillerError(
        'argument-invalid',
        `The loop has ${values.length} latents; at most ${MAX_LOOP_VALUES} can be kept.`,
        'Choose a shorter length.',
      );
    const before = this.store.state.preset.loops[slot];
    const { name = before?.name ?? '' } = loop;
    const kept = { ...loop, name, inputs: before?.inputs ?? null, latents: pack(values, 'float32') };
    this.edit({ type: 'set-loop', slot, loop: kept });
  }
}

function checkSlot(slot: number): void {
  if (!Number.isInteger(slot) || slot < 0 || slot >= LOOP_SLOTS)
    throw new TillerError(
      'argument-invalid',
      `There is no slot ${slot + 1}.`,
      `Choose one from 1 to ${LOOP_SLOTS}.`,
    );
}
