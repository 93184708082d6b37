import type { Output } from '../../../document/output.js';
import { LOOP_LENGTH_IDS } from '../../../document/loop-lengths.js';
import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { edit, perform, setSwitch } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { useIsEffect } from '../../engine-client/use-is-effect.js';
import { Button } from '../../shared/controls/button.js';
import { FormLine } from '../../shared/controls/form-line.js';
import { ParameterKnob } from '../../shared/controls/parameter.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { Select } from '../../shared/controls/select.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { HostLatencyLine } from './host-latency.js';
import { KeptLoops } from './kept-loops.js';
import { MusicalPosition } from './musical-position.js';
import form from '../../shared/controls/form.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './output-panel.module.css';

/** Levels, noise and width; freeze, bypass and the latent loop; what the model receives, and how latency is traded for load and for gaps. */
export function OutputPanel() {
  const output = usePage((state) => state.output);
  // Without a host the buffer of the speakers takes the place of this setting.
  const isPlugin = usePage((state) => state.live === null);
  const isEffect = useIsEffect();
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
            help={
              isEffect
                ? 'The model is an effect: it has no latents to hold.'
                : 'Holds the latents at their current values.'
            }
            checked={output.freeze}
            disabled={isEffect}
            onChange={(on) => setSwitch(PARAMETER_INDEX.freeze, on)}
          />
          <Toggle
            label="Bypass"
            help="Passes the dry sound, at the same latency."
            checked={output.bypass}
            onChange={(on) => setSwitch(PARAMETER_INDEX.bypass, on)}
          />
          <Button
            label="Panic"
            tone="danger"
            keyName="P"
            help="Fades to the dry sound at once, and ends freeze, loop and held latents. Bypass off brings the model back."
            onPress={() => perform({ type: 'trigger', action: { id: 'panic' } })}
          />
        </FormLine>
        <FormLine title="Level">
          <Toggle
            label="Match level"
            help="Makes the model's sound as loud as the dry sound, slowly and by 12 dB at most, before the ceiling."
            checked={output.matchLevel}
            onChange={(on) => setSwitch(PARAMETER_INDEX.matchLevel, on)}
          />
        </FormLine>
        {!isEffect && (
          <>
            <FormLine title="Latent loop">
              <Toggle
                label="Loop"
                help="Repeats the latents that were encoded last; mapping and steering act on them."
                checked={output.loop}
                onChange={(on) => setSwitch(PARAMETER_INDEX.loop, on)}
              />
              <Select
                label="Length of the latent loop"
                value={output.loopLength}
                choices={LOOP_LENGTH_IDS.map((id) => ({ value: id, label: id }))}
                help={
                  isPlugin
                    ? 'Beats and bars follow the host’s tempo and position; a beat is a quarter note.'
                    : 'Beats follow the tempo beside the waveform; a beat is a quarter note.'
                }
                onChange={(loopLength) => set({ loopLength })}
              />
              <MusicalPosition />
            </FormLine>
            <KeptLoops />
          </>
        )}
        <FormLine title="Input channels">
          <Segmented
            label="Input channels of the model"
            value={output.listen}
            choices={[
              { value: 'mid', label: 'Mid', help: 'The sum of left and right.' },
              { value: 'left', label: 'Left' },
              { value: 'right', label: 'Right' },
              { value: 'both', label: 'Both', help: 'Left and right separately, at twice the load.' },
            ]}
            onChange={(listen) => set({ listen })}
          />
        </FormLine>
        <FormLine title="If the engine fails">
          <Segmented
            label="If the engine fails"
            value={output.onFault}
            choices={[
              { value: 'dry', label: 'Dry sound', help: 'The track plays on, at the same latency.' },
              { value: 'silence', label: 'Silence' },
            ]}
            onChange={(onFault) => set({ onFault })}
          />
        </FormLine>
        <FormLine title="Latency and load">
          <Segmented
            label="Latency and load"
            value={output.framesPerCall === 4 ? '4' : '1'}
            choices={[
              { value: '1', label: 'Low latency', help: 'One latent frame per call of the model.' },
              {
                value: '4',
                label: 'Low load',
                help: 'Four latent frames per call: less load, later by three of them.',
              },
            ]}
            onChange={(frames) => set({ framesPerCall: frames === '4' ? 4 : 1 })}
          />
        </FormLine>
        {isPlugin && (
          <FormLine title="Scheduling margin">
            <Segmented
              label="Scheduling margin"
              value={output.margin}
              choices={[
                {
                  value: 'tight',
                  label: 'Short',
                  help: 'For light models on a machine with little else to do.',
                },
                { value: 'normal', label: 'Normal', help: 'For most models.' },
                {
                  value: 'safe',
                  label: 'Long',
                  help: 'The fewest gaps: for heavy models and busy machines.',
                },
              ]}
              onChange={(margin) => set({ margin })}
            />
          </FormLine>
        )}
        {isPlugin && <HostLatencyLine />}
      </div>
    </div>
  );
}
