import { learn } from '../engine-client/commands.js';
import { usePage } from '../engine-client/page.js';
import { capture } from '../features/examples/capture.js';
import { randomise, releaseAll } from '../features/latents/holds.js';
import { toggleFreeze } from '../features/output/freeze.js';
import { Meters } from '../features/output/meters.js';
import { Button } from '../shared/controls/button.js';
import { ParameterKnob } from '../shared/controls/parameter.js';
import { Transport } from './transport.js';
import utilities from '../shared/styles/utilities.module.css';
import styles from './footer.module.css';

/** The row under the hands: what one does while playing. */
export function Footer() {
  const output = usePage((state) => state.output);
  const stale = usePage(({ training }) => training.stale && !training.running);
  const running = usePage(({ training }) => training.running);
  const sounds = usePage(({ model }) => model.card !== null);
  const live = usePage((state) => state.live !== null);
  return (
    <footer className={styles.footer}>
      {live && <Transport />}
      <div className={styles.actions} role="group" aria-label="Playing">
        <Button
          label="Capture"
          keyName="C"
          icon="target"
          tone="primary"
          disabled={!sounds}
          help="Keeps what sounds now as an example, where the cursor is."
          onPress={() => void capture()}
        />
        <Button
          label="Learn"
          keyName="L"
          icon="brain"
          pressed={stale || running}
          help="Learns the mapping from the examples."
          onPress={learn}
        />
        <Button
          label="Random"
          keyName="R"
          icon="dice"
          disabled={!sounds}
          help="Moves every unlocked column by chance, near what sounds."
          onPress={randomise}
        />
        <Button
          label="Snap"
          keyName="S"
          icon="snap"
          help="Gives every column back to the mapping."
          onPress={releaseAll}
        />
        <Button
          label="Freeze"
          keyName="F"
          icon="snow"
          pressed={output.freeze}
          help="Holds the sound's latents where they are."
          onPress={toggleFreeze}
        />
      </div>
      <div className={utilities.spacer} />
      <ParameterKnob of="dryWet" value={output.dryWet} />
      <ParameterKnob of="ceiling" value={output.ceilingDb} />
      <Meters />
    </footer>
  );
}
