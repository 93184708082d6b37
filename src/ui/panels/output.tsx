import type { Output } from '../../protocol/interface-document.js';
import { PARAMETER_INDEX } from '../../protocol/interface-document.js';
import { edit, setParameter, setSwitch } from '../actions.js';
import { Segmented, Toggle } from '../controls/buttons.js';
import { Knob } from '../controls/knob.js';
import { usePage } from '../session.js';

/** What surrounds the model: levels, mix, limiter and safety. */
export function OutputPanel() {
  const output = usePage((state) => state.output);
  const set = (change: Partial<Output>) => edit({ type: 'set-output', change });
  return (
    <div className="output">
      <div className="knobs">
        <Knob
          caption="Input"
          label="Input gain"
          help="Level into the model. Models like about the level they were trained at."
          tone="sound"
          value={output.inputGainDb}
          min={-60}
          max={24}
          initial={0}
          unit="dB"
          onChange={(value, gesture) => setParameter(PARAMETER_INDEX.inputGain, value, gesture)}
        />
        <Knob
          caption="Noise"
          label="Latent noise"
          help="Random movement added to every latent."
          value={output.latentNoise}
          min={0}
          max={3}
          initial={0}
          unit="plain"
          onChange={(value, gesture) => setParameter(PARAMETER_INDEX.latentNoise, value, gesture)}
        />
        <Knob
          caption="Width"
          label="Stereo width"
          help="How far the two sides' noise departs: 0 is the same on both."
          value={output.width}
          min={0}
          max={1}
          initial={0}
          unit="%"
          onChange={(value, gesture) => setParameter(PARAMETER_INDEX.width, value, gesture)}
        />
        <Knob
          caption="Output"
          label="Output gain"
          help="Level after the model, before the limiter."
          tone="result"
          value={output.outputGainDb}
          min={-60}
          max={24}
          initial={0}
          unit="dB"
          onChange={(value, gesture) => setParameter(PARAMETER_INDEX.outputGain, value, gesture)}
        />
      </div>
      <div className="form">
        <div className="form-line">
          <span className="form-name">Play</span>
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
        </div>
        <div className="form-line">
          <span className="form-name">Listen to</span>
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
        </div>
        <div className="form-line">
          <span className="form-name">On fault</span>
          <Segmented
            label="What sounds while the engine is away"
            value={output.onFault}
            choices={[
              { value: 'dry', label: 'Dry sound', help: 'The track plays on, at the same delay.' },
              { value: 'silence', label: 'Silence' },
            ]}
            onChange={(onFault) => set({ onFault })}
          />
        </div>
        <div className="form-line">
          <span className="form-name">Frames a call</span>
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
        </div>
      </div>
    </div>
  );
}
