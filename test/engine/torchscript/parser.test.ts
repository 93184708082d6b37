import fc from 'fast-check';
import { TillerError } from '../../../src/document/tiller-error.js';
import { parseSource } from '../../../src/engine/torchscript/parser.js';
import type { Expression, Statement } from '../../../src/engine/torchscript/syntax.js';

/** The body of a function made of these lines. */
function body(...lines: string[]): readonly Statement[] {
  const source = ['def f(x: Tensor) -> Tensor:', ...lines.map((line) => `  ${line}`)].join('\n');
  return parseSource(source, 'code/f.py').functions[0]?.body ?? [];
}

function expression(source: string): Expression {
  const [statement] = body(`return ${source}`);
  if (statement?.kind !== 'return' || statement.value === null) throw new Error('no expression');
  return statement.value;
}

describe('parsing', () => {
  test('reads a class with its constants and methods', () => {
    const { classes } = parseSource(
      [
        'class Conv(Module):',
        '  __parameters__ = ["weight", ]',
        '  weight : Tensor',
        '  bias : Optional[Tensor]',
        '  stride : Final[Tuple[int]] = (16,)',
        '  __annotations__["0"] = __torch__.a.___torch_mangle_1.B',
        '  def forward(self: __torch__.m.Conv,',
        '    x: Tensor,',
        '    n: int=2) -> Tuple[Tensor, Tensor]:',
        '    weight = self.weight',
        '    return (x, weight)',
        '  def __len__(self: __torch__.m.Conv) -> int:',
        '    return 4',
      ].join('\n'),
      'code/m.py',
    );
    const [conv] = classes;
    expect(conv?.base).toBe('Module');
    expect([...(conv?.constants.keys() ?? [])]).toEqual(['__parameters__', 'stride']);
    expect([...(conv?.methods.keys() ?? [])]).toEqual(['forward', '__len__']);
    expect(conv?.methods.get('forward')?.parameters.map(({ name }) => name)).toEqual(['self', 'x', 'n']);
    expect(conv?.methods.get('forward')?.parameters[2]?.fallback).toMatchObject({ kind: 'int', value: 2n });
  });

  test('distinguishes ints and floats, and large ints whole', () => {
    expect(expression('9223372036854775807')).toMatchObject({ kind: 'int', value: 9223372036854775807n });
    expect(expression('2.')).toMatchObject({ kind: 'float', value: 2 });
    expect(expression('1.0000000000000001e-05')).toMatchObject({ kind: 'float', value: 1e-5 });
    expect(expression('-1')).toMatchObject({ kind: 'negate', operand: { kind: 'int', value: 1n } });
  });

  test('reads calls with trailing commas and named arguments', () => {
    const call = expression('torch.tensor(-1, dtype=ops.prim.dtype(_4), device=None, )');
    expect(call).toMatchObject({ kind: 'call', callee: { kind: 'attribute', name: 'tensor' } });
    if (call.kind !== 'call') throw new Error('no call');
    expect(call.positional).toHaveLength(1);
    expect(call.named.map(([name]) => name)).toEqual(['dtype', 'device']);
  });

  test('distinguishes a bracketed value from a one-element tuple', () => {
    expect(expression('(x)')).toMatchObject({ kind: 'name', id: 'x' });
    expect(expression('(x,)')).toMatchObject({ kind: 'tuple', items: [{ id: 'x' }] });
    expect(expression('()')).toMatchObject({ kind: 'tuple', items: [] });
  });

  test('unpacks', () => {
    expect(body('mean, scale, = torch.chunk(x, 2, 1)')[0]).toMatchObject({
      kind: 'assign',
      unpack: true,
      targets: [{ id: 'mean' }, { id: 'scale' }],
    });
    expect(body('self.n = (False,)')[0]).toMatchObject({
      unpack: false,
      targets: [{ kind: 'attribute', name: 'n' }],
    });
  });

  test('reads control flow', () => {
    const [branch, loop, again] = body(
      'if bool(x):',
      '  y = 1',
      'else:',
      '  pass',
      'for i in range(torch.len(x)):',
      '  y = i',
      'while True:',
      '  return y',
    );
    expect(branch).toMatchObject({ kind: 'if', then: [{ kind: 'assign' }], otherwise: [{ kind: 'pass' }] });
    expect(loop).toMatchObject({ kind: 'for', variable: 'i' });
    expect(again).toMatchObject({ kind: 'while', body: [{ kind: 'return' }] });
  });

  test('reads the escapes of strings', () => {
    expect(expression('"a\\n\\"b\\" \\x41\\101"')).toMatchObject({ value: 'a\n"b" AA' });
  });

  test.each([
    ['def f(:', 1],
    ['def f():\n  x = (1,\n', 3],
    ['def f():\n  x = "abc\n', 2],
    ['def f():\n  1 = x\n', 2],
    ['def f():\n    x = 1\n   y = 2\n', 3],
    ['x = 1\n', 1],
    ['def f():\n  return $\n', 2],
  ])('says where %j is wrong', (source, line) => {
    expect(() => parseSource(source, 'code/bad.py')).toThrow(
      expect.objectContaining({
        code: 'source-syntax',
        message: expect.stringContaining(`code/bad.py:${line}`) as string,
      }) as Error,
    );
  });

  test('refuses deep nesting before the stack overflows', () => {
    for (const [start, more] of [
      ['', '('],
      ['', '-'],
      ['', '['],
      ['a', '.a'],
      ['a', '()'],
      ['a', '[0]'],
    ] as const) {
      const source = `def f():\n  return ${start}${more.repeat(100_000)}`;
      expect(() => parseSource(source, 'deep.py')).toThrow(/too deeply/);
    }
    const branches = '  elif False:\n    pass\n'.repeat(20_000);
    expect(() => parseSource(`def f():\n  if False:\n    pass\n${branches}`, 'deep.py')).toThrow(
      /too deeply/,
    );
  });

  test('reads or refuses any text', () => {
    const piece = fc.constantFrom(
      'def f(x):\n  ',
      'class C(M):\n',
      '  ',
      '\n',
      'if x:\n    ',
      'return ',
      '(',
      ')',
      '[',
      ']',
      '"',
      'x',
      '=',
      ',',
      '.',
      '1',
      '-',
      ':',
      'for i in ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          parseSource(pieces.join(''), 'any.py');
        } catch (error) {
          expect(error).toBeInstanceOf(TillerError);
        }
      }),
      { numRuns: 2000, seed: 2 },
    );
  });
});
