import { callInTurn, evaluate, trace } from './program.js';

/** What a program gives for an input above and one below 0, and so in each branch. */
const both = async (lines: readonly string[]): Promise<number[][]> =>
  Promise.all([[3, 1], [-3, 1]].map(async (x) => (await evaluate(lines, [2], Float32Array.from(x))).data)); // prettier-ignore

const IF = ['if bool(torch.gt(torch.select(x, 0, 0), 0)):'];

// Each was refused: "the program branches on a value that depends on its input".
const CASES: readonly [string, readonly string[], number[], number[]][] = [
  [
    'variables',
    [...IF, '  y = torch.mul(x, 2)', 'else:', '  y = torch.add(x, 10)', 'return y'],
    [6, 2],
    [7, 11],
  ],
  [
    'a variable that one branch leaves as it was',
    ['y = torch.neg(x)', ...IF, '  y = torch.mul(x, 2)', 'else:', '  pass', 'return y'],
    [6, 2],
    [3, -1],
  ],
  [
    'numbers, in later conditions too',
    [
      ...IF,
      '  n = 2',
      '  isHigh = True',
      'else:',
      '  n = 5',
      '  isHigh = False',
      'if isHigh:',
      '  y = torch.mul(x, n)',
      'else:',
      '  y = torch.sub(torch.mul(x, n), 1)',
      'return y',
    ],
    [6, 2],
    [-16, 4],
  ],
  [
    'writes in place, through views too',
    [
      'y = torch.mul(x, 1)',
      ...IF,
      '  _0 = torch.mul_(torch.slice(y, 0, 1), 10)',
      'else:',
      '  _1 = torch.add_(y, 100)',
      'return y',
    ],
    [3, 10],
    [97, 101],
  ],
  [
    'what a branch read before the other wrote',
    [
      'y = torch.mul(x, 1)',
      ...IF,
      '  _0 = torch.mul_(y, 10)',
      '  z = torch.slice(y, 0, 0)',
      'else:',
      '  z = torch.neg(y)',
      'return torch.add(z, torch.mul(y, 1000))',
    ],
    [30_030, 10_010],
    [-2997, 999],
  ],
  [
    'lists, those of a branch alone too',
    [
      'a = [x]',
      ...IF,
      '  b = annotate(List[Tensor], [])',
      '  _0 = torch.append(b, torch.mul(x, 3))',
      '  _1 = torch.append(a, b[0])',
      'else:',
      '  _2 = torch.append(a, torch.neg(x))',
      'return torch.add(a[0], a[1])',
    ],
    [12, 4],
    [0, 0],
  ],
  [
    'nested conditions',
    [
      'y = torch.mul(x, 1)',
      ...IF,
      '  if bool(torch.gt(torch.select(x, 0, 0), 2)):',
      '    _0 = torch.mul_(y, 2)',
      '  else:',
      '    _1 = torch.mul_(y, 3)',
      'else:',
      '  if torch.lt(torch.select(x, 0, 0), -5):',
      '    y = torch.zeros_like(x)',
      '  else:',
      '    y = torch.neg(y)',
      'return y',
    ],
    [6, 2],
    [3, -1],
  ],
  [
    'conditions of several parts',
    [
      'a = torch.gt(torch.select(x, 0, 0), 0)',
      'if bool(a):',
      '  c = bool(torch.gt(torch.select(x, 0, 1), 0))',
      'else:',
      '  c = False',
      'if torch.__not__(c):',
      '  y = torch.neg(x)',
      'else:',
      '  y = x',
      'return y',
    ],
    [3, 1],
    [3, -1],
  ],
];

describe('an "if" that depends on the input', () => {
  it.each(CASES)('chooses %s', async (_, lines, above, below) => {
    expect(await both(lines)).toEqual([above, below]);
  });

  it('keeps state in one branch alone, as an instance normalisation that learns does', async () => {
    const lines = [
      'if bool(torch.gt(torch.select(x, 0, 0), 0)):',
      '  _0 = torch.add_(self.mean, torch.mean(x))',
      '  _1 = torch.add_(self.count, 1)',
      'else:',
      '  pass',
      'if bool(self.count):',
      '  y = torch.sub(x, torch.div(self.mean, self.count))',
      'else:',
      '  y = x',
      'return y',
    ];
    const attributes = { mean: { data: Float32Array.of(0) }, count: { data: Float32Array.of(0) } };
    expect(await callInTurn(lines, attributes, [[-1], [4], [-1], [8], [-2]])).toEqual([[-1], [0], [-5], [2], [-8]]); // prettier-ignore
  });

  it('keeps attributes that one branch replaces', async () => {
    const lines = [
      ...['if bool(torch.gt(torch.select(x, 0, 0), 0)):', '  self.last = torch.mul(x, 1)', 'else:', '  pass'],
      'return torch.add(x, self.last)',
    ];
    const attributes = { last: { data: Float32Array.of(0) } };
    expect(await callInTurn(lines, attributes, [[-1], [5], [-1]])).toEqual([[-1], [10], [4]]);
  });

  it.each([
    [
      'a size',
      [
        'if bool(torch.gt(torch.select(x, 0, 0), 0)):',
        '  n = 1',
        'else:',
        '  n = 2',
        'return torch.slice(x, 0, 0, n)',
      ],
      'depends on its input',
    ],
    [
      'tensors of different shapes',
      [
        'if bool(torch.gt(torch.select(x, 0, 0), 0)):',
        '  y = torch.slice(x, 0, 1)',
        'else:',
        '  y = x',
        'return y',
      ],
      'the name "y" is unknown',
    ],
    [
      'what may be one of two tensors in memory, and written',
      [
        'z = torch.neg(x)',
        'if bool(torch.gt(torch.select(x, 0, 0), 0)):',
        '  y = x',
        'else:',
        '  y = z',
        'return torch.mul_(y, 2)',
      ],
      'written in place',
    ],
    [
      'a loop',
      ['y = x', 'while bool(torch.gt(torch.select(y, 0, 0), 0)):', '  y = torch.sub(y, 1)', 'return y'],
      'depends on its input',
    ],
  ])('refuses %s', async (_, lines, reason) => {
    await expect(trace(lines, [2])).rejects.toMatchObject({
      name: 'TillerError',
      message: expect.stringContaining(reason) as string,
    });
  });
});
