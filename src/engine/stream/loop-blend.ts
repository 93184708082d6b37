import type { KeptLoop } from '../../document/kept-loop.js';
import { MAX_INPUTS } from '../../document/limits.js';
import { LOOP_SLOTS } from '../../document/loop-slots.js';
import { unpack } from '../../document/packing.js';
import { Neighbours } from '../mapping/neighbours.js';
import type { LoopBank } from '../time/latent-loop.js';
import type { LoopShares, PlayableLoop } from '../time/playable-loop.js';

/** A blend is of this many loops, the nearest. */
const NEIGHBOURS = 3;
/** Weights fall with the square of the distance. */
const FALLOFF = 2;

/** A kept loop as the main thread sends it: its latents lie in memory that the streaming thread gets without a copy. */
export interface SentLoop extends PlayableLoop {
  /** Its place in the performance space; null where it has none. */
  readonly inputs: readonly number[] | null;
}

/** The kept loops of a document, by slot. */
export function sentLoops(loops: readonly (KeptLoop | null)[]): (SentLoop | null)[] {
  return loops.map((loop) => {
    if (loop === null) return null;
    const { frames, rows, beats, inputs } = loop;
    const values = unpack(loop.latents, 'float32');
    const latents = new Float32Array(new SharedArrayBuffer(values.length * Float32Array.BYTES_PER_ELEMENT));
    latents.set(values);
    return { frames, rows, beats, inputs, latents };
  });
}

/**
 * The kept loops in the streaming thread, and which of them are blended where the inputs are: the nearest that have a place, by the
 * modified Shepard method (`Neighbours`). One thread; allocates nothing after construction.
 */
export class PlayedLoops implements LoopBank {
  /** Slots of the loops that have a place, and those places, [points, MAX_INPUTS]. */
  private readonly placed: Int32Array;
  private readonly places: Float64Array;
  private readonly squared: Float64Array;
  private readonly weights: Float64Array;
  private readonly neighbours: Neighbours;
  private readonly shares: { count: number; slots: Int32Array; shares: Float64Array };

  /** @param inputs present values, 0..1, of at least as many inputs as the loops have */
  constructor(
    readonly loops: readonly (SentLoop | null)[],
    private readonly inputs: Float64Array,
  ) {
    const placed = loops.flatMap((loop, slot) => (loop?.inputs ? [{ slot, inputs: loop.inputs }] : []));
    this.placed = Int32Array.from(placed, ({ slot }) => slot);
    this.places = new Float64Array(placed.length * MAX_INPUTS).fill(NaN);
    placed.forEach((loop, i) => this.places.set(loop.inputs, i * MAX_INPUTS));
    this.squared = new Float64Array(placed.length);
    this.weights = new Float64Array(placed.length).fill(1);
    this.neighbours = new Neighbours(placed.length, NEIGHBOURS, FALLOFF);
    this.shares = {
      count: this.neighbours.count,
      slots: new Int32Array(LOOP_SLOTS),
      shares: this.neighbours.shares,
    };
  }

  blend(): LoopShares {
    const { placed, places, squared, neighbours, shares } = this;
    if (placed.length === 0) return shares;
    for (let i = 0; i < placed.length; i += 1) {
      let sum = 0;
      for (let d = 0; d < MAX_INPUTS; d += 1) {
        const difference = (this.inputs[d] as number) - (places[i * MAX_INPUTS + d] as number);
        // Inputs that the loop has no value for.
        if (difference === difference) sum += difference * difference;
      }
      squared[i] = sum;
    }
    neighbours.find(squared, this.weights);
    for (let i = 0; i < neighbours.count; i += 1)
      shares.slots[i] = placed[neighbours.indices[i] as number] as number;
    return shares;
  }
}
