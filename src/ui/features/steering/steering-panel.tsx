import { memo } from 'react';
import { MAX_LATENT_VALUE } from '../../../document/limits.js';
import type { DimensionSteering, SteeringMode } from '../../../document/steering.js';
import { edit, editGesture, type Gesture } from '../../engine-client/commands.js';
import { store, usePage } from '../../engine-client/page.js';
import { useIsEffect } from '../../engine-client/use-is-effect.js';
import { setView } from '../../engine-client/view.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { FormLine } from '../../shared/controls/form-line.js';
import { TypedNumber } from '../../shared/controls/number-field.js';
import { ParameterSlider } from '../../shared/controls/parameter.js';
import { RangeFields } from '../../shared/controls/range-fields.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { Slider } from '../../shared/controls/slider.js';
import { VirtualTable } from '../../shared/controls/virtual-table.js';
import { MODE_HELP, MODE_SYMBOL, MODES } from './modes.js';
import form from '../../shared/controls/form.module.css';
import table from '../../shared/controls/table.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './steering-panel.module.css';

const MODE_CHOICES = MODES.map((mode) => ({
  value: mode,
  label: mode,
  help: MODE_HELP[mode],
  content: (
    <>
      <span className={styles.symbol}>{MODE_SYMBOL[mode]}</span>
      <span className={styles.word}>{mode}</span>
    </>
  ),
}));

/** How the mapping is combined with the encoder's latents: mode, amount, range, glide and offset of each. */
export function SteeringPanel() {
  const steering = usePage((state) => state.steering);
  const radius = usePage(({ view }) => view.randomRadius);
  const selected = usePage(({ view }) => view.dimension);
  const isEffect = useIsEffect();
  const all = steering.dimensions.map((_, i) => i);
  if (all.length === 0) {
    return isEffect ? (
      <EmptyState icon="sliders" title="No latents">
        This model is an effect: what it lets be set is on the panel Model.
      </EmptyState>
    ) : (
      <EmptyState icon="sliders" title="No latents yet">
        Choose a model in the Library; its latents are listed here.
      </EmptyState>
    );
  }
  const shared = sharedMode(steering.dimensions);
  return (
    <div className={`${utilities.panel} ${styles.steering}`}>
      <div className={form.form}>
        <FormLine title="All latents">
          <Segmented<SteeringMode | 'mixed'>
            label="Mode of all latents"
            value={shared}
            choices={MODE_CHOICES}
            onChange={(mode) =>
              mode !== 'mixed' && edit({ type: 'steer-dimensions', dimensions: all, change: { mode } })
            }
          />
          <span className={styles.glideName}>Glide</span>
          <ParameterSlider of="glide" value={steering.glideSeconds} />
        </FormLine>
        <FormLine title="Random range">
          <Slider
            label="Range of random moves"
            help="How far Random (R) may move a latent from its current value, as a share of its range."
            value={radius}
            min={0}
            max={1}
            initial={0.25}
            unit="%"
            onChange={(value) => setView(store, { randomRadius: value })}
          />
        </FormLine>
      </div>
      <VirtualTable
        className={styles.latents}
        head={<Head />}
        count={steering.dimensions.length}
        rowHeight={30}
        shown={selected}
        row={(index, measure) => {
          const dimension = steering.dimensions[index];
          return dimension && <SteeringRow key={index} {...{ index, dimension, measure }} />;
        }}
      />
    </div>
  );
}

function Head() {
  return (
    <>
      <th scope="col" className={table.narrow}>
        #
      </th>
      <th scope="col">Mode</th>
      <th scope="col">Amount</th>
      <th scope="col" className={styles.numberHead}>
        Range
      </th>
      <th scope="col" className={styles.numberHead}>
        Glide
      </th>
      <th scope="col" className={styles.numberHead}>
        Offset
      </th>
    </>
  );
}

function sharedMode(dimensions: readonly DimensionSteering[]): SteeringMode | 'mixed' {
  const [first] = dimensions;
  if (first === undefined) return 'mixed';
  return dimensions.every(({ mode }) => mode === first.mode) ? first.mode : 'mixed';
}

interface SteeringRowProps {
  index: number;
  dimension: DimensionSteering;
  measure: (row: Element | null) => void;
}

const SteeringRow = memo(function SteeringRow({ index, dimension, measure }: SteeringRowProps) {
  const selected = usePage(({ view }) => view.dimension === index);
  const change = (fields: Partial<DimensionSteering>, gesture: Gesture = 'begin') =>
    editGesture({ type: 'steer-dimensions', dimensions: [index], change: fields }, gesture);
  const name = `Latent ${index + 1}`;
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={index + 2}
      data-selected={selected}
      onClick={() => setView(store, { dimension: index })}
    >
      <td className={`${table.narrow} ${styles.index}`}>{index + 1}</td>
      <td>
        <Segmented
          label={`${name} mode`}
          value={dimension.mode}
          choices={MODE_CHOICES}
          onChange={(mode) => change({ mode })}
        />
      </td>
      <td className={styles.amount}>
        <Slider
          label={`${name} amount`}
          tone="control"
          value={dimension.amount}
          min={0}
          max={1}
          initial={1}
          unit="%"
          disabled={dimension.mode === 'off'}
          onChange={(amount, gesture) => change({ amount }, gesture)}
        />
      </td>
      <td className={styles.range}>
        <RangeFields
          min={-MAX_LATENT_VALUE}
          max={MAX_LATENT_VALUE}
          unit="latent"
          labels={[`${name} lowest`, `${name} highest`]}
          help={['Lowest value that reaches the decoder.', 'Highest value that reaches the decoder.']}
          range={dimension.range}
          initial={[-4, 4]}
          onAccept={(range) => change({ range })}
        />
      </td>
      <td className={styles.number}>
        <TypedNumber
          label={`${name} glide`}
          help="Added to the glide of all latents."
          value={dimension.glideSeconds}
          min={0}
          max={30}
          initial={0}
          unit="s"
          onAccept={(glideSeconds) => change({ glideSeconds })}
        />
      </td>
      <td className={styles.number}>
        <TypedNumber
          label={`${name} offset`}
          help="Added after the mode, in every mode."
          value={dimension.offset}
          min={-10}
          max={10}
          initial={0}
          unit="latent"
          onAccept={(offset) => change({ offset })}
        />
      </td>
    </tr>
  );
});
