import type { DOWNLOAD_PATHS } from '../../protocol/uploads.js';
import { RefusedError } from './client.js';
import { client, store } from './page.js';
import { toastFault } from './toasts.js';

/** Lets the browser save a file under `name`. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/**
 * Downloads a file from the engine and lets the browser save it under `name`; a failure is shown as a toast.
 * @param query of the request's address, with its question mark
 */
export async function saveFile(kind: keyof typeof DOWNLOAD_PATHS, name: string, query = ''): Promise<void> {
  try {
    saveBlob(await client.download(kind, query), name);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    toastFault(store, error.fault);
  }
}
