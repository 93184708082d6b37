import { useEffect, useState, type ReactNode } from 'react';
import { store, usePage } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { IconButton } from '../../shared/controls/button.js';
import { Icon } from '../../shared/controls/icon.js';
import styles from './first-steps.module.css';

/**
 * The method in three steps, over an empty pad: each is ticked as it is done. They go for good with the first mapping that is
 * learned while they are shown; the list of shortcuts shows them again.
 */
export function FirstSteps() {
  const steps = usePage(({ view }) => view.firstSteps);
  const empty = usePage(
    ({ examples, inputs, model }) => examples.length === 0 && inputs.length > 0 && model.card !== null,
  );
  // Once begun, they stay until the capture is learned.
  const [begun, setBegun] = useState(false);
  const starts = steps === 'shown' || (steps === 'first-time' && empty);
  if (starts && !begun) setBegun(true);
  if (steps === 'done' && begun) setBegun(false);
  return starts || (begun && steps !== 'done') ? <Steps /> : null;
}

function Steps() {
  const holding = usePage(({ holds }) => holds.some((held) => held !== null));
  const position = usePage(({ inputs, view: { xInput, yInput } }) =>
    [inputs[xInput]?.value, inputs[yInput]?.value].join(),
  );
  const examples = usePage((state) => state.examples.length);
  const learned = usePage(({ training }) => training.learned && !training.running);
  const [start] = useState({ position, examples });
  const [found, setFound] = useState(holding);
  const [placed, setPlaced] = useState(false);
  if (holding && !found) setFound(true);
  if (position !== start.position && !placed) setPlaced(true);
  const captured = examples > start.examples;
  const finished = captured && learned;
  useEffect(() => {
    if (finished) setView(store, { firstSteps: 'done' });
  }, [finished]);
  return (
    <div
      className={styles.steps}
      role="group"
      aria-label="First steps"
      // A press on the button must not play the pad, which would also take its release.
      onPointerDown={(event) => event.stopPropagation()}
    >
      <ol>
        <Step number={1} done={found || captured}>
          Find a sound: drag a column, or press <kbd>R</kbd>
        </Step>
        <Step number={2} done={placed || captured}>
          Put the cursor where the sound should live
        </Step>
        <Step number={3} done={captured}>
          Press <kbd>C</kbd>
        </Step>
      </ol>
      <IconButton
        label="Close the first steps"
        icon="close"
        onPress={() => setView(store, { firstSteps: 'done' })}
      />
    </div>
  );
}

function Step({ number, done, children }: { number: number; done: boolean; children: ReactNode }) {
  return (
    <li data-done={done}>
      <span className={styles.tick} role="img" aria-label={done ? 'done' : 'to do'}>
        {done ? <Icon name="check" /> : number}
      </span>
      <span>{children}</span>
    </li>
  );
}
