import { useState } from 'react';
import type { PresetEntry } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { saveFile } from '../../engine-client/download.js';
import { usePage } from '../../engine-client/page.js';
import { Tag, TagButton } from '../../shared/controls/badge.js';
import { Button, IconButton } from '../../shared/controls/button.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { FileButton } from '../../shared/controls/file-button.js';
import { focusNeighbour } from '../../shared/controls/focus-neighbour.js';
import { TextField } from '../../shared/controls/text-field.js';
import { addFiles } from './add-files.js';
import { FavouriteButton } from './favourite-button.js';
import { containsWords, type LibraryFilter } from './library-filter.js';
import { deletePreset, newPreset, openPreset } from './library-commands.js';
import { List, ListActions, ListEntry, ListFoot, ListProblem, ListRow } from './list.js';
import textField from '../../shared/controls/text-field.module.css';
import utilities from '../../shared/styles/utilities.module.css';

const matches = (entry: PresetEntry, { search, tags }: LibraryFilter): boolean =>
  tags.every((tag) => entry.tags.includes(tag)) &&
  containsWords(search, [
    entry.name,
    entry.author,
    entry.description,
    entry.model?.name ?? '',
    ...entry.tags,
  ]);

interface PresetsListProps {
  filter: LibraryFilter;
  /** Shows only presets with a tag, or those without it, too. */
  onTag: (tag: string) => void;
}

/** The presets on this machine that match the filter, to open, save, rename and delete. */
export function PresetsList({ filter, onTag }: PresetsListProps) {
  const { presets, current } = usePage((state) => state.library);
  const favourites = usePage((state) => state.favourites.presets);
  const name = usePage(({ about }) => about.name);
  const [naming, setNaming] = useState<'not yet' | 'now' | 'ended'>('not yet');
  const found = presets.filter(
    (entry) => matches(entry, filter) && (!filter.favourites || favourites.includes(entry.id)),
  );
  return (
    <>
      <List
        items={found}
        keyOf={({ id }) => id}
        row={(entry) => (
          <PresetRow entry={entry} current={entry.id === current} tags={filter.tags} onTag={onTag} />
        )}
      >
        {found.length === 0 && (
          <EmptyState icon="search" title={presets.length === 0 ? 'No presets yet' : 'Nothing found'}>
            {presets.length === 0
              ? 'Save what you play: a preset holds the whole instrument.'
              : filter.favourites && favourites.length === 0
                ? 'There are no favourites yet. The star beside a preset makes it one.'
                : 'Try another word: names, tags, authors, descriptions and models are searched.'}
          </EmptyState>
        )}
      </List>
      <ListFoot>
        {naming === 'now' ? (
          <SaveAs name={name} onDone={() => setNaming('ended')} />
        ) : (
          <PresetActions named={naming === 'ended'} onSaveAs={() => setNaming('now')} />
        )}
      </ListFoot>
    </>
  );
}

/** @param named whether they replace the field for the name, whose focus they take over */
function PresetActions({ named, onSaveAs }: { named: boolean; onSaveAs: () => void }) {
  const saved = usePage(({ library }) => library.current !== null);
  const dirty = usePage(({ history }) => history.dirty);
  return (
    <>
      <Button
        label="New"
        tone="quiet"
        help="An empty instrument with the same model."
        onPress={() => void newPreset()}
      />
      <FileButton label="Import" accept=".tiller,.json" onFiles={addFiles} />
      <div className={utilities.spacer} />
      <Button label="Save as…" autoFocus={named} onPress={onSaveAs} />
      <Button
        label="Save"
        icon="save"
        tone={dirty ? 'primary' : 'plain'}
        disabled={!dirty && saved}
        onPress={() => perform({ type: 'save-preset' })}
      />
    </>
  );
}

/** Asks for the name of a new preset; `name` is proposed. */
function SaveAs({ name, onDone }: { name: string; onDone: () => void }) {
  const [text, setText] = useState(name);
  const save = () => {
    if (text.trim() !== '') perform({ type: 'save-preset-as', name: text.trim() });
    onDone();
  };
  return (
    <>
      <input
        autoFocus
        className={`${textField.field} ${utilities.grow}`}
        aria-label="Name of the new preset"
        value={text}
        maxLength={120}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key !== 'Enter' && event.key !== 'Escape') return;
          // The focus goes on while the key is down: its default action would press the button that gets it.
          event.preventDefault();
          if (event.key === 'Enter') save();
          else onDone();
        }}
      />
      <Button label="Cancel" tone="quiet" onPress={onDone} />
      <Button label="Save" tone="primary" disabled={text.trim() === ''} onPress={save} />
    </>
  );
}

interface PresetRowProps {
  entry: PresetEntry;
  current: boolean;
  /** The tags that the list is narrowed to. */
  tags: readonly string[];
  onTag: (tag: string) => void;
}

function PresetRow({ entry, current, tags, onTag }: PresetRowProps) {
  const [renaming, setRenaming] = useState(false);
  const { id, name, problem } = entry;
  return (
    <ListRow current={current}>
      {renaming ? (
        <TextField
          eager
          className={utilities.grow}
          label={`New name of ${name}`}
          value={name}
          onAccept={(typed) => perform({ type: 'rename-preset', id, name: typed })}
          onDone={() => setRenaming(false)}
        />
      ) : (
        <ListEntry
          name={name}
          current={current}
          help={problem === null ? `Open ${name}.` : 'This file cannot be opened.'}
          disabled={problem !== null}
          onPress={() => void openPreset(id)}
          facts={<PresetFacts entry={entry} tags={tags} onTag={onTag} />}
          text={problem ?? entry.description}
        />
      )}
      <PresetRowActions entry={entry} onRename={() => setRenaming(true)} />
    </ListRow>
  );
}

function PresetFacts({ entry, tags, onTag }: Omit<PresetRowProps, 'current'>) {
  const { problem, model, modelPresent, factory, author } = entry;
  return (
    <>
      {problem !== null ? (
        <ListProblem>unreadable</ListProblem>
      ) : !modelPresent && model !== null ? (
        <ListProblem help={`It plays ${model.name}, which is not in the library.`}>
          needs {model.name}
        </ListProblem>
      ) : (
        <span>
          {model?.name ?? 'no model'}
          {author !== '' && !factory && ` · ${author}`}
        </span>
      )}
      {factory && <Tag>factory</Tag>}
      {entry.tags.map((tag) => (
        <TagButton key={tag} tag={tag} pressed={tags.includes(tag)} onPress={() => onTag(tag)} />
      ))}
    </>
  );
}

function PresetRowActions({ entry, onRename }: { entry: PresetEntry; onRename: () => void }) {
  const { id, name, factory, problem } = entry;
  return (
    <ListActions>
      {problem === null && <FavouriteButton kind="preset" id={id} name={name} />}
      {!factory && problem === null && (
        <IconButton label={`Rename ${name}`} icon="pencil" onPress={onRename} />
      )}
      {problem === null && (
        <>
          <IconButton
            label={`Duplicate ${name}`}
            icon="copy"
            onPress={() => perform({ type: 'duplicate-preset', id })}
          />
          <IconButton
            label={`Save ${name} to a file`}
            icon="save"
            onPress={() => void saveFile('preset', `${name}.tiller.json`, `?id=${encodeURIComponent(id)}`)}
          />
        </>
      )}
      {!factory && (
        <IconButton
          label={`Delete ${name}`}
          icon="bin"
          onPress={() => {
            focusNeighbour();
            deletePreset(id, name);
          }}
        />
      )}
    </ListActions>
  );
}
