import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundleWorkers, type Bundles } from '../bundle-worker.js';

const BLOCKS = 100_000;
/** Objects of V8's own that a process still makes: compiled code, statistics. */
const MOST_KEPT_BYTES = 1_000_000;
/** New space for the garbage of a thousand blocks, in MB: nothing is collected while they are measured. */
const NEW_SPACE = 64;

interface Growth {
  /** By how much the heap and array buffers grew over all blocks, after a collection. */
  readonly keptBytes: number;
  /** Allocated per block, garbage included: the median over parts of a thousand blocks. */
  readonly bytesPerBlock: number;
}

describe('the heap over a hundred thousand blocks', () => {
  let bundles: Bundles;
  beforeAll(async () => {
    bundles = await bundleWorkers('test/engine/heap/blocks.ts');
  });
  afterAll(() => bundles.remove());

  // The reports of thirty times a second and 16 bytes for each number of a change that is passed on are what remains: ramps
  // made three objects per sample, and the live renderer a buffer and seven objects per block.
  it.each([
    ['the stream, with five parameters that move in each block', 'stream', 320],
    ['the plugin’s loop, with events in each block', 'plugin', 512],
    ['the live renderer', 'live', 512],
  ])('does not grow in %s', (_, subject, mostBytesPerBlock) => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [
        '--expose-gc',
        `--min-semi-space-size=${NEW_SPACE}`,
        `--max-semi-space-size=${NEW_SPACE}`,
        fileURLToPath(bundles.url('blocks')),
        subject,
        String(BLOCKS),
      ],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
    const { keptBytes, bytesPerBlock } = JSON.parse(stdout) as Growth;
    expect(keptBytes).toBeLessThan(MOST_KEPT_BYTES);
    expect(bytesPerBlock).toBeLessThan(mostBytesPerBlock);
  });
});
