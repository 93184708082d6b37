import { useState } from 'react';
import type { PresetEntry } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { saveFile } from '../../engine-client/download.js';
import { usePage } from '../../engine-client/page.js';
import { Tag } from '../../shared/controls/badge.js';
import { Button, IconButton } from '../../shared/controls/button.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { FileButton } from '../../shared/controls/file-button.js';
import { focusNeighbour } from '../../shared/controls/focus-neighbour.js';
import { TextField } from '../../shared/controls/text-field.js';
import { addFiles } from './add-files.js';
import { deletePreset, newPreset, openPreset } from './library-commands.js';
import { List, ListActions, ListEntry, ListFoot, ListProblem, ListRow } from './list.js';
import textField from '../../shared/controls/text-field.module.css';
import utilities from '../../shared/styles/utilities.module.css';

const MOST_TAGS_SHOWN = 3;

function matches(entry: PresetEntry, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [entry.name, entry.author, entry.description, entry.model?.name ?? '', ...entry.tags]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The presets on this machine that match `search`, to open, save, rename and delete. */
export function PresetsList({ search }: { search: string }) {
  const { presets, current } = usePage((state) => state.library);
  const name = usePage(({ about }) => about.name);
  const [naming, setNaming] = useState(false);
  const found = presets.filter((entry) => matches(entry, search));
  return (
    <>
      <List
        items={found}
        keyOf={({ id }) => id}
        row={(entry) => <PresetRow entry={entry} current={entry.id === current} />}
      >
        {found.length === 0 && (
          <EmptyState icon="search" title={presets.length === 0 ? 'No presets yet' : 'Nothing found'}>
            {presets.length === 0
              ? 'Save what you play: a preset holds the whole instrument.'
              : 'Try another word: names, tags, authors, descriptions and models are searched.'}
          </EmptyState>
        )}
      </List>
      <ListFoot>
        {naming ? (
          <SaveAs name={name} onDone={() => setNaming(false)} />
        ) : (
          <PresetActions onSaveAs={() => setNaming(true)} />
        )}
      </ListFoot>
    </>
  );
}

function PresetActions({ onSaveAs }: { onSaveAs: () => void }) {
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
      <Button label="Save as…" onPress={onSaveAs} />
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
          if (event.key === 'Enter') save();
          if (event.key === 'Escape') onDone();
        }}
      />
      <Button label="Cancel" tone="quiet" onPress={onDone} />
      <Button label="Save" tone="primary" disabled={text.trim() === ''} onPress={save} />
    </>
  );
}

function PresetRow({ entry, current }: { entry: PresetEntry; current: boolean }) {
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
          help={problem ?? (entry.description || `Open ${name}.`)}
          disabled={problem !== null}
          onPress={() => void openPreset(id)}
        >
          <PresetFacts entry={entry} />
        </ListEntry>
      )}
      <PresetRowActions entry={entry} onRename={() => setRenaming(true)} />
    </ListRow>
  );
}

function PresetFacts({ entry: { problem, model, modelPresent, tags, factory } }: { entry: PresetEntry }) {
  return (
    <>
      {problem !== null ? (
        <>
          <ListProblem>unreadable</ListProblem>
          <span className={utilities.clip}>{problem}</span>
        </>
      ) : !modelPresent && model !== null ? (
        <ListProblem help={`It plays ${model.name}, which is not in the library.`}>
          needs {model.name}
        </ListProblem>
      ) : (
        <span>{model?.name ?? 'no model'}</span>
      )}
      {tags.slice(0, MOST_TAGS_SHOWN).map((tag) => (
        <Tag key={tag}>{tag}</Tag>
      ))}
      {factory && <Tag>factory</Tag>}
    </>
  );
}

function PresetRowActions({ entry, onRename }: { entry: PresetEntry; onRename: () => void }) {
  const { id, name, factory, problem } = entry;
  return (
    <ListActions>
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
