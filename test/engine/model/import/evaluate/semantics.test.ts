import { evaluate, trace } from './program.js';

const ramp = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i);

/** Each case: lines, input shape, wanted values for an input of 0, 1, 2, … as torch 1.13 gives them. */
const CASES: readonly [string, string[], number[], number[]][] = [
  // The commonest way to turn axes: was refused.
  [
    'contiguous makes a view of turned axes possible',
    ['return torch.view(torch.contiguous(torch.permute(x, [1, 0])), [6])'],
    [2, 3],
    [0, 3, 1, 4, 2, 5],
  ],
  // Wrote through to what was copied.
  [
    'contiguous copies what is not',
    [
      'y = torch.mul(x, 1)',
      '_0 = torch.mul_(torch.contiguous(torch.permute(y, [1, 0])), 10)',
      'return torch.reshape(y, [-1])',
    ],
    [2, 3],
    [0, 1, 2, 3, 4, 5],
  ],
  [
    'contiguous leaves what is',
    ['y = torch.mul(x, 1)', '_0 = torch.mul_(torch.contiguous(torch.slice(y, 0, 1)), 10)', 'return y'],
    [3],
    [0, 10, 20],
  ],
  [
    'to with a copy',
    [
      'y = torch.mul(x, 1)',
      '_0 = torch.mul_(torch.to(y, 6, False, True), 10)',
      '_1 = torch.mul_(torch.to(y, torch.device("cpu"), None, False, True), 10)',
      '_2 = torch.add_(torch.to(y, 6, False, False), 1)',
      'return y',
    ],
    [3],
    [1, 2, 3],
  ],
  [
    'lists sliced backwards, and strings',
    [
      'items = [1, 2, 3, 4]',
      'back = torch.slice(items, None, None, -1)',
      'part = torch.slice(items, 2, 0, -2)',
      'text = torch.percentFormat("%d_%s of %s", (7, torch.format("{}-{}", 0.5, None), True))',
      'if torch.eq(text, "7_0.5-None of True"):',
      '  found = torch.find(text, "of", 0, torch.len(text))',
      'else:',
      '  found = -100',
      'y = torch.add(torch.mul(x, (back)[0]), found)',
      'return torch.add(y, torch.add((part)[0], torch.add(torch.len(part), torch.find(text, "cpu"))))',
    ],
    [2],
    [14, 18],
  ],
  ['a number as a vector', ['return torch.mul(x, torch.unsqueeze(torch.mean(x), 0))'], [2], [0, 0.5]],
  ['numbers stacked', ['return torch.stack([torch.mean(x), torch.sum(x)])'], [2], [0.5, 1]],
  [
    'axes of a number',
    [
      's = torch.sum(x)',
      'v, i, = torch.max(s, 0)',
      't = torch.add(torch.sum(s, [0]), torch.cumsum(s, -1))',
      'return torch.mul(x, torch.add(torch.add(t, torch.softmax(s, 0)), torch.add(v, torch.argmax(s, 0))))',
    ],
    [3],
    [0, 10, 20],
  ],
  [
    'rounding of plain numbers, half to even',
    ['return torch.add(torch.mul(x, torch.round(2.5)), torch.div(torch.round(3), 2))'],
    [2],
    [1.5, 3.5],
  ],
  ['erf of a plain number', ['return torch.mul(x, torch.erf(0.5))'], [2], [0, 0.5205]],
  ['a logarithm to a base', ['return torch.mul(x, torch.log(8., 2.))'], [2], [0, 3]],
  ['rsub with a factor', ['return torch.rsub(x, 1, 2)'], [3], [1, -1, -3]],
  [
    'a complex sum with a factor',
    [
      'c = torch.view_as_complex(torch.reshape(x, [1, 2]))',
      's = torch.add(c, c, alpha=3)',
      'return torch.add(torch.real(s), torch.imag(s))',
    ],
    [2],
    [4],
  ],
  ['narrow from the end', ['return torch.narrow(x, 0, -3, 3)'], [5], [2, 3, 4]],
  [
    'norms of every order',
    [
      'y = torch.sub(x, 2)',
      'a = torch.stack([torch.norm(y, 0), torch.norm(y, inf), torch.norm(y, -inf), torch.norm(y, 1)])',
      'b = torch.stack([torch.norm(y, 3), torch.norm(torch.add(y, 3), -1), torch.norm(y)])',
      'c = torch.linalg_vector_norm(y, 2., [0], False, dtype=None)',
      'return torch.cat([a, b, torch.unsqueeze(c, 0)])',
    ],
    [5],
    [4, 2, 0, 6, 2.6207, 0.438, 3.1623, 3.1623],
  ],
  [
    'running sums of truth values are counts',
    ['return torch.to(torch.cumsum(torch.gt(x, 0), 0), 6)'],
    [3],
    [0, 1, 2],
  ],
  [
    'known ones, too, beyond what a byte holds',
    ['n = torch.select(torch.cumsum(torch.ones([300], dtype=11), 0), 0, -1)', 'return torch.mul(x, n)'],
    [2],
    [0, 300],
  ],
  [
    'running sums and products in another type',
    [
      'y = torch.add(x, 1.5)',
      'return torch.to(torch.add(torch.cumsum(y, 0, dtype=4), torch.cumprod(y, 0, dtype=4)), 6)',
    ],
    [3],
    [2, 5, 12],
  ],
  [
    'sums and extremes of truth values',
    [
      'y = torch.gt(x, 0)',
      'n = torch.add(torch.sum(y), torch.prod(torch.ge(x, 0)))',
      'return torch.to(torch.where(torch.stack([torch.amax(y, [0]), torch.amin(y, [0])]), n, 0), 6)',
    ],
    [3],
    [3, 0],
  ],
  [
    'positions among all elements',
    ['return torch.mul(torch.argmax(x), torch.add(torch.argmin(torch.sum(x)), torch.ones([1])))'],
    [2, 2],
    [3],
  ],
  // torchaudio's spectrograms ask it of an option that is a word or a truth value.
  [
    'isinstance of simple types',
    [
      'a = annotate(Union[str, bool], "window")',
      'if isinstance(a, str):',
      '  y = torch.mul(x, 2)',
      'else:',
      '  y = x',
      'if isinstance(2, float):',
      '  y = torch.neg(y)',
      'else:',
      '  pass',
      'return y',
    ],
    [2],
    [0, 2],
  ],
  [
    'complex numbers that are written in place, through views too',
    [
      'c = torch.view_as_complex(torch.reshape(x, [2, 2]))',
      '_0 = torch.mul_(torch.slice(c, 0, 1), 10.)',
      '_1 = torch.div_(torch.reshape(c, [2, 1]), 2.)',
      'return torch.reshape(torch.view_as_real(c), [-1])',
    ],
    [4],
    [0, 0.5, 10, 15],
  ],
  ['softmax in another type', ['return torch.softmax(torch.to(x, 4), 0, 6)'], [2], [0.2689, 0.7311]],
  [
    'integer division and its remainder',
    [
      'n = torch.to(torch.sub(x, 2), 4)',
      'a = torch.stack([torch.floordiv(n, 3), torch.remainder(n, 3), torch.floor_divide(n, -3)])',
      'b = torch.stack([torch.remainder(n, -3), torch.div(n, 3, rounding_mode="floor")])',
      'return torch.to(torch.reshape(torch.cat([a, b]), [-1]), 6)',
    ],
    [5],
    [-1, -1, 0, 0, 0, 1, 2, 0, 1, 2, 0, 0, 0, -1, -1, -2, -1, 0, -2, -1, -1, -1, 0, 0, 0],
  ],
  [
    'the same of known numbers',
    [
      'n = torch.tensor([-2, -1, 0, 1, 2])',
      'a = torch.stack([torch.floordiv(n, 3), torch.remainder(n, 3), torch.floor_divide(n, -3)])',
      'b = torch.stack([torch.remainder(n, -3), torch.div(n, 3, rounding_mode="floor")])',
      'return torch.add(torch.reshape(torch.cat([a, b]), [-1]), torch.mul(x, 0))',
    ],
    [1],
    [-1, -1, 0, 0, 0, 1, 2, 0, 1, 2, 0, 0, 0, -1, -1, -2, -1, 0, -2, -1, -1, -1, 0, 0, 0],
  ],
  [
    'logic of truth values',
    [
      'a = torch.gt(x, 0)',
      'b = torch.lt(x, 2)',
      'c = torch.__and__(torch.__or__(a, b), torch.bitwise_not(torch.eq(x, 3)))',
      'return torch.to(torch.__and__(c, a), 6)',
    ],
    [4],
    [0, 1, 1, 0],
  ],
  ['one_hot of known positions', ['return torch.mul(x, torch.one_hot(torch.tensor(1), 3))'], [3], [0, 1, 0]],
];

describe('operations follow the semantics of torch:', () => {
  test.each(CASES)('%s', async (_, lines, shape, wanted) => {
    const { data } = await evaluate(lines, shape, ramp(shape.reduce((a, b) => a * b, 1)));
    expect(data).toEqual(wanted);
  });

  test.each<[string, string[], RegExp]>([
    [
      'the bits of integers',
      ['return torch.to(torch.__and__(torch.to(x, 4), torch.tensor(2)), 6)'],
      /bitwise operations on integers/,
    ],
    [
      'their complement',
      ['return torch.to(torch.bitwise_not(torch.to(x, 4)), 6)'],
      /bitwise operations on integers/,
    ],
    ['more arguments than an operation has', ['return torch.neg(x, 1)'], /"neg".*2 arguments/],
    [
      'one_hot without a number of classes',
      ['return torch.one_hot(torch.to(x, 4), -1)'],
      /number of classes/,
    ],
    ['a slice that is too long', ['return torch.narrow(x, 0, 2, 3)'], /out of range/],
    ['division of integers by zero', ['return torch.remainder(torch.tensor([1]), 0)'], /by zero/],
    ['an infinite integer', ['return torch.to(torch.tensor(inf), 4)'], /cannot be converted/],
  ])('%s: refused', async (_, lines, message) => {
    await expect(trace(lines, [4])).rejects.toMatchObject({
      code: expect.stringMatching(/operation-unsupported|model-shape/) as string,
      message: expect.stringMatching(message) as string,
    });
  });
});
