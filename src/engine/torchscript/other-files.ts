import { TillerError } from '../../document/tiller-error.js';

/** A kind of file that is taken for a model, and what to do instead. */
interface OtherKind {
  readonly is: (bytes: Buffer) => boolean;
  /** Completes “This is …”. */
  readonly what: string;
  readonly hint: string;
}

export const CHOOSE_A_MODEL = 'Choose a .ts file exported by RAVE for nn~.';
const EXPORT_FIRST = 'Export it to a .ts file first: rave export.';
const OTHER_FORMAT = 'Tiller opens TorchScript files for nn~ (.ts), as rave export writes them.';

/** Of a text, so much is looked at. */
const TEXT_BYTES = 512;
/** Length of a packet of an MPEG transport stream, each of which begins with the same byte (ISO/IEC 13818-1). */
const PACKET_BYTES = 188;
const SYNC_BYTE = 0x47;

const starts =
  (...signatures: readonly string[]) =>
  (bytes: Buffer): boolean =>
    signatures.some((signature) => bytes.toString('latin1', 0, signature.length) === signature);
const has =
  (signature: string, at: number) =>
  (bytes: Buffer): boolean =>
    bytes.toString('latin1', at, at + signature.length) === signature;

/** A header of JSON behind its length in 8 bytes. */
const isSafetensors = (bytes: Buffer): boolean =>
  bytes.length > 10 && bytes.readUInt32LE(4) === 0 && has('{"', 8)(bytes);

/** The version of the format in field 1, then a text or a message: protobuf, as onnx.proto orders them. */
const isOnnx = (bytes: Buffer): boolean =>
  bytes[0] === 0x08 && (bytes[1] ?? 0xff) < 64 && [0x12, 0x1a, 0x22, 0x3a, 0x42].includes(bytes[2] ?? 0);

const isTransportStream = (bytes: Buffer): boolean =>
  [0, 1, 2].every((packet) => bytes[packet * PACKET_BYTES] === SYNC_BYTE);

const isPickle = (bytes: Buffer): boolean =>
  bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 9) <= 5;

function isText(bytes: Buffer): boolean {
  const start = bytes.subarray(0, TEXT_BYTES);
  return start.length > 0 && start.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

/** In order: the first that fits is named. */
const OTHER_KINDS: readonly OtherKind[] = [
  { is: ({ length }) => length === 0, what: 'an empty file', hint: 'Get the file again.' },
  {
    is: (bytes) => /^\s*<(!doctype html|html|\?xml)/i.test(bytes.toString('latin1', 0, TEXT_BYTES)),
    what: 'a web page: it was saved in place of the model',
    hint: 'Download the model’s file itself.',
  },
  {
    is: starts('version https://git-lfs'),
    what: 'a placeholder of Git LFS, not the model itself',
    hint: 'Fetch the file with git lfs pull, or download it from its site.',
  },
  {
    is: isSafetensors,
    what: 'a safetensors file: weights without the model that they are for',
    hint: EXPORT_FIRST,
  },
  { is: isPickle, what: 'a PyTorch checkpoint or another pickle, not an exported model', hint: EXPORT_FIRST },
  { is: starts('\x89HDF'), what: 'an HDF5 file, such as Keras saves', hint: OTHER_FORMAT },
  { is: has('TFL3', 4), what: 'a model for TensorFlow Lite', hint: OTHER_FORMAT },
  { is: starts('GGUF'), what: 'a GGUF file, of a language model', hint: OTHER_FORMAT },
  { is: isOnnx, what: 'an ONNX model', hint: OTHER_FORMAT },
  { is: starts('\x93NUMPY'), what: 'an array of NumPy', hint: 'Latents are played with tiller decode.' },
  {
    is: starts('RIFF', 'RIFX', 'RF64', 'FORM', 'fLaC', 'OggS', 'ID3'),
    what: 'an audio file',
    hint: CHOOSE_A_MODEL,
  },
  { is: starts('MThd'), what: 'a MIDI file', hint: CHOOSE_A_MODEL },
  { is: isTransportStream, what: 'a video, whose files end in .ts, too', hint: CHOOSE_A_MODEL },
  {
    is: (bytes) =>
      starts('\x1f\x8b', '7z\xbc\xaf', 'Rar!', 'BZh', '\xfd7zXZ', '\x28\xb5\x2f\xfd')(bytes) ||
      has('ustar', 257)(bytes),
    what: 'a packed file',
    hint: 'Unpack it, and choose the .ts file in it.',
  },
  { is: isText, what: 'a text file. Programs in TypeScript end in .ts, too', hint: CHOOSE_A_MODEL },
];

/** Says what a file is that is no zip archive, and so no TorchScript. @param bytes all of it, or its start */
export function notTorchScript(bytes: Buffer): TillerError {
  const kind = OTHER_KINDS.find(({ is }) => is(bytes));
  if (kind === undefined)
    return new TillerError(
      'not-a-model',
      'This is not a TorchScript model: the file is no zip archive.',
      CHOOSE_A_MODEL,
    );
  return new TillerError('not-a-model', `This is ${kind.what}.`, kind.hint);
}

/** Says what a zip archive is that holds no TorchScript. @param names of its entries */
export function otherArchive(names: readonly string[]): TillerError {
  const ends = (ending: string) =>
    names.find((name) => name.endsWith(ending) && !name.startsWith('__MACOSX/'));
  const model = ends('.ts');
  if (model !== undefined)
    return new TillerError(
      'not-a-model',
      `This is a zip archive with “${model}” in it.`,
      'Unpack it, and choose that file.',
    );
  if (ends('.weights.h5') !== undefined || ends('keras_metadata.pb') !== undefined)
    return new TillerError('not-a-model', 'This is a Keras model.', OTHER_FORMAT);
  if (names.length > 0 && names.every((name) => name.endsWith('.npy')))
    return new TillerError('not-a-model', 'This is a file of NumPy arrays.', CHOOSE_A_MODEL);
  return new TillerError('not-a-model', 'This is a zip archive without a TorchScript model.', CHOOSE_A_MODEL);
}

/** What `torch.save` writes: data without code. */
export function noCode(): TillerError {
  return new TillerError(
    'not-a-model',
    'This is a PyTorch checkpoint: weights without the code of the model.',
    EXPORT_FIRST,
  );
}
