import {
  attributePosition,
  MAX_ATTRIBUTE_VALUE,
  usualRange,
  type ModelAttribute,
} from '../../../document/model-attribute.js';
import { HOST_ATTRIBUTES, PARAMETER_INDEX } from '../../../document/parameters.js';
import { edit, editGesture, setParameter, setSwitch, type Gesture } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { FormLine } from '../../shared/controls/form-line.js';
import { ParameterSlider } from '../../shared/controls/parameter.js';
import { RangeFields } from '../../shared/controls/range-fields.js';
import { Select } from '../../shared/controls/select.js';
import { Slider } from '../../shared/controls/slider.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { ListenWith } from './listen-with.js';
import { hasPrecision, Precision } from './precision.js';
import form from '../../shared/controls/form.module.css';
import table from '../../shared/controls/table.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './model-panel.module.css';

/** What the model lets be set besides its latents: whether it plays by itself, whose encoder listens, and the attributes of nn~. */
export function ModelPanel() {
  const attributes = usePage((state) => state.attributes);
  const card = usePage(({ model }) => model.card);
  const precision = usePage(({ output }) => output.precision);
  const isPrecise = card !== null && hasPrecision(card, precision);
  const hasForm = card !== null && (card.latentDims > 0 || isPrecise);
  if (attributes.length === 0 && !hasForm) {
    return (
      <EmptyState icon="sliders" title="Nothing to set">
        {card === null ? 'No model is loaded.' : 'This model has no settings of its own.'}
      </EmptyState>
    );
  }
  return (
    <div className={`${utilities.panel} ${styles.model}`}>
      {hasForm && (
        <div className={form.form}>
          {card.hasPrior && <Prior />}
          <ListenWith card={card} />
          {isPrecise && <Precision card={card} />}
        </div>
      )}
      {attributes.length > 0 && <Attributes attributes={attributes} />}
    </div>
  );
}

/** Has the model play by itself. */
function Prior() {
  const { prior, priorTemperature } = usePage((state) => state.output);
  return (
    <FormLine title="Prior">
      <Toggle
        label="Play by itself"
        help="The model’s prior gives the latents, in place of what is heard. Mapping and steering act on them."
        checked={prior}
        onChange={(on) => setSwitch(PARAMETER_INDEX.prior, on)}
      />
      <span className={styles.temperature}>Temperature</span>
      <ParameterSlider of="priorTemperature" value={priorTemperature} />
    </FormLine>
  );
}

/** The attributes of nn~ with their values and ranges. */
export function Attributes({ attributes }: { attributes: readonly ModelAttribute[] }) {
  return (
    <table className={`${table.table} ${styles.attributes}`}>
      <thead>
        <tr>
          <th scope="col" className={styles.name}>
            Setting
          </th>
          <th scope="col">Value</th>
          <th scope="col" className={styles.range}>
            Range
          </th>
          <th scope="col" className={styles.host}>
            In a host
          </th>
        </tr>
      </thead>
      <tbody>
        {attributes.map((attribute, index) => (
          <AttributeRow key={attribute.name} {...{ attribute, index }} />
        ))}
      </tbody>
    </table>
  );
}

/** Sets a value. Where a host has a parameter for it, the host gets the gesture, and can record it. */
function setValue(index: number, attribute: ModelAttribute, value: number, gesture: Gesture): void {
  if (index >= HOST_ATTRIBUTES) {
    editGesture({ type: 'set-attribute', index, change: { value } }, gesture);
    return;
  }
  setParameter(PARAMETER_INDEX.attribute + index, attributePosition({ ...attribute, value }), gesture);
}

function AttributeRow({ attribute, index }: { attribute: ModelAttribute; index: number }) {
  const { kind, initial, value, range, bounds, choices } = attribute;
  const label = attribute.name.replaceAll('_', ' ');
  const setAtOnce = (chosen: number) => {
    setValue(index, attribute, chosen, 'begin');
    setValue(index, attribute, chosen, 'end');
  };
  return (
    <tr>
      <th scope="row" className={styles.name}>
        {label}
      </th>
      {kind === 'switch' ? (
        <>
          <td>
            <Toggle
              bare
              label={label}
              help={`Sets ${label} of the model.`}
              checked={value >= 0.5}
              onChange={(on) => setAtOnce(Number(on))}
            />
          </td>
          <td />
        </>
      ) : kind === 'choice' ? (
        <>
          <td>
            <Select
              label={label}
              tone="control"
              help={`Sets ${label} of the model: one of what its code knows.`}
              value={String(value)}
              choices={(choices ?? []).map((choice, i) => ({ value: String(i), label: choice }))}
              onChange={(chosen) => setAtOnce(Number(chosen))}
            />
          </td>
          <td />
        </>
      ) : (
        <>
          <td>
            <Slider
              label={label}
              tone="control"
              value={value}
              min={range[0]}
              max={range[1]}
              initial={Math.min(range[1], Math.max(range[0], initial))}
              unit={kind === 'integer' ? 'count' : 'plain'}
              onChange={(next, gesture) => setValue(index, attribute, next, gesture)}
            />
          </td>
          <td className={styles.range}>
            <RangeFields
              min={bounds?.[0] ?? -MAX_ATTRIBUTE_VALUE}
              max={bounds?.[1] ?? MAX_ATTRIBUTE_VALUE}
              unit={kind === 'integer' ? 'count' : 'plain'}
              labels={[`${label} lowest`, `${label} highest`]}
              help={[
                'What the left end of the control stands for.',
                'What the right end of the control stands for.',
              ]}
              range={range}
              initial={usualRange(attribute)}
              onAccept={([low, high]) =>
                low < high && edit({ type: 'set-attribute', index, change: { range: [low, high] } })
              }
            />
          </td>
        </>
      )}
      <td className={styles.host}>{index < HOST_ATTRIBUTES ? `Model ${index + 1}` : '–'}</td>
    </tr>
  );
}
