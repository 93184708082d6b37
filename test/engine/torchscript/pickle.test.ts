import fc from 'fast-check';
import { TillerError } from '../../../src/document/tiller-error.js';
import { unpickle } from '../../../src/engine/torchscript/pickle.js';

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );
const text = (value: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value.length);
  return Buffer.concat([Buffer.from('X'), length, Buffer.from(value)]);
};

describe('unpickling', () => {
  test('distinguishes ints and floats', () => {
    expect(unpickle(bytes('\x80\x02', 'K\x07', '.'))).toBe(7n);
    expect(unpickle(bytes('\x80\x02', 'J', [0xff, 0xff, 0xff, 0xff], '.'))).toBe(-1n);
    expect(unpickle(bytes('\x80\x02', '\x8a', [2, 0, 0xff], '.'))).toBe(-256n);
    expect(unpickle(bytes('\x80\x02', 'G', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], '.'))).toBe(1.5);
  });

  test('builds objects of the archive with their attributes', () => {
    const data = Buffer.concat([
      bytes('\x80\x02', 'c__torch__.m\nModel\n', ')', '\x81', '}', '('),
      text('n'),
      bytes('K\x05'),
      text('flags'),
      bytes('(', '\x88', '\x89', 't', 'u', 'b', '.'),
    ]);
    const root = unpickle(data);
    expect(root).toMatchObject({ kind: 'instance', className: '__torch__.m.Model' });
    expect(root).toHaveProperty(
      'attributes',
      new Map<string, unknown>([
        ['n', 5n],
        ['flags', { kind: 'tuple', items: [true, false] }],
      ]),
    );
  });

  test('describes tensors without their values', () => {
    const storage = Buffer.concat([
      bytes('(('),
      text('storage'),
      bytes('ctorch\nFloatStorage\n'),
      text('3'),
      text('cpu'),
      bytes('K\x06', 't', 'Q'),
    ]);
    const data = Buffer.concat([
      bytes('\x80\x02', 'ctorch._utils\n_rebuild_tensor_v2\n'),
      storage,
      bytes(
        'K\x01',
        '(K\x02K\x02t',
        '(K\x02K\x01t',
        '\x89',
        'ccollections\nOrderedDict\n',
        ')R',
        't',
        'R',
        '.',
      ),
    ]);
    expect(unpickle(data)).toEqual({
      kind: 'tensor',
      storage: '3',
      type: 'float32',
      storageLength: 6,
      offset: 1,
      sizes: [2, 2],
      strides: [2, 1],
    });
  });

  test.each([
    'cos\nsystem\n',
    'cbuiltins\neval\n',
    'ctorch\nload\n',
    'c__torch__evil\nX\n',
    'c__builtin__\n__torch__\n',
  ])('refuses the global %j', (global) => {
    const attack = Buffer.concat([bytes('\x80\x02', global), text('touch /tmp/x'), bytes('\x85', 'R', '.')]);
    expect(() => unpickle(attack)).toThrow(expect.objectContaining({ code: 'pickle-forbidden' }) as Error);
  });

  // Was called possibly malicious.
  test.each([
    ['ctorch._utils\n_rebuild_qtensor\n', /quantised weights/],
    ['ctorch\nQInt8Storage\n', /quantised weights/],
    ['ctorch._utils\n_rebuild_sparse_tensor\n', /sparse tensors/],
    ['ctorch\nComplexFloatStorage\n', /complex weights/],
  ])('refuses %j for the kind of data that it is', (global, message) => {
    expect(() => unpickle(bytes('\x80\x02', global, '.'))).toThrow(
      expect.objectContaining({
        code: 'model-interface',
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
  });

  test('does not reach into prototypes by a global', () => {
    expect(() => unpickle(bytes('\x80\x02', 'ctorch\n__proto__\n', '.'))).toThrow(
      expect.objectContaining({ code: 'pickle-forbidden' }) as Error,
    );
    expect(() => unpickle(bytes('\x80\x02', 'ctorch\nconstructor\n', '.'))).toThrow(
      expect.objectContaining({ code: 'pickle-forbidden' }) as Error,
    );
  });

  test('calls only functions, never classes', () => {
    expect(() => unpickle(bytes('\x80\x02', 'c__torch__.m\nModel\n', ')', 'R', '.'))).toThrow(
      expect.objectContaining({ code: 'pickle-corrupt' }) as Error,
    );
  });

  test('reads or refuses any bytes', () => {
    const opcodes = fc.constantFrom(...'(NKMJGXQ}])tqrhjcRbaesu.\x80\x81\x85\x86\x87\x88\x89\x8a'.split(''));
    const program = fc.array(fc.oneof(opcodes, fc.string({ maxLength: 3 })), { maxLength: 60 });
    fc.assert(
      fc.property(program, (parts) => {
        try {
          unpickle(Buffer.from(parts.join(''), 'latin1'));
        } catch (error) {
          if (!(error instanceof TillerError)) throw error;
          expect(['pickle-corrupt', 'pickle-forbidden']).toContain(error.code);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
