import type { ModelCard } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { IconButton } from '../../shared/controls/button.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { FileButton } from '../../shared/controls/file-button.js';
import { focusNeighbour } from '../../shared/controls/pass-focus.js';
import { addFiles } from './add-files.js';
import { removeModel } from './library-commands.js';
import { Badge, Tag } from '../../shared/controls/badge.js';
import { FaultNote } from '../../shared/controls/fault-note.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './library.module.css';

/** "44.1k · hop 512 · 8D": what decides how a model plays. */
export function modelFacts(card: ModelCard): string {
  const rate = card.sampleRate / 1000;
  return `${Number.isInteger(rate) ? rate : rate.toFixed(1)}k · hop ${card.hop} · ${card.latentDims}D`;
}

const millions = (count: number) =>
  count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : `${Math.max(1, Math.round(count / 1e3))} k`;

/** Models, their cards, and the way in for new ones. */
export function ModelsList({ search }: { search: string }) {
  const { models, importing } = usePage((state) => state.library);
  const current = usePage(({ model }) => model.card);
  const missing = usePage(({ model }) => model.missing);
  const found = models.filter(({ name, text }) =>
    `${name} ${text ?? ''}`.toLowerCase().includes(search.trim().toLowerCase()),
  );
  return (
    <>
      {missing !== null && (
        <FaultNote>
          <strong>“{missing.name}” is missing.</strong>
          <p>
            Drop its .ts file on this window, or choose another model. SHA-256 {missing.sha256.slice(0, 12)}…
          </p>
        </FaultNote>
      )}
      <div className={`${utilities.scroll} ${styles.list}`}>
        {found.map((card) => (
          <div
            key={card.sha256}
            className={styles.row}
            data-row
            data-current={card.sha256 === current?.sha256}
          >
            <button
              type="button"
              className={styles.open}
              aria-current={card.sha256 === current?.sha256}
              data-help={`Play ${card.name}.`}
              onClick={() => perform({ type: 'select-model', sha256: card.sha256 })}
            >
              <span className={styles.name}>{card.name}</span>
              <span className={styles.detail}>
                <span>{modelFacts(card)}</span>
                {card.bundled && <Tag>bundled</Tag>}
                {!card.streaming && (
                  <Badge
                    tone="danger"
                    className={styles.problem}
                    help="Exported without caches: clicks at the borders of its blocks are the file’s own."
                  >
                    not streaming
                  </Badge>
                )}
              </span>
            </button>
            {card.removable && (
              <div className={styles.actions}>
                <IconButton
                  label={`Remove ${card.name}`}
                  icon="bin"
                  help="Takes it out of the library; it can be brought back."
                  onPress={() => {
                    focusNeighbour();
                    removeModel(card.sha256, card.name);
                  }}
                />
              </div>
            )}
          </div>
        ))}
        {found.length === 0 && importing === null && (
          <EmptyState icon="upload" title={models.length === 0 ? 'No models yet' : 'Nothing found'}>
            Drop a RAVE model (.ts) on this window: Tiller reads it without Python.
          </EmptyState>
        )}
      </div>
      <footer className={`${styles.foot} ${styles.modelFoot}`}>
        {current === null ? (
          <span className={`${utilities.note} ${styles.footNote}`}>No model plays.</span>
        ) : (
          <Card card={current} />
        )}
        <FileButton label="Import .ts" accept=".ts" onFiles={addFiles} />
      </footer>
    </>
  );
}

function Card({ card }: { card: ModelCard }) {
  return (
    <div className={styles.card}>
      <strong className={utilities.clip}>{card.name}</strong>
      <p className={utilities.note}>
        {millions(card.parameters)} parameters · {card.inputChannels} in, {card.outputChannels} out · own
        delay {card.delaySamples} samples · licence {card.licence ?? 'not stated'}
      </p>
      {card.text !== null && (
        <p className={`${utilities.note} ${styles.clamp}`} data-help={card.text}>
          {card.text}
        </p>
      )}
    </div>
  );
}
