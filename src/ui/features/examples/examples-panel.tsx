import type { CSSProperties } from 'react';
import type { Example } from '../../../protocol/interface-document.js';
import { edit, perform } from '../../engine-client/commands.js';
import { store, usePage } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { IconButton } from '../../shared/controls/button.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { NumberField } from '../../shared/controls/number-field.js';
import { focusNeighbour } from '../../shared/controls/pass-focus.js';
import { TextField } from '../../shared/controls/text-field.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { formatValue } from '../../shared/controls/units.js';
import { goTo } from '../inputs/cursor.js';

/** The sounds that were captured, and where they live. */
export function ExamplesPanel() {
  const examples = usePage((state) => state.examples);
  const selected = usePage(({ view }) => view.selectedExample);
  const chosen = examples.find(({ id }) => id === selected);
  if (examples.length === 0) {
    return (
      <EmptyState icon="target" title="Nothing learned yet">
        Find a sound with the columns above, then press <kbd>C</kbd> where on the pad you want it to live. Two
        or three are enough to begin.
      </EmptyState>
    );
  }
  return (
    <div className="examples">
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="narrow">
                <span className="hidden">Hear</span>
              </th>
              <th scope="col" className="wide">
                Label
              </th>
              <th scope="col">Place</th>
              <th scope="col" className="wide">
                Latents
              </th>
              <th scope="col" className="narrow">
                On
              </th>
              <th scope="col" className="narrow">
                <span className="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {examples.map((example, i) => (
              <ExampleRow
                key={example.id}
                example={example}
                number={i + 1}
                selected={example.id === selected}
              />
            ))}
          </tbody>
        </table>
      </div>
      {chosen !== undefined && <ExampleValues key={chosen.id} example={chosen} />}
    </div>
  );
}

function ExampleRow({ example, number, selected }: { example: Example; number: number; selected: boolean }) {
  const auditioning = usePage(({ waiting }) => waiting.auditioning === example.id);
  const missed = usePage(
    ({ training }) => training.report?.missed.some((miss) => miss.example === example.id) ?? false,
  );
  const { id, label } = example;
  return (
    <tr
      data-selected={selected}
      data-off={!example.enabled}
      onClick={() => setView(store, { selectedExample: id })}
    >
      <td className="narrow">
        <button
          type="button"
          className="dot"
          style={{ '--hue': String(example.hue) } as CSSProperties}
          aria-pressed={auditioning}
          aria-label={`Hear ${label}`}
          data-help={
            number < 10
              ? `Hear it, whatever the pad says. Key ${number} goes there on the pad.`
              : 'Hear it, whatever the pad says.'
          }
          onClick={() => perform({ type: 'audition', example: auditioning ? null : id })}
        >
          {number}
        </button>
      </td>
      <td>
        <span className="row-label">
          <TextField
            className="inline-text"
            label={`Label of example ${number}`}
            value={label}
            onAccept={(typed) => edit({ type: 'edit-example', id, change: { label: typed } })}
          />
          {missed && (
            <span className="badge danger" data-help="The mapping passes by this sound. See Learn.">
              missed
            </span>
          )}
        </span>
      </td>
      <td>
        <button
          type="button"
          className="place"
          aria-label={`Go to ${label}`}
          data-help="Put the cursor where it lives."
          onClick={() => goTo(example)}
        >
          {example.inputs
            .slice(0, 2)
            .map((value) => value.toFixed(2))
            .join(' · ')}
          {example.inputs.length > 2 && ' …'}
        </button>
      </td>
      <td>
        <Spark values={example.latents} />
      </td>
      <td className="narrow">
        <Toggle
          bare
          label={`Learn from ${label}`}
          help="Off: kept, but not learned from."
          checked={example.enabled}
          onChange={(enabled) => edit({ type: 'edit-example', id, change: { enabled } })}
        />
      </td>
      <td className="narrow actions">
        <IconButton
          label={`Duplicate ${label}`}
          icon="copy"
          onPress={() => edit({ type: 'duplicate-example', id })}
        />
        <IconButton
          label={`Delete ${label}`}
          icon="bin"
          onPress={() => {
            focusNeighbour();
            edit({ type: 'remove-examples', ids: [id] });
          }}
        />
      </td>
    </tr>
  );
}

/** Latents as bars around zero: enough to tell two sounds apart. */
function Spark({ values }: { values: readonly number[] }) {
  const shown = values.slice(0, 32);
  const reach = Math.max(2, ...shown.map(Math.abs));
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${shown.length * 4} 20`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {shown.map((value, i) => {
        const size = Math.max(0.8, (9.5 * Math.abs(value)) / reach);
        return <rect key={i} x={i * 4 + 0.5} y={value > 0 ? 10 - size : 10} width="3" height={size} />;
      })}
    </svg>
  );
}

/** The chosen example's numbers, typed. */
function ExampleValues({ example }: { example: Example }) {
  const inputs = usePage((state) => state.inputs);
  const { label } = example;
  const change = (part: Partial<Example>) => edit({ type: 'edit-example', id: example.id, change: part });
  const replaced = (values: readonly number[], at: number, value: number) =>
    values.map((old, i) => (i === at ? value : old));
  return (
    <footer className="example-values" aria-label={`Values of ${label}`}>
      <div className="value-strip">
        {example.inputs.map((value, i) => (
          <label key={i} className="value-cell hand">
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
          <label key={`latent ${i}`} className="value-cell">
            <span>{i + 1}</span>
            <NumberField
              label={`Latent ${i + 1} of ${label}, now ${formatValue(value, 'latent')}`}
              value={value}
              min={-1000}
              max={1000}
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
        className="hue"
        type="range"
        min={0}
        max={360}
        step={5}
        aria-label={`Colour of ${label}`}
        data-help="Its colour on the pad."
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
