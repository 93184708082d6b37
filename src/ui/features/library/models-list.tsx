import type { ModelCard } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Tag } from '../../shared/controls/badge.js';
import { IconButton } from '../../shared/controls/button.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { FaultNote } from '../../shared/controls/fault-note.js';
import { FileButton } from '../../shared/controls/file-button.js';
import { focusNeighbour } from '../../shared/controls/focus-neighbour.js';
import { addFiles } from './add-files.js';
import { removeModel } from './library-commands.js';
import { List, ListActions, ListEntry, ListFoot, ListProblem, ListRow } from './list.js';
import { modelFacts } from './model-facts.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './models-list.module.css';

const shortCount = (count: number) =>
  count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : `${Math.max(1, Math.round(count / 1e3))} k`;

/** The models on this machine, the current one's card, and the import of others. */
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
      <List
        items={found}
        keyOf={({ sha256 }) => sha256}
        row={(card) => <ModelRow card={card} current={card.sha256 === current?.sha256} />}
      >
        {found.length === 0 && importing === null && (
          <EmptyState icon="upload" title={models.length === 0 ? 'No models yet' : 'Nothing found'}>
            Drop a RAVE model (.ts) on this window: Tiller reads it without Python.
          </EmptyState>
        )}
      </List>
      <ListFoot className={styles.foot}>
        {current === null ? (
          <span className={`${utilities.note} ${styles.none}`}>No model is loaded.</span>
        ) : (
          <CurrentModel card={current} />
        )}
        <FileButton label="Import .ts" accept=".ts" onFiles={addFiles} />
      </ListFoot>
    </>
  );
}

function ModelRow({ card, current }: { card: ModelCard; current: boolean }) {
  const { sha256, name } = card;
  return (
    <ListRow current={current}>
      <ListEntry
        name={name}
        current={current}
        help={`Play ${name}.`}
        onPress={() => perform({ type: 'select-model', sha256 })}
      >
        <span>{modelFacts(card)}</span>
        {card.bundled && <Tag>bundled</Tag>}
        {!card.streaming && (
          <ListProblem help="Exported without cached convolutions: expect clicks where its blocks meet.">
            not streaming
          </ListProblem>
        )}
      </ListEntry>
      {card.removable && (
        <ListActions>
          <IconButton
            label={`Remove ${name}`}
            icon="bin"
            help="Removes it from the library; this can be undone."
            onPress={() => {
              focusNeighbour();
              removeModel(sha256, name);
            }}
          />
        </ListActions>
      )}
    </ListRow>
  );
}

function CurrentModel({ card }: { card: ModelCard }) {
  return (
    <div className={styles.card}>
      <strong className={utilities.clip}>{card.name}</strong>
      <p className={utilities.note}>
        {shortCount(card.parameters)} parameters · {card.inputChannels} in, {card.outputChannels} out · own
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
