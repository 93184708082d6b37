import { TillerError } from '../../../../../src/document/tiller-error.js';
import { bindGraph, prune } from '../../../../../src/engine/model/import/graph/bind-graph.js';
import { runGraph } from '../../../onnx/run-graph.js';
import { evaluate, trace } from './program.js';

const ramp = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i);

/** Each case: lines, input shape, wanted shape and values for an input of 0, 1, 2, … (worked out by hand). */
const CASES: readonly [string, string[], number[], number[], number[]][] = [
  ['slices with negative bounds', ['return torch.slice(x, -1, -3, -1)'], [1, 5], [1, 2], [2, 3]],
  ['slices with a step', ['return torch.slice(x, 1, 1, None, 2)'], [1, 6], [1, 3], [1, 3, 5]],
  ['select', ['return torch.select(x, 1, -1)'], [2, 3], [2], [2, 5]],
  [
    'permute and reshape',
    ['return torch.reshape(torch.permute(x, [1, 0]), [-1])'],
    [2, 3],
    [6],
    [0, 3, 1, 4, 2, 5],
  ],
  ['flip', ['return torch.flip(x, [1])'], [1, 4], [1, 4], [3, 2, 1, 0]],
  [
    'roll forwards and back',
    ['return torch.roll(torch.roll(x, [1], [-1]), [-3], [1])'],
    [1, 5],
    [1, 5],
    [2, 3, 4, 0, 1],
  ],
  ['padding with crop', ['return torch.pad(x, [2, -1], "constant", 9.)'], [1, 3], [1, 4], [9, 9, 0, 1]],
  ['chunks', ['a, b, = torch.chunk(x, 2, 1)', 'return torch.sub(b, a)'], [1, 4], [1, 2], [2, 2]],
  ['stack', ['return torch.stack([x, torch.neg(x)], -1)'], [2], [2, 2], [0, 0, 1, -1]],
  ['repeat', ['return torch.repeat(x, [2, 2])'], [1, 2], [2, 4], [0, 1, 0, 1, 0, 1, 0, 1]],
  ['repeat_interleave', ['return torch.repeat_interleave(x, 2, 1)'], [1, 3], [1, 6], [0, 0, 1, 1, 2, 2]],
  [
    'repeat_interleave of all',
    ['return torch.repeat_interleave(x, 2)'],
    [2, 2],
    [8],
    [0, 0, 1, 1, 2, 2, 3, 3],
  ],
  ['means', ['return torch.mean(x, [-1], True)'], [2, 2], [2, 1], [0.5, 2.5]],
  ['standard deviation', ['return torch.std(x, [-1], True, True)'], [1, 3], [1, 1], [1]],
  ['maximum along an axis', ['v, i, = torch.max(x, 1)', 'return torch.add(v, i)'], [2, 3], [2], [4, 7]],
  ['running sums', ['return torch.cumsum(x, 1)'], [1, 4], [1, 4], [0, 1, 3, 6]],
  ['running products', ['return torch.cumprod(torch.add(x, 1), 1)'], [1, 4], [1, 4], [1, 2, 6, 24]],
  [
    'remainder has the sign of the divisor',
    ['return torch.remainder(torch.sub(x, 2), 3.)'],
    [5],
    [5],
    [1, 2, 0, 1, 2],
  ],
  [
    'integer division and true division',
    ['n = torch.floordiv(-7, 2)', 'q = torch.div(7, 2)', 'return torch.add(torch.mul(x, n), q)'],
    [2],
    [2],
    [3.5, -0.5],
  ],
  ['where', ['return torch.where(torch.gt(x, 1), x, torch.neg(x))'], [4], [4], [0, -1, 2, 3]],
  [
    'one_hot and embedding',
    [
      'i = torch.to(x, 4)',
      'h = torch.to(torch.one_hot(i, 3), 6)',
      'return torch.matmul(h, torch.tensor([[5.], [6.], [7.]]))',
    ],
    [3],
    [3, 1],
    [5, 6, 7],
  ],
  ['index', ['return torch.index(x, [None, torch.tensor([2, 0])])'], [1, 3], [1, 2], [2, 0]],
  [
    'Fourier transform and back',
    ['return torch.fft_irfft(torch.fft_rfft(x))'],
    [1, 8],
    [1, 8],
    [0, 1, 2, 3, 4, 5, 6, 7],
  ],
  [
    'odd Fourier transform',
    ['s = torch.fft_rfft(x)', 'return torch.fft_irfft(s, 5)'],
    [1, 5],
    [1, 5],
    [0, 1, 2, 3, 4],
  ],
  [
    'convolution by Fourier transform',
    [
      'k = torch.pad(torch.tensor([[0., 1.]]), [0, 2])',
      'return torch.fft_irfft(torch.mul(torch.fft_rfft(x), torch.fft_rfft(k)))',
    ],
    [1, 4],
    [1, 4],
    [3, 0, 1, 2],
  ],
  [
    'complex parts',
    [
      'c = torch.view_as_complex(torch.reshape(x, [1, 2, 2]))',
      'return torch.sub(torch.imag(torch.mul(c, c)), torch.real(c))',
    ],
    [1, 4],
    [1, 2],
    [0, 10],
  ],
  ['windows', ['return torch.mul(torch.ones_like(x), torch.hann_window(4))'], [4], [4], [0, 0.5, 1, 0.5]],
  [
    'lists and loops',
    [
      'l = annotate(List[Tensor], [])',
      'for i in range(3):',
      '  _0 = torch.append(l, torch.mul(x, i))',
      'return torch.cat(l, 0)',
    ],
    [2],
    [6],
    [0, 0, 0, 1, 0, 2],
  ],
  [
    'while loops',
    ['n = 0', 'while torch.lt(n, 3):', '  n = torch.add(n, 1)', 'return torch.mul(x, n)'],
    [2],
    [2],
    [0, 3],
  ],
  [
    'broadcast_tensors',
    ['a, b, = torch.broadcast_tensors([x, torch.tensor([[1.], [2.]])])', 'return torch.mul(a, b)'],
    [2],
    [2, 2],
    [0, 1, 0, 2],
  ],
];

describe('operations', () => {
  test.each(CASES)('%s', async (_, lines, shape, wantedShape, wanted) => {
    const result = await evaluate(lines, shape, ramp(shape.reduce((a, b) => a * b, 1)));
    expect(result.shape).toEqual(wantedShape);
    expect(result.data).toEqual(wanted);
  });
});

describe('writing in place', () => {
  test('reaches the base through a slice of a slice', async () => {
    const { data } = await evaluate(
      [
        'm = torch.mul(x, 1)',
        '_0 = torch.slice(torch.slice(m, 0, 1, None, 2), 1, None, None, 2)',
        '_1 = torch.copy_(_0, torch.tensor(-1))',
        'return m',
      ],
      [2, 4],
      ramp(8),
    );
    expect(data).toEqual([0, 1, 2, 3, -1, 5, -1, 7]);
  });

  test('reaches the base through transposed and reshaped views, and is seen by later reads', async () => {
    const { data } = await evaluate(
      [
        'm = torch.mul(x, 1)',
        'v = torch.select(torch.permute(m, [1, 0]), 0, 1)',
        'before = torch.mul(v, 1)',
        '_0 = torch.add_(v, 10)',
        'return torch.add(torch.reshape(m, [-1]), torch.sum(torch.sub(v, before)))',
      ],
      [2, 3],
      ramp(6),
    );
    expect(data).toEqual([20, 31, 22, 23, 34, 25]);
  });

  test('does not change the source of a copy', async () => {
    const { data } = await evaluate(
      [
        'm = torch.mul(x, 1)',
        'c = torch.reshape(torch.permute(m, [1, 0]), [-1])',
        '_0 = torch.zero_(c)',
        'return torch.add(m, torch.sum(c))',
      ],
      [2, 2],
      ramp(4),
    );
    expect(data).toEqual([0, 1, 2, 3]);
  });

  test('keeps the element type of the overwritten tensor', async () => {
    const traced = await trace(
      ['m = torch.zeros_like(x)', '_0 = torch.add_(m, torch.tensor(1))', 'return torch.mul(m, x)'],
      [2],
    );
    expect(traced.output.type).toBe('float32');
  });
});

describe('random operations', () => {
  test('become inputs of the graph, in order', async () => {
    const traced = await trace(
      [
        'a = torch.rand_like(x)',
        'b = torch.randn([1, 3])',
        'c = torch.randn([1, 0])',
        'return torch.cat([torch.mul(a, x), b, c], 1)',
      ],
      [1, 2],
    );
    expect(traced.noise.map(({ distribution, value }) => [distribution, value.shape])).toEqual([
      ['uniform', [1, 2]],
      ['normal', [1, 3]],
    ]);
  });
});

describe('a draw by chances', () => {
  /** The class for a number drawn evenly, of chances 1, 0, 3. */
  const draw = async (u: number): Promise<number[]> => {
    const traced = prune(await trace(['return torch.to(torch.multinomial(x, 1, True), 6)'], [2, 3]));
    expect(traced.noise.map(({ distribution }) => distribution)).toEqual(['uniform']);
    const { graph } = bindGraph(traced, 'x', 'y');
    const [y] = runGraph(graph, {
      x: Float32Array.of(1, 0, 3, 0, 1, 0),
      noise0: Float32Array.of(u, u),
    });
    return [...(y as Float32Array)];
  };

  test.each([
    [0, [0, 1]],
    [0.24, [0, 1]],
    [0.26, [2, 1]],
    [0.9999999, [2, 1]],
  ])('takes the class whose share of the sum holds %d', async (u, classes) => {
    expect(await draw(u)).toEqual(classes);
  });

  test('of several without replacement is refused', async () => {
    await expect(trace(['return torch.multinomial(x, 2)'], [1, 4])).rejects.toThrow('without replacement');
  });
});

test('the inverse error function is exact to single precision', async () => {
  const x = Float32Array.of(0, 0.1, -0.5, 0.9, 0.999, -0.99999, 1, -1);
  const { data } = await evaluate(['return torch.erfinv(x)'], [1, 8], x);
  // scipy.special.erfinv
  const wanted = [
    0,
    0.0888559905,
    -0.4769362762,
    1.1630871537,
    2.3267537655,
    -3.123413274,
    Infinity,
    -Infinity,
  ];
  for (const [i, value] of wanted.entries())
    if (Number.isFinite(value))
      expect(Math.abs((data[i] ?? NaN) - value)).toBeLessThan(1e-3 * Math.abs(value) + 1e-6);
    else expect(data[i]).toBe(value);
});

describe('refused', () => {
  const refused = async (lines: string[], code: string, message: RegExp, more = ''): Promise<void> => {
    await expect(trace(lines, [1, 4], more)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  };

  test('an unknown operation, by name and place', () =>
    refused(
      ['y = torch.neg(x)', 'return torch.bessel_j0(y)'],
      'operation-unsupported',
      /"bessel_j0".*code\/__torch__\.py:4/,
    ));
  test('an option that would change the result', () =>
    refused(['return torch.pad(x, [1, 1], "wrap")'], 'operation-unsupported', /by "wrap"/));
  test('a loop that depends on the input', () =>
    refused(
      ['y = x', 'while bool(torch.gt(torch.sum(y), 0)):', '  y = torch.sub(y, 1)', 'return y'],
      'operation-unsupported',
      /branches/,
    ));
  test('an exception that the program would raise', () =>
    refused(
      ['ops.prim.RaiseException("not ready", "builtins.RuntimeError")', 'return x'],
      'operation-unsupported',
      /not ready/,
    ));
  test('shapes that do not fit', () =>
    refused(['return torch.add(x, torch.ones([3]))'], 'model-shape', /do not fit/));
  test('a convolution with other channels', () =>
    refused(['return torch.conv1d(torch.unsqueeze(x, 0), torch.ones([2, 3, 1]))'], 'model-shape', /conv1d/));
  test('an endless loop', () =>
    refused(['while True:', '  pass', 'return x'], 'operation-unsupported', /so many steps/));
  // One of 8192 points made an import of a damaged file take half a minute.
  test.each([8192, 2049, 0, -4])('a transform of %d points', (points) =>
    refused(
      [`return torch.fft_irfft(torch.fft_rfft(x, ${points}))`],
      'operation-unsupported',
      /transform of/,
    ),
  );

  test('an endless range', () =>
    refused(
      ['for i in range(1000000000000):', '  pass', 'return x'],
      'operation-unsupported',
      /so many steps/,
    ));
  test('endless recursion', () =>
    refused(
      ['return (self).g(x, )'],
      'operation-unsupported',
      /too deeply/,
      '  def g(self: __torch__.M, x: Tensor) -> Tensor:\n    return (self).g(x, )',
    ));
  test('a tensor beyond the element limit', () =>
    refused(['return torch.ones([100000, 100000, 100000])'], 'model-shape', /too large/));
  test.each([
    ['a loop that fills the graph', ['while True:', '  x = torch.neg(x)', 'return x']],
    [
      'a loop that computes without end',
      ['m = torch.ones([1000, 1000])', 'while True:', '  m = torch.neg(m)', 'return x'],
    ],
    ['a list that doubles', ['l = [1]', 'while True:', '  l = torch.add(l, l)', 'return x']],
    ['a string that doubles', ['s = "a"', 'while True:', '  s = torch.add(s, s)', 'return x']],
    ['a list repeated', ['l = torch.mul([1], 1000000000000)', 'return x']],
    ['a tensor repeated', ['return torch.repeat(x, [1000000, 1000000])']],
    ['a tensor expanded', ['return torch.neg(torch.expand(torch.reshape(x, [4, 1]), [4, 1000000000]))']],
    ['a tensor of noise', ['return torch.slice(torch.randn([1, 17179869184]), 1, 0, 4)']],
    ['noise without end', ['while True:', '  n = torch.randn([1000, 1000])', 'return x']],
    ['classes without end', ['return torch.sum(torch.one_hot(torch.to(x, 4), 40000000))']],
    ['a tensor split into its rows', ['l = torch.unbind(torch.ones([1000000]))', 'return x']],
  ])('%s', async (_, lines) => {
    await expect(trace(lines, [1, 4])).rejects.toBeInstanceOf(TillerError);
  });
  // Ended as faults of Tiller's own.
  test.each([
    ['an int of what is none', ['n = int(inf)', 'return x']],
    ['an int of a tensor of none', ['n = annotate(int, torch.tensor(inf))', 'return x']],
    ['a number of a tensor of several', ['n = annotate(float, torch.ones([2]))', 'return x']],
    ['a size computed from the input', ['n = annotate(int, torch.sum(x))', 'return torch.ones([1, n])']],
    ['complex sound', ['return torch.view_as_complex(torch.reshape(x, [2, 2]))']],
    ['code that nests in chains', [`return ${'[x'.repeat(150)}${`${'[0]'.repeat(199)}]`.repeat(150)}`]],
  ])('%s', async (_, lines) => {
    await expect(trace(lines, [1, 4])).rejects.toBeInstanceOf(TillerError);
  });

  test('an undefined name', () => refused(['return y'], 'operation-unsupported', /"y"/));
});
