import type { DocumentMessage, FrameWriter } from './frame-writer.js';

/** A message of the main thread whose text is written in parts. */
export interface OutgoingDocument {
  readonly message: DocumentMessage;
  readonly fields: Readonly<Record<string, number>>;
  /** UTF-8, in shared memory: it is not copied from thread to thread. */
  readonly bytes: Uint8Array;
}

/**
 * Documents on their way to the plugin, written in parts between two answers. Of one kind at most one waits while another
 * is being written: a newer one takes the place of it. Streaming thread.
 */
export class DocumentQueue {
  private readonly waiting: OutgoingDocument[] = [];
  private current: OutgoingDocument | null = null;
  private written = 0;

  constructor(private readonly writer: FrameWriter) {}

  /** True where nothing is being written. */
  get isEmpty(): boolean {
    return this.current === null;
  }

  /** Adds a document; it takes the place of one of its kind that waits. */
  push(document: OutgoingDocument): void {
    if (this.current === null) {
      this.current = document;
      return;
    }
    const at = this.waiting.findIndex(({ message }) => message === document.message);
    const replaced = this.waiting[at];
    if (replaced === undefined) this.waiting.push(document);
    else {
      // The player's edit is in both documents, and the host must be notified of it once.
      const edited = Math.max(replaced.fields['edited'] ?? 0, document.fields['edited'] ?? 0);
      this.waiting[at] = { ...document, fields: { ...document.fields, edited } };
    }
  }

  /** Writes the next part, of at most `bytes`. */
  write(bytes: number): void {
    const { current, writer } = this;
    if (current === null) return;
    const remaining = current.bytes.length - this.written - bytes;
    if (remaining > 0) {
      writer.textPart(current.bytes, this.written, bytes, remaining);
      this.written += bytes;
      return;
    }
    writer.document(current.message, current.fields, current.bytes, this.written);
    this.current = this.waiting.shift() ?? null;
    this.written = 0;
  }
}
