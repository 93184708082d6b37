import fc from 'fast-check';
import { TillerError } from '../../../src/document/tiller-error.js';
import { Archive } from '../../../src/engine/torchscript/archive.js';
import { Program } from '../../../src/engine/torchscript/program.js';
import { buildZip } from './archive-builder.js';

const bytes = (text: string, padding = 400) =>
  Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(padding)]);
const safetensors = Buffer.concat([
  Buffer.from(BigUint64Array.of(40n).buffer),
  Buffer.from('{"w":{"dtype":"F32","shape":[4]}}'),
  Buffer.alloc(16),
]);
const zip = (...names: string[]) => buildZip(names.map((name) => ({ name, data: Buffer.from('x') })));

async function refusal(file: Buffer): Promise<TillerError> {
  try {
    Program.load(await Archive.fromBytes(file));
  } catch (error) {
    if (error instanceof TillerError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

describe('a file of another kind', () => {
  it.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /an empty file/],
    ['the page of a failed download', bytes('\n<!DOCTYPE html><html>', 0), /a web page/],
    [
      'a pointer of Git LFS',
      bytes('version https://git-lfs.github.com/spec/v1\n', 0),
      /Git LFS.*git lfs pull/,
    ],
    ['safetensors', safetensors, /weights without the model.*rave export/],
    [
      'a checkpoint of an old torch',
      bytes('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'),
      /checkpoint.*rave export/,
    ],
    ['Keras in HDF5', bytes('\x89HDF\r\n\x1a\n'), /HDF5.*Keras/],
    ['TensorFlow Lite', bytes('\x1c\0\0\0TFL3'), /TensorFlow Lite/],
    ['GGUF', bytes('GGUF\x03\0\0\0'), /GGUF/],
    ['ONNX', bytes('\x08\x08\x12\x07pytorch\x1a\x051.9.0'), /an ONNX model/],
    ['an array', bytes('\x93NUMPY\x01\0'), /NumPy.*tiller decode/],
    ['audio', bytes('RIFF\0\0\0\0WAVE'), /an audio file/],
    ['MIDI', bytes('MThd\0\0\0\x06'), /a MIDI file/],
    ['a video', Buffer.concat([0, 1, 2].map(() => bytes('\x47\x40\0\x10', 184))), /a video/],
    ['gzip', bytes('\x1f\x8b\x08'), /a packed file.*Unpack/],
    ['a program', bytes('import { a } from "./b";\n', 0), /a text file.*TypeScript/],
    ['anything else', bytes('\x01\x02\x03'), /no zip archive/],
    ['a zip with a model', zip('models/bells.ts', 'readme.txt'), /“models\/bells.ts” in it.*Unpack/],
    ['a zip of macOS', zip('a.txt', '__MACOSX/._bells.ts'), /without a TorchScript model/],
    ['Keras', zip('config.json', 'model.weights.h5'), /a Keras model/],
    ['arrays', zip('a.npy', 'b.npy'), /NumPy arrays/],
    ['another zip', zip('a.png'), /zip archive without a TorchScript model/],
  ])('is named: %s', async (_, file, expected) => {
    const { code, message, hint } = await refusal(file);
    expect(code).toBe('not-a-model');
    expect(`${message} ${hint}`).toMatch(expected);
  });

  it('is a checkpoint where there is no code', async () => {
    const file = buildZip([
      { name: 'last/data.pkl', data: Buffer.from('\x80\x02}.', 'latin1') },
      { name: 'last/version', data: Buffer.from('3\n') },
    ]);
    expect((await refusal(file)).message).toContain('a PyTorch checkpoint');
  });

  it('is refused with a reason whatever its bytes are', async () => {
    const start = fc.constantFrom('', '\x08\x08', '\x80\x02', '\x47', '<html', '\x1f\x8b', 'RIFF', '{"');
    await fc.assert(
      fc.asyncProperty(start, fc.uint8Array({ maxLength: 300 }), async (text, tail) => {
        const { code, hint } = await refusal(Buffer.concat([Buffer.from(text, 'latin1'), tail]));
        expect(['not-a-model', 'archive-corrupt']).toContain(code);
        expect(hint).not.toBe('');
      }),
    );
  });
});
