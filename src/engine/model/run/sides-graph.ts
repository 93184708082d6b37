import type { NoiseSource } from './noise.js';
import type { RunningGraph } from './running-model.js';
import type { StatefulGraph } from './stateful-graph.js';
import type { SyncSession } from './sync-session.js';

/**
 * A batch of several sides through a graph that was imported for one: one run for each side, in order, each with its own state.
 * Noise is drawn for all sides at once, so that the sides are related as in a graph for two.
 */
export class SidesGraph implements RunningGraph {
  readonly input: Float32Array;
  readonly output: Float32Array;
  readonly attributes: Float32Array;
  /** Noise of all sides for each noise input. */
  private readonly noise: readonly Float32Array[];

  /** @param sides graphs on the same session */
  constructor(
    private readonly session: SyncSession,
    private readonly sides: readonly StatefulGraph[],
  ) {
    const lengthOf = (pick: (side: StatefulGraph) => Float32Array): number =>
      sides.reduce((sum, side) => sum + pick(side).length, 0);
    this.input = new Float32Array(lengthOf(({ input }) => input));
    this.output = new Float32Array(lengthOf(({ output }) => output));
    this.attributes = new Float32Array(sides[0]?.attributes.length ?? 0);
    this.noise = (sides[0]?.noise ?? []).map(({ data }) => new Float32Array(data.length * sides.length));
  }

  run(noise: NoiseSource, batch: number): void {
    const [first] = this.sides;
    for (let i = 0; i < this.noise.length; i += 1) {
      const drawn = this.noise[i];
      if (drawn === undefined) continue;
      if (first?.noise[i]?.distribution === 'uniform') noise.uniform(drawn, batch);
      else noise.normal(drawn, batch);
      for (let s = 0; s < this.sides.length; s += 1) {
        const { data } = this.sides[s]?.noise[i] ?? { data: drawn };
        data.set(drawn.subarray(s * data.length, (s + 1) * data.length));
      }
    }
    this.eachSide((side) => {
      side.attributes.set(this.attributes);
      side.runFilled();
    });
  }

  runAgain(): void {
    this.eachSide((side) => side.runAgain());
  }

  private eachSide(run: (side: StatefulGraph) => void): void {
    for (let s = 0; s < this.sides.length; s += 1) {
      const side = this.sides[s];
      if (side === undefined) continue;
      const { input, output } = side;
      input.set(this.input.subarray(s * input.length, (s + 1) * input.length));
      try {
        run(side);
      } catch (error) {
        this.reset();
        throw error;
      }
      this.output.set(output, s * output.length);
    }
  }

  reset(): void {
    for (const side of this.sides) side.reset();
  }

  close(): void {
    this.session.dispose();
  }
}
