import { useCallback, useRef, useState } from 'react';
import { movesByItself, type Input } from '../../../document/input.js';
import { MAX_INPUTS } from '../../../document/limits.js';
import { isInputActive } from '../../engine-client/activity.js';
import { edit, editGesture, perform } from '../../engine-client/commands.js';
import { store, usePage, values } from '../../engine-client/page.js';
import { palette } from '../../shared/canvas/palette.js';
import { useCanvas, type Surface } from '../../shared/canvas/use-canvas.js';
import { Button, IconButton } from '../../shared/controls/button.js';
import { Card, Cards } from '../../shared/controls/card.js';
import { NumberField } from '../../shared/controls/number-field.js';
import { focusNeighbour } from '../../shared/controls/focus-neighbour.js';
import { RangeFields } from '../../shared/controls/range-fields.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { Select } from '../../shared/controls/select.js';
import { TextField } from '../../shared/controls/text-field.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { ActivityLight } from '../controllers/activity-light.js';
import { ControllersPanel } from '../controllers/controllers-panel.js';
import { MiniField } from '../../shared/controls/mini-field.js';
import { SourceFields } from './source-fields.js';
import { SOURCE_CHOICES, defaultSource } from './sources.js';
import form from '../../shared/controls/form.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './inputs-panel.module.css';

type Page = 'inputs' | 'controllers';

const RANGE_HELP = 'The part of the axis that the full range of the source covers.';

/** The inputs with their sources, or the settings of MIDI, OSC and the gesture recorder. */
export function InputsPanel() {
  const inputs = usePage((state) => state.inputs);
  const [page, setPage] = useState<Page>('inputs');
  return (
    <div className={utilities.panel}>
      <div className={`${form.row} ${styles.head}`}>
        <Segmented<Page>
          label="Part"
          value={page}
          choices={[
            { value: 'inputs', label: 'Inputs' },
            { value: 'controllers', label: 'Controllers, recorder' },
          ]}
          onChange={setPage}
        />
        <div className={utilities.spacer} />
        {page === 'inputs' && (
          <Button
            label="Add input"
            icon="plus"
            disabled={inputs.length >= MAX_INPUTS}
            help="Adds an axis to the performance space. Existing examples lie at its middle."
            onPress={() => edit({ type: 'add-input', input: {} })}
          />
        )}
      </div>
      {page === 'controllers' ? (
        <ControllersPanel />
      ) : (
        <Cards>
          {inputs.map((input, i) => (
            <InputCard key={i} index={i} input={input} only={inputs.length === 1} />
          ))}
        </Cards>
      )}
    </div>
  );
}

function InputCard({ index, input, only }: { index: number; input: Input; only: boolean }) {
  const learning = usePage(({ waiting }) => waiting.midiLearn === index);
  const change = (fields: Partial<Input>) => edit({ type: 'edit-input', index, change: fields });
  const { name, source, range, curve, inverted } = input;
  const isActive = useCallback((now: number) => isInputActive(index, now), [index]);
  return (
    <Card label={`Input ${index + 1}: ${name}`}>
      <div className={styles.line}>
        <TextField
          look="inline"
          className={styles.name}
          label={`Name of input ${index + 1}`}
          value={name}
          maxLength={60}
          onAccept={(typed) => change({ name: typed })}
        />
        <Select
          className={styles.source}
          label={`Source of ${name}`}
          help="What moves this input."
          value={source.kind}
          choices={SOURCE_CHOICES}
          onChange={(kind) => change({ source: defaultSource(kind, index) })}
        />
        <Button
          label={learning ? 'Move it…' : 'Learn MIDI'}
          tone={learning ? 'control' : 'quiet'}
          pressed={learning}
          help="Then move a knob or the pitch bend of your MIDI controller, or press a key."
          onPress={() => perform({ type: 'learn-midi', input: learning ? null : index })}
        />
        <IconButton
          label={`Remove ${name}`}
          icon="bin"
          disabled={only}
          onPress={() => {
            focusNeighbour();
            edit({ type: 'remove-input', index });
          }}
        />
      </div>
      <div className={`${styles.line} ${styles.settings}`}>
        {hasController(input) && <ActivityLight isActive={isActive} />}
        <SourceFields
          name={name}
          index={index}
          source={source}
          onChange={(next) => change({ source: next })}
        />
        <LiveValue index={index} />
      </div>
      <div className={styles.line}>
        <MiniField name="Range">
          <RangeFields
            min={0}
            max={1}
            unit="%"
            labels={[`${name}: lowest`, `${name}: highest`]}
            help={[RANGE_HELP, RANGE_HELP]}
            range={range}
            initial={[0, 1]}
            onAccept={(typed) => change({ range: typed })}
          />
        </MiniField>
        <MiniField name="Curve">
          <NumberField
            label={`${name}: curve`}
            help="Response curve: 0 is linear, + starts slowly, − starts fast."
            value={curve}
            min={-1}
            max={1}
            initial={0}
            unit="latent"
            onChange={(value, gesture) =>
              editGesture({ type: 'edit-input', index, change: { curve: value } }, gesture)
            }
          />
        </MiniField>
        <Toggle
          label="Invert"
          help="Reverses the source: its top becomes the bottom."
          checked={inverted}
          onChange={(on) => change({ inverted: on })}
        />
      </div>
    </Card>
  );
}

const hasController = (input: Input) =>
  input.source.kind !== 'pad' && input.source.kind !== 'host' && !movesByItself(input);

/** The input's current value, followed at every animation frame. */
function LiveValue({ index }: { index: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painted = useRef(NaN);
  const paint = useCallback(
    ({ context, width, height, now, stale }: Surface) => {
      const value = values.input(index, store.getState().inputs[index], now);
      if (!stale && value === painted.current) return;
      painted.current = value;
      const colours = palette();
      context.clearRect(0, 0, width, height);
      context.fillStyle = colours.line;
      context.fillRect(0, height / 2 - 1.5, width, 3);
      context.fillStyle = colours.control;
      context.fillRect(0, height / 2 - 1.5, value * width, 3);
      context.beginPath();
      context.arc(Math.min(width - 4, Math.max(4, value * width)), height / 2, 4, 0, 2 * Math.PI);
      context.fill();
    },
    [index],
  );
  useCanvas(canvas, paint);
  return (
    <canvas
      ref={canvas}
      className={styles.liveValue}
      role="img"
      aria-label={`Live value of input ${index + 1}`}
    />
  );
}
