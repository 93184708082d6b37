import { refuseSharedState } from '../../../../../src/engine/model/import/evaluate/shared-state.js';
import { traceMethod } from '../../../../../src/engine/model/import/evaluate/trace.js';
import { programOf } from './program.js';
import type { Attributes } from './stored.js';

const floats = (...values: number[]): { data: Float32Array } => ({ data: Float32Array.from(values) });

/** Traces two methods of one program, as encoder and decoder. */
async function traceBoth(f: readonly string[], g: readonly string[], attributes: Attributes): Promise<void> {
  const more = ['  def g(self: __torch__.M, x: Tensor) -> Tensor:', ...g.map((line) => `    ${line}`)];
  const program = await programOf(f, more.join('\n'), attributes);
  const [encode, decode] = ['f', 'g'].map((method) => traceMethod(program, method, [1]));
  if (encode === undefined || decode === undefined) throw new Error('both were traced');
  refuseSharedState(encode, decode);
  refuseSharedState(decode, encode);
}

const part = { last: floats(1) };

describe('shared state of encoder and decoder is refused:', () => {
  test.each<[string, string[], string[], Attributes, RegExp]>([
    [
      'a buffer',
      ['_0 = torch.add_(self.last, x)', 'return x'],
      ['return torch.add(self.last, x)'],
      { last: floats(1) },
      /share last/,
    ],
    // Objects were compared by the path that led to them.
    [
      'an object that each reaches by a way of its own',
      ['_0 = torch.add_(self.here.last, x)', 'return x'],
      ['return torch.add(self.there.last, x)'],
      { here: part, there: part },
      /share here\.last/,
    ],
    [
      'memory',
      ['_0 = torch.add_(self.a, x)', 'return x'],
      ['return torch.add(self.b, x)'],
      { a: { ...floats(1), storage: 's' }, b: { ...floats(1), storage: 's' } },
      /share a/,
    ],
    [
      'a tensor that is replaced',
      ['self.last = x', 'return x'],
      ['return torch.add(self.last, x)'],
      { last: floats(1) },
      /share last/,
    ],
    ['a number', ['self.n = 2', 'return x'], ['return torch.mul(x, self.n)'], { n: 1n }, /share n/],
    [
      'a buffer that only the first call changes',
      ['_0 = torch.zero_(self.fresh)', 'return x'],
      ['return torch.add(self.fresh, x)'],
      { fresh: floats(1) },
      /share fresh/,
    ],
  ])('%s', async (_, f, g, attributes, message) => {
    await expect(traceBoth(f, g, attributes)).rejects.toMatchObject({
      code: 'operation-unsupported',
      message: expect.stringMatching(message) as string,
    });
    await expect(traceBoth(g, f, attributes)).rejects.toMatchObject({ code: 'operation-unsupported' });
  });
});

test('encoder and decoder may read a constant buffer, and set it to the same value', async () => {
  const settle = [
    '_0 = torch.zero_(self.fresh)',
    'self.n = 2',
    'return torch.mul(torch.add(x, self.w), self.n)',
  ];
  await traceBoth(settle, settle, { fresh: floats(1), n: 1n, w: floats(3) });
});
