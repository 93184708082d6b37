import { store, usePage } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { Badge } from '../../shared/controls/badge.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { formatValue } from '../../shared/controls/units.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './fit-view.module.css';

/** Latents whose numbers have room under their bars. */
const MOST_NUMBERS = 16;

export function FitView({ count }: { count: number }) {
  const training = usePage((state) => state.training);
  const examples = usePage((state) => state.examples);
  const selected = usePage(({ view }) => view.dimension);
  const { report } = training;
  if (report === null || count === 0) {
    return (
      <EmptyState
        icon="brain"
        title={count === 0 ? 'No examples yet' : training.learned ? 'Learned before' : 'Not learned yet'}
      >
        {count === 0 ? (
          <>
            Capture a sound with <kbd>C</kbd>: the mapping is learned from where you put it.
          </>
        ) : (
          <>
            {training.learned && 'The mapping came with the preset. '}Press <kbd>L</kbd> to learn from {count}{' '}
            {count === 1 ? 'example' : 'examples'} and see the fit.
          </>
        )}
      </EmptyState>
    );
  }
  const worst = Math.max(0.05, ...report.dimensions.map(({ errorRelative }) => errorRelative));
  const label = (id: string) => examples.find((example) => example.id === id)?.label ?? 'a deleted example';
  const every = Math.ceil(report.dimensions.length / MOST_NUMBERS);
  const missed = [...new Map(report.missed.map((miss) => [miss.example, miss])).values()];
  return (
    <div className={styles.fit}>
      <p className={styles.summary}>
        <span>
          Learned in <b>{formatValue(report.milliseconds / 1000, 's')}</b>
        </span>
        <span>
          mean error <b>{percent(meanError(report.dimensions))}</b>
        </span>
        {training.stale && <Badge>changed since</Badge>}
      </p>
      <ul className={styles.bars} data-many={every > 1} aria-label="Error per latent">
        {report.dimensions.map(({ dimension, kind, errorRelative: miss }) => (
          <li key={dimension}>
            <button
              type="button"
              className={styles.bar}
              aria-pressed={selected === dimension}
              aria-label={`Latent ${dimension + 1}, ${kind}: error ${percent(miss)}`}
              data-help={`Latent ${dimension + 1}, ${kind}: error ${percent(miss)}`}
              onClick={() => setView(store, { dimension: selected === dimension ? null : dimension })}
            >
              <span style={{ height: `${Math.max(4, (100 * miss) / worst)}%` }} />
              <small aria-hidden="true">{dimension % every === 0 ? dimension + 1 : '\u00a0'}</small>
            </button>
          </li>
        ))}
      </ul>
      {report.contradictions.map((group) => (
        <p key={group.join()} className={styles.contradiction}>
          {group.map(label).join(' and ')} ask for different sounds at one place: move one of them apart.
        </p>
      ))}
      {missed.length === 0 ? (
        <p className={utilities.note}>Every example is met.</p>
      ) : (
        <ul className={styles.missed} aria-label="Examples that the mapping misses">
          {missed.slice(0, 4).map((miss) => (
            <li key={miss.example}>
              <button
                type="button"
                onClick={() => setView(store, { selectedExample: miss.example, panel: 'examples' })}
              >
                {label(miss.example)}
              </button>{' '}
              is missed by {percent(miss.missRelative)}, most on latent {miss.dimension + 1}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A share of the examples' own spread. */
const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

function meanError(dimensions: readonly { errorRelative: number }[]): number {
  const sum = dimensions.reduce((total, { errorRelative }) => total + errorRelative, 0);
  return sum / Math.max(1, dimensions.length);
}
