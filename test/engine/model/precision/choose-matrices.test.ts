import fc from 'fast-check';
import {
  chooseMatrices,
  type Choice,
  type NoiseMeter,
  type NoiseShares,
  sizeOf,
} from '../../../../src/engine/model/precision/choose-matrices.js';
import type { Role } from '../../../../src/engine/model/precision/light-files.js';

const LIMITS = { latents: 0.001, audio: 0.002 };

/** Noise that adds up; the encoder's reaches the audio `through` times as strong. Counts what is measured. */
class AddingMeter implements NoiseMeter {
  measured: string[] = [];

  constructor(
    private readonly shares: ReadonlyMap<Role, ReadonlyMap<string, number>>,
    private readonly through = 1,
  ) {}

  graph(role: Role, keys: ReadonlySet<string>): Promise<number> {
    this.measured.push(`${role} ${[...keys].sort().join()}`);
    return Promise.resolve(this.sum(role, keys));
  }

  whole(choice: Choice): Promise<NoiseShares> {
    const none = new Set<string>();
    const latents = this.sum('encoder', choice.get('encoder') ?? none);
    const audio = this.through * latents + this.sum('decoder', choice.get('decoder') ?? none);
    return Promise.resolve({ latents, audio });
  }

  private sum(role: Role, keys: ReadonlySet<string>): number {
    return [...keys].reduce((sum, key) => sum + (this.shares.get(role)?.get(key) ?? NaN), 0);
  }
}

const sharesOf = (encoder: Record<string, number>, decoder: Record<string, number>) =>
  new Map<Role, ReadonlyMap<string, number>>([
    ['encoder', new Map(Object.entries(encoder))],
    ['decoder', new Map(Object.entries(decoder))],
  ]);

const candidatesOf = (shares: ReadonlyMap<Role, ReadonlyMap<string, number>>): Choice =>
  new Map([...shares].map(([role, keys]) => [role, new Set(keys.keys())]));

async function choose(shares: ReadonlyMap<Role, ReadonlyMap<string, number>>, through?: number) {
  const meter = new AddingMeter(shares, through);
  const choice = await chooseMatrices(candidatesOf(shares), meter, LIMITS);
  const keysOf = (role: Role) => [...(choice.get(role) ?? [])].sort();
  return { encoder: keysOf('encoder'), decoder: keysOf('decoder'), measured: meter.measured };
}

describe('chooseMatrices', () => {
  it('takes all where the whole keeps to the limits, without measuring each', async () => {
    const { encoder, decoder, measured } = await choose(sharesOf({ a: 0.0004, b: 0.0004 }, { c: 0.001 }));
    expect([encoder, decoder]).toEqual([['a', 'b'], ['c']]);
    expect(measured).toEqual([]);
  });

  it('leaves out the matrix that costs too much at the end of its graph', async () => {
    const { encoder, decoder } = await choose(sharesOf({ fourier: 0.3, a: 0.0004, b: 0.0004 }, { c: 0.001 }));
    expect([encoder, decoder]).toEqual([['a', 'b'], ['c']]);
  });

  it('lowers the limit of each graph where both together miss that of the audio', async () => {
    // Each keeps to its own: 0.0009 and 0.0019. The audio has 0.0028.
    const { encoder, decoder } = await choose(sharesOf({ a: 0.0005, b: 0.0004 }, { c: 0.0015, d: 0.0004 }));
    expect([encoder, decoder]).toEqual([['b'], ['d']]);
  });

  it('takes none where the audio differs too much whatever is chosen', async () => {
    const { encoder, decoder } = await choose(sharesOf({ a: 0.0004 }, { c: 0.001 }), Infinity);
    expect([encoder, decoder]).toEqual([[], []]);
  });

  it('measures again where errors do not add up as powers', async () => {
    const meter: NoiseMeter = {
      // Alone each is quiet; together they are as loud as the square of their number.
      graph: (_, keys) => Promise.resolve(0.0002 * keys.size ** 2),
      whole: (choice) => Promise.resolve({ latents: 0.0002 * sizeOf(choice) ** 2, audio: 0 }),
    };
    const candidates: Choice = new Map([['encoder', new Set(['a', 'b', 'c', 'd'])]]);
    expect(sizeOf(await chooseMatrices(candidates, meter, LIMITS))).toBe(2);
  });

  it('takes none where nothing can be measured', async () => {
    const { encoder, decoder } = await choose(sharesOf({ a: NaN }, {}));
    expect([encoder, decoder]).toEqual([[], []]);
  });

  it('keeps to the limits, and does not depend on the order of the candidates', async () => {
    const share = fc.double({ min: 0, max: 0.003, noNaN: true });
    const shares = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 3 }), share), {
      selector: ([key]) => key,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(shares, shares, async (encoder, decoder) => {
        const given = (turn: <T>(all: T[]) => T[]) =>
          new Map<Role, ReadonlyMap<string, number>>([
            ['encoder', new Map(turn([...encoder]))],
            ['decoder', new Map(turn([...decoder]))],
          ]);
        const chosen = await choose(given((all) => all));
        const turned = await choose(given((all) => all.reverse()));
        expect([turned.encoder, turned.decoder]).toEqual([chosen.encoder, chosen.decoder]);
        const sum = (all: readonly (readonly [string, number])[], keys: readonly string[]) =>
          all.reduce((total, [key, value]) => total + (keys.includes(key) ? value : 0), 0);
        const latents = sum(encoder, chosen.encoder);
        expect(latents).toBeLessThanOrEqual(LIMITS.latents);
        expect(latents + sum(decoder, chosen.decoder)).toBeLessThanOrEqual(LIMITS.audio * (1 + 1e-9));
      }),
    );
  });
});
