import { MAX_LATENT_VALUE } from '../../../document/limits.js';
import type { Example } from '../../../document/example.js';
import { edit } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { NumberField } from '../../shared/controls/number-field.js';
import { formatValue } from '../../shared/controls/units.js';
import styles from './example-values.module.css';

/** The selected example's input values and latents, which can be typed, and its colour. */
export function ExampleValues({ example }: { example: Example }) {
  const inputs = usePage((state) => state.inputs);
  const { label } = example;
  const change = (fields: Partial<Example>) => edit({ type: 'edit-example', id: example.id, change: fields });
  const replaced = (values: readonly number[], at: number, value: number) =>
    values.map((old, i) => (i === at ? value : old));
  return (
    <footer className={styles.values} aria-label={`Values of ${label}`}>
      <div className={styles.strip}>
        {example.inputs.map((value, i) => (
          <label key={i} className={`${styles.cell} ${styles.input}`}>
            <span>{inputs[i]?.name ?? `Input ${i + 1}`}</span>
            <NumberField
              label={`${inputs[i]?.name ?? `Input ${i + 1}`} of ${label}`}
              value={value}
              min={0}
              max={1}
              initial={0.5}
              unit="plain"
              onChange={(next, gesture) =>
                gesture === 'end' && change({ inputs: replaced(example.inputs, i, next) })
              }
            />
          </label>
        ))}
        {example.latents.map((value, i) => (
          <label key={`latent ${i}`} className={styles.cell}>
            <span>{i + 1}</span>
            <NumberField
              label={`Latent ${i + 1} of ${label}, now ${formatValue(value, 'latent')}`}
              value={value}
              min={-MAX_LATENT_VALUE}
              max={MAX_LATENT_VALUE}
              initial={0}
              unit="latent"
              onChange={(next, gesture) =>
                gesture === 'end' && change({ latents: replaced(example.latents, i, next) })
              }
            />
          </label>
        ))}
      </div>
      <input
        className={styles.hue}
        type="range"
        min={0}
        max={360}
        step={5}
        aria-label={`Colour of ${label}`}
        data-help="Colour on the pad."
        value={example.hue}
        onChange={(event) =>
          edit(
            { type: 'edit-example', id: example.id, change: { hue: Number(event.currentTarget.value) } },
            `hue-${example.id}`,
          )
        }
      />
    </footer>
  );
}
