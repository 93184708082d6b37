import { traceMethod } from '../../../../../src/engine/model/import/evaluate/trace.js';
import { Archive } from '../../../../../src/engine/torchscript/archive.js';
import { Program } from '../../../../../src/engine/torchscript/program.js';
import { buildZip } from '../../../torchscript/archive-builder.js';
import { callInTurn, trace } from './program.js';
import { type Attributes, StoredTuple } from './stored.js';

const floats = (...values: number[]): { data: Float32Array } => ({ data: Float32Array.from(values) });

/** Each case: lines, attributes, inputs call by call, wanted outputs as torch gives them. */
const CARRIED: readonly [string, string[], Attributes, number[][], number[][]][] = [
  [
    'what is written into a tensor',
    ['_0 = torch.add_(self.sum, x)', 'return torch.mul(self.sum, 1)'],
    { sum: floats(5) },
    [[1], [1], [2]],
    [[6], [7], [9]],
  ],
  // Was lost without a message: every call started from what is stored.
  [
    'a tensor that takes the place of another',
    ['self.sum = torch.add(self.sum, x)', 'return self.sum'],
    { sum: floats(5) },
    [[1], [1], [2]],
    [[6], [7], [9]],
  ],
  [
    'a tensor of an object within',
    ['part = self.part', 'y = torch.add(part.last, x)', 'part.last = x', 'return y'],
    { part: { last: floats(5, 5) } },
    [
      [1, 2],
      [3, 4],
      [0, 0],
    ],
    [
      [6, 7],
      [4, 6],
      [3, 4],
    ],
  ],
  [
    'tensors that change places',
    ['a = self.a', 'self.a = self.b', 'self.b = a', 'return torch.add(self.a, torch.mul(x, 0))'],
    { a: floats(1), b: floats(2) },
    [[0], [0], [0]],
    [[2], [1], [2]],
  ],
  [
    'a line of tensors that move up',
    ['y = self.a', 'self.a = self.b', 'self.b = x', 'return torch.mul(y, 1)'],
    { a: floats(1), b: floats(2) },
    [[3], [4], [5], [6]],
    [[1], [2], [3], [4]],
  ],
  [
    'a tensor that is written into, then replaced',
    ['_0 = torch.mul_(self.sum, 2)', 'self.sum = torch.add(self.sum, x)', 'return self.sum'],
    { sum: floats(1) },
    [[1], [1]],
    [[3], [7]],
  ],
  // Was kept as float32: a counter stood still at 2^24, a float64 phase lost half of its digits.
  [
    'a counter beyond 2^24, and a negative one',
    ['_0 = torch.add_(self.count, 1)', 'return torch.mul(x, torch.to(torch.remainder(self.count, 1000), 6))'],
    { count: { data: BigInt64Array.of(2n ** 40n, -(2n ** 30n)) } },
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    [
      [777, 177],
      [778, 178],
      [779, 179],
    ],
  ],
  [
    'a phase in float64',
    [
      '_0 = torch.add_(self.phase, 0.00000001)',
      'return torch.mul(x, torch.to(torch.mul(torch.sub(self.phase, 100), 100000000), 6))',
    ],
    { phase: { data: Float64Array.of(100) } },
    [[1], [1], [1]],
    [[1], [2], [3]],
  ],
  [
    'rows of a tensor, and then all of it',
    [
      'rows = torch.slice(self.sum, 0, 0, 1)',
      '_0 = torch.add_(rows, x)',
      'self.sum = torch.mul(self.sum, 2)',
      'return torch.mul(torch.slice(self.sum, 0, 0, 1), 1)',
    ],
    { sum: floats(1, 2) },
    [[1], [1]],
    [[4], [10]],
  ],
  // Was refused for a tuple, with an untrue reason.
  [
    'the items of a tuple, which change places',
    ['a, b, = self.st', 'self.st = (x, a)', 'return torch.add(a, b)'],
    { st: new StoredTuple([floats(1), floats(2)]) },
    [[3], [4], [5]],
    [[3], [4], [7]],
  ],
  [
    'an item of a list',
    ['y = torch.mul(torch.__getitem__(self.st, 1), 1)', '_0 = torch._set_item(self.st, 1, x)', 'return y'],
    { st: [floats(1), floats(2)] },
    [[3], [4], [5]],
    [[2], [3], [4]],
  ],
  [
    'an entry of a dict',
    [
      'y = torch.add(torch.__getitem__(self.st, "a"), x)',
      '_0 = torch._set_item(self.st, "a", y)',
      'return torch.mul(y, 1)',
    ],
    { st: new Map([['a', floats(1)]]) },
    [[3], [4]],
    [[4], [8]],
  ],
  // Was refused.
  [
    'a tensor where none was, from zeros',
    [
      'y = self.last',
      'if torch.__is__(y, None):',
      '  y = torch.zeros_like(x)',
      'self.last = x',
      'return torch.add(x, y)',
    ],
    { last: null },
    [[3], [4], [5]],
    [[3], [7], [9]],
  ],
  [
    'a tensor where none was, next to a flag and to other state',
    [
      'y = self.last',
      'if torch.__not__(self.isReady):',
      '  y = torch.mul(x, 0)',
      '  self.isReady = True',
      '_0 = torch.add_(self.sum, x)',
      'self.last = x',
      'return torch.add(self.sum, y)',
    ],
    { last: null, isReady: false, sum: floats(1) },
    [[3], [4], [5]],
    [[4], [11], [17]],
  ],
  [
    'a list that the first call fills',
    [
      'if torch.eq(torch.len(self.past), 0):',
      '  _0 = torch.append(self.past, torch.zeros_like(x))',
      'y = torch.mul(torch.__getitem__(self.past, 0), 1)',
      '_1 = torch._set_item(self.past, 0, torch.add(x, y))',
      'return y',
    ],
    { past: [] },
    [[3], [4], [5]],
    [[0], [3], [7]],
  ],
  [
    'a pair of tensors where none was',
    [
      'pair = self.pair',
      'if torch.__is__(pair, None):',
      '  a, b, = (torch.zeros_like(x), torch.ones_like(x))',
      'else:',
      '  a, b, = pair',
      'self.pair = (x, torch.ones_like(x))',
      'return torch.add(a, b)',
    ],
    { pair: null },
    [[3], [4], [5]],
    [[1], [4], [5]],
  ],
  [
    'two names of one tensor that nothing writes into',
    ['y = torch.add(self.a, self.b)', 'self.a = x', 'self.b = self.a', 'return y'],
    { a: floats(1), b: floats(2) },
    [[3], [4]],
    [[3], [6]],
  ],
  [
    'not what is replaced before it is read',
    ['self.last = torch.cat([x, x])', 'return torch.slice(self.last, 0, 1)'],
    { last: null },
    [[1], [2]],
    [[1], [2]],
  ],
  [
    'what settles in the first calls as if they had been',
    ['if bool(self.fresh):', '  self.fresh = torch.tensor([0.])', 'return torch.add(x, self.fresh)'],
    { fresh: floats(1) },
    [[1], [2]],
    [[1], [2]],
  ],
];

test('cyclic lists are refused', async () => {
  const deep = `\x80\x02c__torch__\nM\n)\x81}(X\x04\x00\x00\x00deep)${'\x85'.repeat(100_000)}ub.`;
  const archive = await Archive.fromBytes(
    buildZip([
      { name: 'm/data.pkl', data: Buffer.from(deep, 'latin1') },
      { name: 'm/version', data: '3\n' },
      {
        name: 'm/code/__torch__.py',
        data: 'class M(Module):\n  def f(self, x: Tensor) -> Tensor:\n    y = self.deep\n    return x\n',
      },
    ]),
  );
  expect(() => traceMethod(Program.load(archive), 'f', [1])).toThrow(
    expect.objectContaining({ code: 'operation-unsupported' }) as Error,
  );
});

describe('state between calls', () => {
  test.each(CARRIED)('the graph carries %s', async (_, lines, attributes, inputs, wanted) => {
    expect(await callInTurn(lines, attributes, inputs)).toEqual(wanted);
  });

  test.each<[string, string[], Attributes, RegExp]>([
    [
      'a tensor where none was, which does not begin at zero',
      ['y = self.last', 'if torch.__is__(y, None):', '  y = x', 'self.last = x', 'return torch.add(x, y)'],
      { last: null },
      /keeps a tensor in last, where none of its shape lies/,
    ],
    [
      'a tensor of another shape',
      ['self.all = torch.cat([self.all, x])', 'return x'],
      { all: floats(0) },
      /keeps a tensor in all, where none of its shape lies/,
    ],
    [
      'a tensor that becomes another name of a buffer that is written into',
      ['y = torch.add(self.a, x)', 'self.a = self.b', '_0 = torch.add_(self.b, 1)', 'return y'],
      { a: floats(1), b: floats(2) },
      /replaces a, which shares memory/,
    ],
    [
      'two names of one tensor that is written into',
      [
        'y = torch.add(self.a, self.b)',
        '_0 = torch.add_(self.a, 1)',
        'self.a = x',
        'self.b = self.a',
        'return y',
      ],
      { a: floats(1), b: floats(2) },
      /replaces b, which shares memory/,
    ],
    [
      'a tensor that has two names in the file',
      (() => ['y = torch.add(self.a, self.b)', 'self.a = x', 'return y'])(),
      (() => {
        const both = floats(1);
        return { a: both, b: both };
      })(),
      /replaces a, which shares memory/,
    ],
    [
      'memory that two tensors have',
      ['_0 = torch.zero_(self.a)', 'return torch.add(self.b, x)'],
      { a: { ...floats(1), storage: 's' }, b: { ...floats(1), storage: 's' } },
      /writes to a, which shares memory with b/,
    ],
    [
      'a list that grows',
      ['_0 = torch.append(self.past, 1)', 'return torch.mul(x, torch.len(self.past))'],
      { past: [1n] },
      /behaves differently/,
    ],
    [
      'a count in a list',
      ['_0 = torch._set_item(self.n, 0, torch.add((self.n)[0], 1))', 'return torch.mul(x, (self.n)[0])'],
      { n: [0n] },
      /behaves differently/,
    ],
  ])('the graph cannot carry %s', async (_, lines, attributes, message) => {
    await expect(trace(lines, [1], '', attributes)).rejects.toMatchObject({
      code: 'operation-unsupported',
      message: expect.stringMatching(message) as string,
    });
  });
});
