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
import { FavouriteButton } from './favourite-button.js';
import { containsWords, type LibraryFilter } from './library-filter.js';
import { removeModel } from './library-commands.js';
import { List, ListActions, ListEntry, ListFoot, ListProblem, ListRow } from './list.js';
import { modelFacts } from './model-facts.js';
import { ModelReport } from './model-report.js';
import utilities from '../../shared/styles/utilities.module.css';

const shortCount = (count: number) =>
  count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : `${Math.max(1, Math.round(count / 1e3))} k`;

/** The models on this machine that match the filter, and the import of others. */
export function ModelsList({ filter }: { filter: LibraryFilter }) {
  const { models, importing } = usePage((state) => state.library);
  const current = usePage(({ model }) => model.card);
  const missing = usePage(({ model }) => model.missing);
  const favourites = usePage((state) => state.favourites.models);
  const found = models.filter(
    ({ name, text, sha256 }) =>
      containsWords(filter.search, [name, text ?? '']) && (!filter.favourites || favourites.includes(sha256)),
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
      <ListFoot>
        <span className={`${utilities.note} ${utilities.grow}`}>
          {current === null && 'No model is loaded.'}
        </span>
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
        facts={<ModelFacts card={card} detailed={current} />}
        text={card.text}
      />
      {current && card.report !== null && <ModelReport card={card} report={card.report} />}
      <ListActions>
        <FavouriteButton kind="model" id={sha256} name={name} />
        {card.removable && (
          <IconButton
            label={`Remove ${name}`}
            icon="bin"
            help="Removes it from the library; this can be undone."
            onPress={() => {
              focusNeighbour();
              removeModel(sha256, name);
            }}
          />
        )}
      </ListActions>
    </ListRow>
  );
}

function ModelFacts({ card, detailed }: { card: ModelCard; detailed: boolean }) {
  return (
    <>
      <span>
        {modelFacts(card)}
        {detailed &&
          ` · ${card.latentDims} of ${card.fullLatentDims} latents · ${shortCount(card.parameters)} parameters · ${card.inputChannels} in, ${card.outputChannels} out · own delay ${card.delaySamples} samples (${((1000 * card.delaySamples) / card.sampleRate).toFixed(1)} ms) · licence ${card.licence ?? 'not stated'}`}
      </span>
      {card.bundled && <Tag>bundled</Tag>}
      {!card.streaming && (
        <ListProblem help="Exported without cached convolutions: expect clicks where its blocks meet.">
          not streaming
        </ListProblem>
      )}
    </>
  );
}
