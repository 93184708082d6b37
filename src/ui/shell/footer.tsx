import { learn } from '../engine-client/commands.js';
import { usePage } from '../engine-client/page.js';
import { useIsEffect } from '../engine-client/use-is-effect.js';
import { capture } from '../features/examples/capture.js';
import { randomise, releaseAll, stepDraw } from '../features/latents/holds.js';
import { toggleFreeze } from '../features/output/freeze.js';
import { Meters } from '../features/output/meters.js';
import { Button, IconButton } from '../shared/controls/button.js';
import { ParameterKnob } from '../shared/controls/parameter.js';
import { Transport } from './transport.js';
import utilities from '../shared/styles/utilities.module.css';
import styles from './footer.module.css';

/** What is used while playing: transport, actions, mix, ceiling and meters. */
export function Footer() {
  const output = usePage((state) => state.output);
  const stale = usePage(({ training }) => training.stale && !training.running);
  const running = usePage(({ training }) => training.running);
  const hasModel = usePage(({ model }) => model.card !== null);
  const live = usePage((state) => state.live !== null);
  const isEffect = useIsEffect();
  const draws = usePage((state) => state.draws);
  const help = (text: string) => (isEffect ? 'The model is an effect: it has no latents.' : text);
  return (
    <footer className={styles.footer} data-testid="footer">
      {live && <Transport />}
      <div className={styles.actions} role="group" aria-label="Playing">
        <Button
          label="Capture"
          keyName="C"
          icon="target"
          tone="primary"
          disabled={!hasModel || isEffect}
          help={help('Stores the current sound as an example at the cursor.')}
          onPress={() => void capture()}
        />
        <Button
          label="Learn"
          keyName="L"
          icon="brain"
          pressed={stale || running}
          disabled={isEffect}
          help={help('Trains the mapping on the examples.')}
          onPress={learn}
        />
        <Button
          label="Random"
          keyName="R"
          icon="dice"
          disabled={!hasModel || isEffect}
          help={help('Moves every unlocked latent to a random value near the current one.')}
          onPress={randomise}
        />
        <div className={styles.draws} role="group" aria-label="Random draws">
          <IconButton
            label="Earlier draw"
            icon="left"
            disabled={draws.earlier === 0}
            help="What was held before the last random draw (comma)."
            onPress={() => stepDraw(-1)}
          />
          <IconButton
            label="Later draw"
            icon="right"
            disabled={draws.later === 0}
            help="The random draw after this one (full stop)."
            onPress={() => stepDraw(1)}
          />
        </div>
        <Button
          label="Release"
          keyName="S"
          icon="release"
          disabled={isEffect}
          help={help('Releases all held latents: the mapping controls them again.')}
          onPress={releaseAll}
        />
        <Button
          label="Freeze"
          keyName="F"
          icon="snow"
          pressed={output.freeze}
          disabled={isEffect}
          help={help('Holds the latents at their current values.')}
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
