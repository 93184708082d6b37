import { memo, type CSSProperties } from 'react';
import type { Example } from '../../../document/example.js';
import { edit, perform } from '../../engine-client/commands.js';
import { store, usePage } from '../../engine-client/page.js';
import { useIsEffect } from '../../engine-client/use-is-effect.js';
import { setView } from '../../engine-client/view.js';
import { Badge } from '../../shared/controls/badge.js';
import { IconButton } from '../../shared/controls/button.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { focusNeighbour } from '../../shared/controls/focus-neighbour.js';
import { TextField } from '../../shared/controls/text-field.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { VirtualTable } from '../../shared/controls/virtual-table.js';
import { goTo } from '../inputs/cursor.js';
import { CarryOver } from './carry-over.js';
import { ExampleValues } from './example-values.js';
import table from '../../shared/controls/table.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './examples.module.css';

/** The examples: a table, and the values of the selected one. */
export function ExamplesPanel() {
  const examples = usePage((state) => state.examples);
  const selected = usePage(({ view }) => view.selectedExample);
  const isEffect = useIsEffect();
  const selectedExample = examples.find(({ id }) => id === selected);
  if (examples.length === 0) {
    return (
      <>
        {isEffect ? (
          <EmptyState icon="target" title="No examples">
            This model is an effect: it has no latents that an example could keep.
          </EmptyState>
        ) : (
          <EmptyState icon="target" title="No examples yet">
            Find a sound with the latents above, put the cursor where it belongs on the pad, and press{' '}
            <kbd>C</kbd>. Two or three examples are enough to begin.
          </EmptyState>
        )}
        <CarryOver />
      </>
    );
  }
  return (
    <div className={utilities.panel}>
      <VirtualTable
        head={<Head />}
        count={examples.length}
        rowHeight={30}
        shown={selectedExample === undefined ? null : examples.indexOf(selectedExample)}
        row={(index, measure) => {
          const example = examples[index];
          return (
            example && (
              <ExampleRow
                key={example.id}
                measure={measure}
                example={example}
                number={index + 1}
                selected={example.id === selected}
              />
            )
          );
        }}
      />
      {selectedExample !== undefined && <ExampleValues key={selectedExample.id} example={selectedExample} />}
    </div>
  );
}

function Head() {
  return (
    <>
      <th scope="col" className={table.narrow}>
        <span className={utilities.visuallyHidden}>Hear</span>
      </th>
      <th scope="col" className={styles.labelHead}>
        Label
      </th>
      <th scope="col">Position</th>
      <th scope="col" className={styles.latentsHead}>
        Latents
      </th>
      <th scope="col" className={table.narrow}>
        On
      </th>
      <th scope="col" className={table.narrow}>
        <span className={utilities.visuallyHidden}>Actions</span>
      </th>
    </>
  );
}

interface ExampleRowProps {
  example: Example;
  /** Its place in the list, from 1. */
  number: number;
  selected: boolean;
  measure: (row: Element | null) => void;
}

const ExampleRow = memo(function ExampleRow({ example, number, selected, measure }: ExampleRowProps) {
  const auditioning = usePage(({ waiting }) => waiting.auditioning === example.id);
  const missed = usePage(
    ({ training }) => training.report?.missed.some((miss) => miss.example === example.id) ?? false,
  );
  const { id, label } = example;
  const shown = example.inputs.slice(0, 2).map((value) => value.toFixed(2));
  const place = shown.join(' · ') + (example.inputs.length > 2 ? ' …' : '');
  return (
    <tr
      ref={measure}
      data-index={number - 1}
      aria-rowindex={number + 1}
      className={styles.row}
      data-selected={selected}
      data-off={!example.enabled}
      onClick={() => setView(store, { selectedExample: id })}
    >
      <td className={table.narrow}>
        <button
          type="button"
          className={styles.dot}
          style={{ '--hue': String(example.hue) } as CSSProperties}
          aria-pressed={auditioning}
          aria-label={`${number}: hear ${label}`}
          data-help={
            number < 10
              ? `Play this example instead of the mapping. Key ${number} moves the cursor to it.`
              : 'Play this example instead of the mapping.'
          }
          onClick={() => perform({ type: 'audition', example: auditioning ? null : id })}
        >
          {number}
        </button>
      </td>
      <td>
        <span className={styles.label}>
          <TextField
            look="inline"
            label={`Label of example ${number}`}
            value={label}
            onAccept={(typed) => edit({ type: 'edit-example', id, change: { label: typed } })}
          />
          {missed && (
            <Badge tone="danger" help="The mapping does not reach this example: see Learn.">
              missed
            </Badge>
          )}
        </span>
      </td>
      <td>
        <button
          type="button"
          className={styles.place}
          aria-label={`Go to ${label}, ${place}`}
          data-help="Move the cursor to this example."
          onClick={() => goTo(example)}
        >
          {place}
        </button>
      </td>
      <td>
        <Spark values={example.latents} />
      </td>
      <td className={table.narrow}>
        <Toggle
          bare
          label={`Learn from ${label}`}
          help="Off: kept in the preset, but not used for training."
          checked={example.enabled}
          onChange={(enabled) => edit({ type: 'edit-example', id, change: { enabled } })}
        />
      </td>
      <td className={`${table.narrow} ${styles.actions}`}>
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
});

/** An example's first 32 latents as bars around zero, to distinguish examples. */
function Spark({ values }: { values: readonly number[] }) {
  const shown = values.slice(0, 32);
  const range = Math.max(2, ...shown.map(Math.abs));
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${shown.length * 4} 20`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {shown.map((value, i) => {
        const size = Math.max(0.8, (9.5 * Math.abs(value)) / range);
        return <rect key={i} x={i * 4 + 0.5} y={value > 0 ? 10 - size : 10} width="3" height={size} />;
      })}
    </svg>
  );
}
