import { store, usePage } from '../../engine-client/page.js';
import { useIsEffect } from '../../engine-client/use-is-effect.js';
import { setView } from '../../engine-client/view.js';
import { Badge } from '../../shared/controls/badge.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { formatValue } from '../../shared/controls/units.js';
import { regressorName } from './regressor-form.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './fit-view.module.css';

/** Number of latents up to which each bar has room for its number. */
const MOST_NUMBERS = 16;

/** The result of the last training: error per latent, missed examples and contradictions. */
export function FitView({ count }: { count: number }) {
  const training = usePage((state) => state.training);
  const examples = usePage((state) => state.examples);
  const selected = usePage(({ view }) => view.dimension);
  const isEffect = useIsEffect();
  const { report } = training;
  if (isEffect)
    return (
      <EmptyState title="Nothing to learn">
        This model is an effect: it has no latents that a mapping could lead to.
      </EmptyState>
    );
  if (report === null || count === 0) {
    return (
      <EmptyState
        title={count === 0 ? 'No examples yet' : training.learned ? 'Learned before' : 'Not learned yet'}
      >
        {count === 0 ? (
          <>
            Capture a sound with <kbd>C</kbd>: the mapping is learned from the examples.
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
  const step = Math.ceil(report.dimensions.length / MOST_NUMBERS);
  const missed = [...new Map(report.missed.map((miss) => [miss.example, miss])).values()];
  return (
    <div className={styles.fit}>
      <p className={styles.summary}>
        <span>
          {report.milliseconds === null ? (
            'Came with the preset'
          ) : (
            <>
              Learned in <b>{formatValue(report.milliseconds / 1000, 's')}</b>
            </>
          )}
        </span>
        <span>
          mean error <b>{percent(meanError(report.dimensions))}</b> of the examples’ spread
        </span>
        {training.stale && <Badge>changed since</Badge>}
      </p>
      <ul className={styles.bars} data-many={step > 1} aria-label="Error per latent">
        {report.dimensions.map(({ dimension, kind, errorRelative: error }) => (
          <li key={dimension}>
            <button
              type="button"
              className={styles.bar}
              aria-pressed={selected === dimension}
              aria-label={`Latent ${dimension + 1}, ${regressorName(kind)}: error ${percent(error)}`}
              data-help={`Latent ${dimension + 1}, ${regressorName(kind)}: error ${percent(error)}`}
              onClick={() => setView(store, { dimension: selected === dimension ? null : dimension })}
            >
              <span style={{ height: `${Math.max(4, (100 * error) / worst)}%` }} />
              <small aria-hidden="true">{dimension % step === 0 ? dimension + 1 : '\u00a0'}</small>
            </button>
          </li>
        ))}
      </ul>
      {report.contradictions.map((group) => (
        <p key={group.join()} className={styles.contradiction}>
          {group.map(label).join(' and ')} ask for different sounds at one position: move one of them.
        </p>
      ))}
      {missed.length === 0 ? (
        <p className={utilities.note}>The mapping reaches every example.</p>
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
              is missed by {percent(miss.missRelative)} of the examples’ spread, most on latent{' '}
              {miss.dimension + 1}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** @param share of the spread of the examples' latents */
const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

function meanError(dimensions: readonly { errorRelative: number }[]): number {
  const sum = dimensions.reduce((total, { errorRelative }) => total + errorRelative, 0);
  return sum / Math.max(1, dimensions.length);
}
