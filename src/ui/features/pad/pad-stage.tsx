import { movesByItself } from '../../../document/input.js';
import type { MapMode } from '../../../protocol/interface.js';
import { store, usePage } from '../../engine-client/page.js';
import { useIsEffect } from '../../engine-client/use-is-effect.js';
import { setView } from '../../engine-client/view.js';
import { Button } from '../../shared/controls/button.js';
import { SectionHead } from '../../shared/controls/section-head.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { Select } from '../../shared/controls/select.js';
import { toggleMoving } from '../examples/move-example.js';
import { describeSource } from '../inputs/sources.js';
import { COMMAND_KEY } from '../../shared/platform.js';
import { EffectSettings } from './effect-settings.js';
import { InputFader } from './input-fader.js';
import { InputMenu } from './input-menu.js';
import { MapLegend } from './map-legend.js';
import { Pad } from './pad.js';
import { useMap } from './use-map.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './pad-stage.module.css';

const MAP_CHOICES = [
  { value: 'latents', label: 'Latents', help: 'All latents: positions with similar colours sound similar.' },
  {
    value: 'dimension',
    label: 'One latent',
    help: 'One latent: blue is low, rose is high. Press its column to select it.',
  },
  {
    value: 'confidence',
    label: 'Confidence',
    help: 'High near examples, low where the mapping has none to rely on.',
  },
  {
    value: 'loudness',
    label: 'Loudness',
    help: 'Expected peak level, with a line every 6 dB; hatched in red where it would exceed the ceiling.',
  },
  { value: 'off', label: 'Off', help: 'No map, only the examples.' },
] as const satisfies readonly { value: MapMode | 'off'; label: string; help: string }[];

/** The pad with the choice of its map and axes, and the faders of the other inputs. */
export function PadStage() {
  const inputs = usePage((state) => state.inputs);
  const xInput = usePage(({ view }) => view.xInput);
  const yInput = usePage(({ view }) => view.yInput);
  const mapMode = usePage(({ view }) => view.mapMode);
  const map = useMap();
  const learned = usePage(({ training }) => training.learned);
  const moving = usePage(({ view }) => view.moving);
  const isEffect = useIsEffect();
  const hasExamples = usePage(({ examples }) => examples.length > 0);
  const others = inputs
    .map((input, index) => ({ input, index }))
    .filter(({ index }) => index !== xInput && index !== yInput);
  const axes = inputs.map((input, i) => ({ value: String(i), label: input.name }));

  if (isEffect)
    return (
      <section className={utilities.surface} aria-label="Performance space">
        <SectionHead title="Effect">
          <div className={utilities.spacer} />
        </SectionHead>
        <EffectSettings />
      </section>
    );
  return (
    <section className={utilities.surface} aria-label="Performance space">
      <SectionHead title="Pad" className={styles.head}>
        <div className={utilities.spacer} />
        {map !== null && <MapLegend map={map} />}
        <Segmented<MapMode | 'off'>
          label="Map under the pad"
          value={mapMode}
          choices={MAP_CHOICES}
          disabled={!learned}
          onChange={(mode) => setView(store, { mapMode: mode })}
        />
      </SectionHead>
      <div className={styles.row}>
        <Pad map={map} />
        {others.length > 0 && (
          <div className={styles.faders} data-testid="faders" role="group" aria-label="Other inputs">
            {others.map(({ input, index }) => (
              <InputMenu key={index} index={index}>
                <InputFader index={index} input={input} />
              </InputMenu>
            ))}
          </div>
        )}
      </div>
      <footer className={styles.axes}>
        <InputMenu index={xInput}>
          <AxisSelect
            name="X"
            value={xInput}
            choices={axes}
            onChange={(index) => setView(store, { xInput: index })}
          />
        </InputMenu>
        <InputMenu index={yInput}>
          <AxisSelect
            name="Y"
            value={yInput}
            choices={axes}
            onChange={(index) => setView(store, { yInput: index })}
          />
        </InputMenu>
        <div className={styles.moving}>
          <Button
            label="Move"
            name="Move examples"
            keyName="M"
            pressed={moving}
            disabled={!hasExamples && !moving}
            help={`A drag moves examples instead of playing. Without it: ${COMMAND_KEY} and drag, or ${COMMAND_KEY} and an arrow key.`}
            onPress={toggleMoving}
          />
        </div>
      </footer>
    </section>
  );
}

function AxisSelect({
  name,
  value,
  choices,
  onChange,
}: {
  name: 'X' | 'Y';
  value: number;
  choices: readonly { value: string; label: string }[];
  onChange: (index: number) => void;
}) {
  const input = usePage(({ inputs }) => inputs[value]);
  return (
    <div className={styles.axis}>
      <span className={styles.arrow} aria-hidden="true">
        {name === 'X' ? '→' : '↑'}
      </span>
      <Select
        tone="control"
        label={`Input on the ${name} axis`}
        help={
          name === 'X'
            ? 'The input that the pad moves from left to right.'
            : 'The input that the pad moves upwards.'
        }
        value={String(value)}
        choices={choices}
        onChange={(chosen) => onChange(Number(chosen))}
      />
      {input !== undefined && !movesByItself(input) && (
        <span className={styles.value}>{input.value.toFixed(2)}</span>
      )}
      {input !== undefined && input.source.kind !== 'pad' && (
        <span className={`${utilities.note} ${utilities.clip} ${styles.source}`}>
          {describeSource(input.source)}
        </span>
      )}
    </div>
  );
}
