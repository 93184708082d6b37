import { usePage } from '../../engine-client/page.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { Attributes } from '../model/model-panel.js';
import styles from './effect-settings.module.css';

/** In the pad's place, for a model without latents: why there is no map, and what the model lets be set. */
export function EffectSettings() {
  const attributes = usePage((state) => state.attributes);
  return (
    <div className={styles.effect}>
      <div className={styles.reason}>
        <EmptyState icon="sliders" title="No latents, no map">
          This model turns sound into sound, without latents that could be placed on a pad.
          {attributes.length === 0
            ? ' It has no settings of its own: dry/wet, gains and ceiling are what there is to play.'
            : ' Play what it lets be set: here, by MIDI and OSC, and by a host.'}
        </EmptyState>
      </div>
      {attributes.length > 0 && <Attributes attributes={attributes} />}
    </div>
  );
}
