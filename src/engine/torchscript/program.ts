import { TillerError } from '../../document/tiller-error.js';
import type { Archive } from './archive.js';
import { noCode, otherArchive } from './other-files.js';
import { parseSource } from './parser.js';
import { unpickle } from './pickle.js';
import type { InstanceRecord, PickleValue, TensorRecord } from './pickle-values.js';
import type { ClassDefinition, FunctionDefinition } from './syntax.js';
import { loadTensor, type StoredTensor } from './tensors.js';

const CODE_FOLDER = 'code/';
/**
 * Limit for the pickle, and for all code together, in bytes. The parsed form takes some two hundred times as much memory.
 * The bundled models have 13 and 31 kB.
 */
const MAX_PROGRAM_BYTES = 4 * 1024 ** 2;
/** Limit for elements that are copied out of the file because their layout or type differs from row-major float32. */
const MAX_COPIED_ELEMENTS = 2 ** 26;
/** Where torch writes the file's version: the second since files of version 6, which any use of newer operations requires. */
const VERSION_ENTRIES = ['version', '.data/version'] as const;
/** The newest serialisation that was tried (torch 2.x writes 3 to 10). */
const NEWEST_VERSION = 100;

/** A TorchScript program: its root object, code and constants. Loading it executes nothing. */
export class Program {
  private readonly tensors = new Map<TensorRecord, StoredTensor>();
  private copiedElements = 0;

  private constructor(
    private readonly archive: Archive,
    readonly root: InstanceRecord,
    /** `CONSTANTS.c0`, `c1`, … */
    readonly constants: readonly PickleValue[],
    private readonly classes: ReadonlyMap<string, ClassDefinition>,
    private readonly functions: ReadonlyMap<string, FunctionDefinition>,
  ) {}

  /**
   * @throws TillerError `not-a-model` when the archive holds no TorchScript, `archive-too-large`, and what unpickling and parsing throw
   */
  static load(archive: Archive): Program {
    const versionEntry = VERSION_ENTRIES.find((name) => archive.has(name));
    if (!archive.has('data.pkl') || versionEntry === undefined) throw otherArchive(archive.names());
    const version = Number(readText(archive, versionEntry));
    if (!Number.isInteger(version) || version < 1 || version > NEWEST_VERSION) {
      throw new TillerError(
        'not-a-model',
        `This TorchScript file is of an unknown version (Tiller reads 1 to ${NEWEST_VERSION}).`,
      );
    }
    if (archive.has('byteorder') && readText(archive, 'byteorder') !== 'little') {
      throw new TillerError('not-a-model', 'This model was written on a big-endian machine.');
    }
    // What torch.save writes looks the same, and may hold what no export does: it is not even read.
    if (!archive.names().some((name) => name.startsWith('code/'))) throw noCode();
    const root = unpickle(readSmall(archive, 'data.pkl'));
    if (typeof root !== 'object' || root?.kind !== 'instance') throw noCode();
    const { classes, functions } = loadCode(archive);
    return new Program(archive, root, loadConstants(archive), classes, functions);
  }

  /** The class of this full name; undefined where the archive has none. */
  findClass(qualifiedName: string): ClassDefinition | undefined {
    return this.classes.get(qualifiedName);
  }

  /** The function of this full name; undefined where the archive has none. */
  findFunction(qualifiedName: string): FunctionDefinition | undefined {
    return this.functions.get(qualifiedName);
  }

  /**
   * The values of a tensor; the same record gives the same object.
   * @throws TillerError as `loadTensor`, and `archive-too-large` when too much is copied
   */
  tensor(record: TensorRecord, folder: 'data' | 'constants'): StoredTensor {
    let tensor = this.tensors.get(record);
    if (tensor === undefined) {
      tensor = loadTensor(this.archive, record, folder);
      this.copiedElements += tensor.copied;
      if (this.copiedElements > MAX_COPIED_ELEMENTS)
        throw tooLarge(
          'The tensors that are not stored as contiguous float32',
          `${MAX_COPIED_ELEMENTS} elements`,
        );
      this.tensors.set(record, tensor);
    }
    return tensor;
  }
}

function tooLarge(what: string, limit: string): TillerError {
  return new TillerError(
    'archive-too-large',
    `${what} are larger than Tiller reads.`,
    `The limit is ${limit}, far above any known model.`,
  );
}

function readSmall(archive: Archive, name: string): Buffer {
  if (archive.byteLength(name) > MAX_PROGRAM_BYTES)
    throw tooLarge('The objects of the model', `${MAX_PROGRAM_BYTES / 1024 ** 2} MiB`);
  return archive.read(name);
}

function readText(archive: Archive, name: string): string {
  return readSmall(archive, name).toString('latin1').trim();
}

function loadConstants(archive: Archive): readonly PickleValue[] {
  if (!archive.has('constants.pkl')) return [];
  const constants = unpickle(readSmall(archive, 'constants.pkl'));
  if (typeof constants !== 'object' || constants?.kind !== 'tuple') {
    throw new TillerError('pickle-corrupt', "The model's constants cannot be read.");
  }
  return constants.items;
}

function loadCode(archive: Archive): {
  classes: Map<string, ClassDefinition>;
  functions: Map<string, FunctionDefinition>;
} {
  const classes = new Map<string, ClassDefinition>();
  const functions = new Map<string, FunctionDefinition>();
  const names = archive.names().filter((name) => name.startsWith(CODE_FOLDER) && name.endsWith('.py'));
  const bytes = names.reduce((sum, name) => sum + archive.byteLength(name), 0);
  if (bytes > MAX_PROGRAM_BYTES)
    throw tooLarge('The code files of the model', `${MAX_PROGRAM_BYTES / 1024 ** 2} MiB`);
  for (const name of names) {
    const module = name.slice(CODE_FOLDER.length, -'.py'.length).replaceAll('/', '.');
    const file = parseSource(archive.read(name).toString('utf8'), name);
    for (const definition of file.classes) classes.set(`${module}.${definition.name}`, definition);
    for (const definition of file.functions) functions.set(`${module}.${definition.name}`, definition);
  }
  return { classes, functions };
}
