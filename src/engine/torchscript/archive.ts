import { crc32, inflateRawSync } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { TillerError } from '../../document/tiller-error.js';
import { notTorchScript } from './other-files.js';

const MAX_ENTRIES = 65_536;
/** Bounds of what compressed entries may grow to, in bytes. Weights are stored, only code is compressed. */
const MAX_INFLATED_ENTRY_BYTES = 32 * 1024 ** 2;
const MAX_INFLATED_TOTAL_BYTES = 128 * 1024 ** 2;

const EXPORT_AGAIN = 'The download may be incomplete: get the file again, or export it again.';

interface ZipSlot {
  readonly entry: Entry;
  readonly dataStart: number;
}

/**
 * The entries of a TorchScript file, without the top folder that they all lie in. Stored entries are views of
 * the file's one buffer; every entry is checked against its CRC when it is first read.
 */
export class Archive {
  private inflatedBytes = 0;
  /** Stored entries whose checksum was found right: many tensors may lie in one. */
  private readonly checked = new Set<ZipSlot>();

  private constructor(
    private readonly bytes: Buffer,
    private readonly slots: ReadonlyMap<string, ZipSlot>,
  ) {}

  /**
   * @throws TillerError `not-a-model` when the bytes are no zip, `archive-corrupt`, `archive-too-large`
   */
  static async fromBytes(bytes: Buffer): Promise<Archive> {
    if (bytes.length < 22 || bytes.readUInt32LE(0) !== 0x04034b50) throw notTorchScript(bytes);
    try {
      const zip = await fromBufferPromise(bytes);
      return new Archive(bytes, stripTopFolder(await readSlots(zip)));
    } catch (error) {
      throw corrupt(error instanceof Error ? error.message : String(error), error);
    }
  }

  /** Names of all entries, top folder removed. */
  names(): readonly string[] {
    return [...this.slots.keys()];
  }

  /** Whether there is an entry of this name, without the top folder. */
  has(name: string): boolean {
    return this.slots.has(name);
  }

  /** What an entry says that it unpacks to, in bytes; 0 when it is missing. */
  byteLength(name: string): number {
    return this.slots.get(name)?.entry.uncompressedSize ?? 0;
  }

  /** @throws TillerError `archive-corrupt` when the entry is missing or damaged, `archive-too-large` */
  read(name: string): Buffer {
    const slot = this.slots.get(name);
    if (slot === undefined) throw corrupt(`the entry ${name} is missing`);
    const { entry, dataStart } = slot;
    const raw = this.bytes.subarray(dataStart, dataStart + entry.compressedSize);
    if (this.checked.has(slot)) return raw;
    const isStored = entry.compressionMethod === 0;
    const data = isStored ? raw : this.inflate(raw, entry);
    if (data.length !== entry.uncompressedSize || crc32(data) !== entry.crc32) {
      throw corrupt(`the entry ${name} does not match its checksum`);
    }
    if (isStored) this.checked.add(slot);
    return data;
  }

  private inflate(raw: Buffer, entry: Entry): Buffer {
    if (entry.compressionMethod !== 8 || entry.isEncrypted()) {
      throw corrupt(`the entry ${entry.fileName} is packed in an unknown way`);
    }
    this.inflatedBytes += entry.uncompressedSize;
    if (entry.uncompressedSize > MAX_INFLATED_ENTRY_BYTES || this.inflatedBytes > MAX_INFLATED_TOTAL_BYTES) {
      throw new TillerError(
        'archive-too-large',
        `The compressed entries of the file unpack to more than Tiller reads: ${entry.fileName}.`,
        `Compressed entries may have ${MAX_INFLATED_ENTRY_BYTES / 1024 ** 2} MiB each and ${MAX_INFLATED_TOTAL_BYTES / 1024 ** 2} MiB together; store the weights uncompressed, as torch does.`,
      );
    }
    try {
      return inflateRawSync(raw, { maxOutputLength: Math.max(1, entry.uncompressedSize) });
    } catch (error) {
      throw corrupt(`the entry ${entry.fileName} cannot be unpacked`, error);
    }
  }
}

async function readSlots(zip: ZipFile): Promise<Map<string, ZipSlot>> {
  if (zip.entryCount > MAX_ENTRIES) {
    throw new TillerError('archive-too-large', `The archive has ${zip.entryCount} entries.`, EXPORT_AGAIN);
  }
  const slots = new Map<string, ZipSlot>();
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    if (slots.has(entry.fileName)) throw corrupt(`two entries are named ${entry.fileName}`);
    slots.set(entry.fileName, { entry, dataStart: fileDataStart });
  }
  return slots;
}

/** torch puts everything under one folder named after the file that was saved. */
function stripTopFolder(slots: ReadonlyMap<string, ZipSlot>): Map<string, ZipSlot> {
  const data = [...slots.keys()].find((name) => /^[^/]*\/data\.pkl$/.test(name));
  const prefix = data === undefined ? '' : data.slice(0, -'data.pkl'.length);
  const stripped = new Map<string, ZipSlot>();
  for (const [name, slot] of slots) {
    if (name.startsWith(prefix)) stripped.set(name.slice(prefix.length), slot);
  }
  return stripped;
}

function corrupt(what: string, cause?: unknown): TillerError {
  if (cause instanceof TillerError) return cause;
  return new TillerError(
    'archive-corrupt',
    `The model file is damaged: ${what.replace(/\.+$/, '')}.`,
    EXPORT_AGAIN,
    { cause },
  );
}
