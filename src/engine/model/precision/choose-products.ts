/** A product is done in 8 bits where it then takes at most this share of its time: less would not be worth the rounding. */
const MOST_SHARE = 0.85;

/**
 * The products that pay in 8 bits.
 * @param exact microseconds of each product by its node
 * @param light the same in 8 bits
 * @returns their nodes; a product that was not measured in both forms is none of them
 */
export function productsThatPay(
  exact: ReadonlyMap<number, number>,
  light: ReadonlyMap<number, number>,
): ReadonlySet<number> {
  const nodes = [...light].filter(([node, us]) => us <= MOST_SHARE * (exact.get(node) ?? 0));
  return new Set(nodes.map(([node]) => node));
}

/** Where 8 bits save less than this share of a graph's products, they stay as they are. */
const LEAST_SAVING = 0.1;

/**
 * Whether the products that pay save enough of the time of all products.
 * @param exact microseconds of each product by its node
 * @param light the same in 8 bits
 */
export function savesEnough(
  paying: ReadonlySet<number>,
  exact: ReadonlyMap<number, number>,
  light: ReadonlyMap<number, number>,
): boolean {
  const total = [...exact.values()].reduce((sum, us) => sum + us, 0);
  const saved = [...paying].reduce((sum, node) => sum + (exact.get(node) ?? 0) - (light.get(node) ?? 0), 0);
  return paying.size > 0 && saved >= LEAST_SAVING * total;
}

/** How much one matrix alone costs: the power of what changes, as a share of the signal's. */
export interface MatrixCost {
  readonly key: string;
  readonly noiseShare: number;
}

/**
 * The matrices that may be in 8 bits so that the sum of their noise keeps below a share of the signal.
 * @param mostNoiseShare power of the noise over that of the signal
 * @returns their keys, those of the quietest first
 */
export function matricesWithin(costs: readonly MatrixCost[], mostNoiseShare: number): ReadonlySet<string> {
  const kept = new Set<string>();
  let sum = 0;
  const quietestFirst = [...costs].sort((a, b) => a.noiseShare - b.noiseShare || (a.key < b.key ? -1 : 1));
  for (const { key, noiseShare } of quietestFirst) {
    sum += noiseShare;
    if (!(sum <= mostNoiseShare)) break;
    kept.add(key);
  }
  return kept;
}
