import { Archive } from '../../../src/engine/torchscript/archive.js';
import { buildZip, type ZipItem } from './archive-builder.js';

const open = (items: readonly ZipItem[]): Promise<Archive> => Archive.fromBytes(buildZip(items));

describe('an archive', () => {
  test('gives its entries without the top folder, stored and deflated', async () => {
    const archive = await open([
      { name: 'some name/data.pkl', data: 'abc' },
      { name: 'some name/code/x.py', data: 'pass\n'.repeat(100), deflate: true },
      { name: 'elsewhere/y', data: 'z' },
    ]);
    expect(archive.names()).toEqual(['data.pkl', 'code/x.py']);
    expect(archive.read('data.pkl').toString()).toBe('abc');
    expect(archive.read('code/x.py')).toHaveLength(500);
    expect(archive.has('elsewhere/y')).toBe(false);
  });

  test('refuses files that are not zip archives', async () => {
    await expect(Archive.fromBytes(Buffer.from('RIFF....WAVE, surely not a model'))).rejects.toMatchObject({
      code: 'not-a-model',
    });
    await expect(Archive.fromBytes(Buffer.alloc(0))).rejects.toMatchObject({ code: 'not-a-model' });
  });

  test('refuses a truncated file at any length', async () => {
    const whole = buildZip([
      { name: 'm/data.pkl', data: 'abc' },
      { name: 'm/version', data: '3\n' },
    ]);
    for (let length = 22; length < whole.length; length += 1) {
      await expect(Archive.fromBytes(whole.subarray(0, length))).rejects.toMatchObject({
        code: 'archive-corrupt',
      });
    }
  });

  test('checks every entry against its checksum and size', async () => {
    const archive = await open([
      { name: 'm/data.pkl', data: 'abc', crc: 1 },
      { name: 'm/b', data: 'abcdef', deflate: true, size: 5 },
    ]);
    expect(() => archive.read('data.pkl')).toThrow(
      expect.objectContaining({ code: 'archive-corrupt' }) as Error,
    );
    expect(() => archive.read('b')).toThrow(expect.objectContaining({ code: 'archive-corrupt' }) as Error);
    expect(() => archive.read('missing')).toThrow(
      expect.objectContaining({ code: 'archive-corrupt' }) as Error,
    );
  });

  test('refuses a zip bomb', async () => {
    const zeros = Buffer.alloc(40 * 1024 ** 2);
    const archive = await open([
      { name: 'm/data.pkl', data: 'a' },
      { name: 'm/code/bomb.py', data: zeros, deflate: true },
      { name: 'm/code/liar.py', data: zeros, deflate: true, size: 1000 },
    ]);
    expect(() => archive.read('code/bomb.py')).toThrow(
      expect.objectContaining({ code: 'archive-too-large' }) as Error,
    );
    expect(() => archive.read('code/liar.py')).toThrow(
      expect.objectContaining({ code: 'archive-corrupt' }) as Error,
    );
  });

  test('bounds the inflated size of all entries together', async () => {
    const megabytes = Buffer.alloc(30 * 1024 ** 2);
    const names = ['a', 'b', 'c', 'd', 'e'];
    const archive = await open([
      { name: 'm/data.pkl', data: 'a' },
      ...names.map((name) => ({ name: `m/${name}`, data: megabytes, deflate: true })),
    ]);
    expect(() => names.forEach((name) => archive.read(name))).toThrow(
      expect.objectContaining({ code: 'archive-too-large' }) as Error,
    );
  });
});
