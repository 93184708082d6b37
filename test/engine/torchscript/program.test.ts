import { Archive } from '../../../src/engine/torchscript/archive.js';
import { Program } from '../../../src/engine/torchscript/program.js';
import type { TensorRecord } from '../../../src/engine/torchscript/pickle-values.js';
import { buildZip, type ZipItem } from './archive-builder.js';

const CODE = 'class M(Module):\n  training : bool\n';
const LARGE = 5 * 1024 ** 2;

const entries = (changed: readonly ZipItem[] = []): readonly ZipItem[] => {
  const usual = [
    { name: 'm/data.pkl', data: Buffer.from('\x80\x02c__torch__\nM\n)\x81}b.', 'latin1') },
    { name: 'm/version', data: '3\n' },
    { name: 'm/code/__torch__.py', data: CODE },
  ];
  return [...usual.filter(({ name }) => !changed.some((item) => item.name === name)), ...changed];
};

const load = async (items: readonly ZipItem[]): Promise<Program> =>
  Program.load(await Archive.fromBytes(buildZip(items)));

test('a program knows its classes and functions by their full names', async () => {
  const program = await load(
    entries([{ name: 'm/code/__torch__/a/b.py', data: `${CODE}def f(x: int) -> int:\n  return x\n` }]),
  );
  expect(program.root.className).toBe('__torch__.M');
  expect(program.findClass('__torch__.M')?.name).toBe('M');
  expect(program.findClass('__torch__.a.b.M')?.name).toBe('M');
  expect(program.findFunction('__torch__.a.b.f')?.parameters).toHaveLength(1);
});

// Files of version 6 and later, which any use of gelu or linspace gives, were refused.
test('the version may stand in .data/version', async () => {
  const items = entries().filter(({ name }) => name !== 'm/version');
  const program = await load([...items, { name: 'm/.data/version', data: '6\n' }]);
  expect(program.root.className).toBe('__torch__.M');
  await expect(load(items)).rejects.toMatchObject({ code: 'not-a-model' });
});

// Only what is packed had a bound: 32 MB of commas take gigabytes as tokens, stored or not.
test.each<[string, readonly ZipItem[]]>([
  ['a large code file', [{ name: 'm/code/__torch__.py', data: ' '.repeat(LARGE) }]],
  [
    'many code files',
    [1, 2, 3, 4, 5].map((n) => ({
      name: `m/code/f${n}.py`,
      data: '\n'.repeat(LARGE / 5 + 1),
      deflate: true,
    })),
  ],
  ['a large pickle', [{ name: 'm/data.pkl', data: Buffer.alloc(LARGE, 'N') }]],
  ['large constants', [{ name: 'm/constants.pkl', data: Buffer.alloc(LARGE, 'N') }]],
  ['a version without end', [{ name: 'm/version', data: '3'.repeat(LARGE) }]],
])('%s: refused before it is read', async (_, changed) => {
  await expect(load(entries(changed))).rejects.toMatchObject({ code: 'archive-too-large' });
});

test('tensors may repeat the elements of a storage, within a limit', async () => {
  const program = await load(entries([{ name: 'm/data/0', data: Buffer.alloc(1) }]));
  const repeated = (): TensorRecord => ({
    kind: 'tensor',
    type: 'uint8',
    storage: '0',
    storageLength: 1,
    offset: 0,
    sizes: [2 ** 25],
    strides: [0],
  });
  for (const record of [repeated(), repeated()])
    expect(program.tensor(record, 'data').data).toHaveLength(2 ** 25);
  expect(() => program.tensor(repeated(), 'data')).toThrow(
    expect.objectContaining({ code: 'archive-too-large' }) as Error,
  );
});
