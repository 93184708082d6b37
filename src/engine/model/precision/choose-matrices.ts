import { matricesWithin } from './choose-products.js';
import type { Role } from './light-files.js';

/** Matrices of each graph, by their keys. */
export type Choice = ReadonlyMap<Role, ReadonlySet<string>>;

/** Power of a difference as a share of the exact signal's. */
export interface NoiseShares {
  readonly latents: number;
  readonly audio: number;
}

/** How much noise a choice of matrices in 8 bits brings. */
export interface NoiseMeter {
  /** With all of them, where the decoder gets what the encoder then gives. The latents' is 0 where no encoder gives them. */
  whole(choice: Choice): Promise<NoiseShares>;
  /** In what one graph gives for the exact input. */
  graph(role: Role, keys: ReadonlySet<string>): Promise<number>;
}

/** Where encoder and decoder together miss a limit that each keeps, each gets a limit this many times lower. */
const TIGHTER = [1, 1 / 2, 1 / 4, 1 / 16] as const;

/**
 * Which of the candidates may be in 8 bits so that latents and audio keep to their limits: all of them where they do; else the quietest of
 * each graph. The outcome depends on the candidates and on what is measured only, not on their order.
 * @param limits the most noise that is accepted
 * @returns the choice; without matrices where nothing keeps to the limits
 */
export async function chooseMatrices(
  candidates: Choice,
  meter: NoiseMeter,
  limits: NoiseShares,
): Promise<Choice> {
  const fits = async (choice: Choice) => {
    const { latents, audio } = await meter.whole(choice);
    return latents <= limits.latents && audio <= limits.audio;
  };
  if (await fits(candidates)) return candidates;
  const graphs = [...candidates].map(([role, keys]) => {
    const most = role === 'encoder' ? limits.latents : limits.audio;
    return { role, most, chooser: new GraphChooser(keys, (chosen) => meter.graph(role, chosen)) };
  });
  for (const share of TIGHTER) {
    const choice = new Map<Role, ReadonlySet<string>>();
    for (const { role, most, chooser } of graphs) choice.set(role, await chooser.within(share * most));
    if (sizeOf(choice) === 0 || (await fits(choice))) return choice;
  }
  return new Map();
}

/** How many matrices are chosen. */
export const sizeOf = (choice: Choice): number =>
  [...choice.values()].reduce((sum, { size }) => sum + size, 0);

/** The matrices of one graph. What each brings alone is measured once, where that is needed. */
class GraphChooser {
  private ofEach: { readonly key: string; readonly noiseShare: number }[] | null = null;

  constructor(
    private readonly keys: ReadonlySet<string>,
    private readonly measure: (keys: ReadonlySet<string>) => Promise<number>,
  ) {}

  async within(most: number): Promise<ReadonlySet<string>> {
    this.ofEach ??= await this.measureEach();
    const kept = [...matricesWithin(this.ofEach, most)];
    // Powers of independent errors add up; errors that are not may bring more.
    while (kept.length > 1 && !((await this.measure(new Set(kept))) <= most)) kept.pop();
    return new Set(kept);
  }

  private async measureEach(): Promise<{ key: string; noiseShare: number }[]> {
    const costs: { key: string; noiseShare: number }[] = [];
    for (const key of this.keys) costs.push({ key, noiseShare: await this.measure(new Set([key])) });
    return costs;
  }
}
