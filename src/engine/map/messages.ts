import type { MapRequest } from '../../protocol/interface-commands.js';
import type { MapPicture } from '../../protocol/interface-frames.js';
import type { TrainedMapping } from '../../document/trained.js';
import type { ModelManifest } from '../model/manifest.js';

/** Main thread to map worker. */
export type ToMapWorker =
  /** The model whose loudness is measured; null where none plays. */
  | { type: 'model'; model: { dir: string; manifest: ModelManifest } | null }
  | { type: 'mapping'; trained: TrainedMapping }
  | {
      type: 'paint';
      job: number;
      request: MapRequest;
      inputs: number[];
      examples: number[][];
      limitDb: number;
    };

/** Map worker to main thread. `measured` says that levels became known since the last picture. */
export type FromMapWorker =
  | { type: 'painted'; job: number; picture: MapPicture | null }
  | { type: 'failed'; job: number; message: string }
  | { type: 'measured' };
