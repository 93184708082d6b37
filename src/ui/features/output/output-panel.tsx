import type { Output } from '../../../document/output.js';
import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { edit, setSwitch } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { FormLine } from '../../shared/controls/form-line.js';
import { ParameterKnob } from '../../shared/controls/parameter.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { Toggle } from '../../shared/controls/toggle.js';
import form from '../../shared/controls/form.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './output-panel.module.css';

/** What surrounds the model: levels, mix, limiter and safety. */
export function OutputPanel() {
  const output = usePage((state) => state.output);
  // A live session's delay is its speaker's buffer.
  const isPlugin = usePage((state) => state.live === null);
  const set = (change: Partial<Output>) => edit({ type: 'set-output', change });
  return (
    <div className={`${utilities.panel} ${styles.output}`}>
      <div className={styles.knobs}>
        <ParameterKnob of="inputGain" value={output.inputGainDb} />
        <ParameterKnob of="latentNoise" value={output.latentNoise} />
        <ParameterKnob of="width" value={output.width} />
        <ParameterKnob of="outputGain" value={output.outputGainDb} />
      </div>
      <div className={form.form}>
        <FormLine title="Sound">
          <Toggle
            label="Freeze"
            help="Holds the latents where they are."
            checked={output.freeze}
            onChange={(on) => setSwitch(PARAMETER_INDEX.freeze, on)}
          />
          <Toggle
            label="Bypass"
            help="The dry sound, at the same delay."
            checked={output.bypass}
            onChange={(on) => setSwitch(PARAMETER_INDEX.bypass, on)}
          />
        </FormLine>
        <FormLine title="Listen to">
          <Segmented
            label="What the model listens to"
            value={output.listen}
            choices={[
              { value: 'mid', label: 'Mid', help: 'Both sides summed.' },
              { value: 'left', label: 'Left' },
              { value: 'right', label: 'Right' },
              { value: 'both', label: 'Both', help: 'The sides apart, at twice the load.' },
            ]}
            onChange={(listen) => set({ listen })}
          />
        </FormLine>
        <FormLine title="On fault">
          <Segmented
            label="What sounds while the engine is away"
            value={output.onFault}
            choices={[
              { value: 'dry', label: 'Dry sound', help: 'The track plays on, at the same delay.' },
              { value: 'silence', label: 'Silence' },
            ]}
            onChange={(onFault) => set({ onFault })}
          />
        </FormLine>
        <FormLine title="Frames a call">
          <Segmented
            label="Latent frames per call of the model"
            value={String(output.framesPerCall)}
            choices={[
              { value: '1', label: '1', help: 'The shortest delay.' },
              { value: '2', label: '2' },
              { value: '4', label: '4', help: 'The lowest load.' },
            ]}
            onChange={(frames) => set({ framesPerCall: frames === '4' ? 4 : frames === '2' ? 2 : 1 })}
          />
        </FormLine>
        {isPlugin && (
          <FormLine title="Margin">
            <Segmented
              label="How long the plugin waits for the engine"
              value={output.margin}
              choices={[
                {
                  value: 'tight',
                  label: 'Tight',
                  help: 'The shortest delay: quick models on a quiet machine.',
                },
                { value: 'normal', label: 'Normal' },
                { value: 'safe', label: 'Safe', help: 'The fewest gaps: heavy models, busy machines.' },
              ]}
              onChange={(margin) => set({ margin })}
            />
          </FormLine>
        )}
      </div>
    </div>
  );
}
