/** Most files that are taken out of dropped folders. */
const MAX_FILES = 500;
const inOrder = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** What was dropped together. */
export interface Dropped {
  /** Files, and those in folders and below, sorted within each folder as a reader does. */
  readonly files: File[];
  /** Whether a folder was among them. */
  readonly hasFolder: boolean;
}

/** Reads what was dropped. Must be called within the event: the browser forgets it afterwards. Folders that cannot be read are left out. */
export async function droppedFiles(transfer: DataTransfer | null): Promise<Dropped> {
  const entries = [...(transfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const hasFolder = entries.some((entry) => entry.isDirectory);
  if (!hasFolder) return { files: [...(transfer?.files ?? [])], hasFolder };
  const files: File[] = [];
  for (const entry of entries) await gather(entry, files);
  return { files, hasFolder };
}

async function gather(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= MAX_FILES || entry.name.startsWith('.')) return;
  if (entry.isFile) {
    const file = await new Promise<File | null>((resolve) =>
      (entry as FileSystemFileEntry).file(resolve, () => resolve(null)),
    );
    if (file !== null) files.push(file);
    return;
  }
  const children = await childrenOf(entry as FileSystemDirectoryEntry);
  for (const child of children.sort((a, b) => inOrder.compare(a.name, b.name))) await gather(child, files);
}

/** A reader gives the entries of a folder in parts, and an empty part at the end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    );
    if (part.length === 0) return children;
    children.push(...part);
  }
}
