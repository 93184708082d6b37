import { MAX_FIXED_LATENCY, MIN_FIXED_LATENCY } from '../../../protocol/plugin.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { FormLine } from '../../shared/controls/form-line.js';
import { TypedNumber } from '../../shared/controls/number-field.js';
import { Segmented } from '../../shared/controls/segmented.js';
import utilities from '../../shared/styles/utilities.module.css';

/** Offered when the player fixes the latency: what the model needs, and some room for others. */
const STEP_MILLISECONDS = 10;

const bounded = (milliseconds: number) =>
  Math.min(MAX_FIXED_LATENCY, Math.max(MIN_FIXED_LATENCY, milliseconds));

/** The latency that the plugin reports to its host: that of the model, or one that stays. */
export function HostLatencyLine() {
  const latency = usePage((state) => state.hostLatency);
  if (latency === null) return null;
  const { fixedMilliseconds: fixed, neededMilliseconds: needed } = latency;
  const fix = (milliseconds: number | null) => perform({ type: 'fix-latency', milliseconds });
  const late = fixed === null ? 0 : needed - fixed;
  return (
    <FormLine title="Host latency">
      <Segmented
        label="Latency reported to the host"
        value={fixed === null ? 'model' : 'fixed'}
        choices={[
          {
            value: 'model',
            label: 'Model',
            help: 'As the model needs: it changes with the model and its settings.',
          },
          {
            value: 'fixed',
            label: 'Fixed',
            help: 'It stays when a preset brings another model. Kept in the project, not in presets.',
          },
        ]}
        onChange={(chosen) =>
          fix(chosen === 'model' ? null : bounded(Math.ceil(needed / STEP_MILLISECONDS) * STEP_MILLISECONDS))
        }
      />
      {fixed !== null && (
        <TypedNumber
          label="Fixed latency"
          value={fixed}
          min={MIN_FIXED_LATENCY}
          max={MAX_FIXED_LATENCY}
          initial={100}
          unit="ms"
          onAccept={fix}
        />
      )}
      <span className={utilities.note} role="status">
        {late > 0 ? `${late.toFixed(1)} ms late` : `needs ${needed.toFixed(1)} ms`}
      </span>
    </FormLine>
  );
}
