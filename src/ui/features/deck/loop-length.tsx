import { LOOP_LENGTHS, type LoopLengthId } from '../../../document/loop-lengths.js';
import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { setParameterOnce } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { DeckButton } from './deck-button.js';
import styles from './loop-length.module.css';

const isTimed = (index: number): boolean => 'seconds' in (LOOP_LENGTHS[index] ?? {});

/** The list's place of the next shorter (−1) or longer (1) length of the same unit, music or seconds; null at the ends. */
export function neighbourLength(from: LoopLengthId, by: 1 | -1): number | null {
  const at = LOOP_LENGTHS.findIndex(({ id }) => id === from);
  const next = at + by;
  return LOOP_LENGTHS[next] === undefined || isTimed(next) !== isTimed(at) ? null : next;
}

/** Halves and doubles the length of the latent loop. */
export function LoopLength() {
  const length = usePage(({ output }) => output.loopLength);
  const step = (by: 1 | -1) => {
    const next = neighbourLength(length, by);
    if (next !== null) setParameterOnce(PARAMETER_INDEX.loopLength, next);
  };
  return (
    <div className={styles.length} role="group" aria-label="Length of the latent loop">
      <DeckButton
        label="Shorter loop"
        icon="left"
        disabled={neighbourLength(length, -1) === null}
        onPress={() => step(-1)}
      />
      <output className={styles.value}>{length}</output>
      <DeckButton
        label="Longer loop"
        icon="right"
        disabled={neighbourLength(length, 1) === null}
        onPress={() => step(1)}
      />
    </div>
  );
}
