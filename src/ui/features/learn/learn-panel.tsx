import { defaultRegressor } from '../../../document/default-learning.js';
import type { RegressorSettings } from '../../../document/learning.js';
import { edit, editGesture, learn, perform, type Gesture } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button } from '../../shared/controls/button.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { LatentScope } from './latent-scope.js';
import { FitView } from './fit-view.js';
import { KIND_CHOICES, RegressorForm } from './regressor-form.js';
import form from '../../shared/controls/form.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './learn-panel.module.css';

/** The settings of the training, and how well its result fits the examples. */
export function LearnPanel() {
  const learning = usePage((state) => state.learning);
  const training = usePage((state) => state.training);
  const count = usePage((state) => state.examples.filter(({ enabled }) => enabled).length);
  const dimension = usePage(({ view }) => view.dimension);
  const own = dimension === null ? undefined : learning.perDimension[String(dimension)];
  const settings = own ?? learning.shared;
  const apply = (next: RegressorSettings, gesture: Gesture = 'begin') =>
    editGesture(
      dimension === null
        ? { type: 'learn-all-with', settings: next }
        : { type: 'learn-dimensions-with', dimensions: [dimension], settings: next },
      gesture,
    );

  return (
    <div className={`${utilities.panel} ${styles.learn}`}>
      <div className={form.form}>
        <div className={form.row}>
          <LatentScope />
          {own !== undefined && dimension !== null && (
            <Button
              label="As all"
              tone="quiet"
              help="Use the settings that all latents share."
              onPress={() => edit({ type: 'learn-dimensions-with', dimensions: [dimension], settings: null })}
            />
          )}
          <div className={utilities.spacer} />
          <Toggle
            label="Automatic"
            help="Trains again after each change of the examples."
            checked={learning.automatic}
            onChange={(automatic) => edit({ type: 'learn-automatically', automatic })}
          />
          {training.running ? (
            <Button
              label={`Stop ${training.done}/${training.total}`}
              icon="stop"
              onPress={() => perform({ type: 'cancel-training' })}
            />
          ) : (
            <Button
              label="Learn"
              keyName="L"
              tone={training.stale ? 'primary' : 'plain'}
              disabled={count === 0}
              help="Trains the mapping on the examples; the sound goes on meanwhile."
              onPress={learn}
            />
          )}
        </div>
        <Segmented
          label="Kind of regressor"
          value={settings.kind}
          choices={KIND_CHOICES}
          onChange={(kind) => apply(defaultRegressor(kind))}
        />
        <div className={styles.columns}>
          <RegressorForm settings={settings} onChange={apply} />
        </div>
      </div>
      <FitView count={count} />
    </div>
  );
}
