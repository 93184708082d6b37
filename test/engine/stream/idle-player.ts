import { defaultOutput, type Output } from '../../../src/document/output.js';
import type { ModelManifest } from '../../../src/engine/model/manifest.js';
import type { ModelShape } from '../../../src/engine/model/run/running-model.js';
import type { StreamReport } from '../../../src/engine/stream/messages.js';
import type { ModelOpener } from '../../../src/engine/stream/model-opener.js';
import { Player } from '../../../src/engine/stream/player.js';
import { IdleModel } from '../model/idle-model.js';

/** A track, and the shape of the model that plays. */
interface IdleTrack {
  /** In Hz. */
  readonly rate: number;
  /** Most samples per block. */
  readonly maxBlock: number;
  readonly shape: ModelShape;
  /** Must require the batch of `shape`. */
  readonly output?: Partial<Output>;
}

/** A player of a stereo track that has played a block and has an `IdleModel` loaded: what it takes is the engine's own. */
export function idlePlayer(
  { rate, maxBlock, shape, output = {} }: IdleTrack,
  report: (report: StreamReport) => void = () => undefined,
): Player {
  const opener: ModelOpener = { open: (_place, _variant, done) => done(new IdleModel(shape)) };
  const player = new Player(report, opener);
  player.prepare(rate, maxBlock, 2);
  // A model that is chosen before the first block is opened from its files.
  const silence = [new Float32Array(maxBlock), new Float32Array(maxBlock)];
  player.process(silence, silence, maxBlock);
  void player.apply({ type: 'output', output: { ...defaultOutput(), ...output } });
  const variants = [1, 2].map((batch) => ({ frames: 1, batch }));
  const manifest = { ...shape, sha256: '', variants } as unknown as ModelManifest;
  void player.apply({ type: 'load', model: { dir: '', manifest } });
  return player;
}
