import { useState } from 'react';
import type { PresetEntry } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { saveFile } from '../../engine-client/download.js';
import { usePage } from '../../engine-client/page.js';
import { Button, IconButton } from '../../shared/controls/button.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { FileButton } from '../../shared/controls/file-button.js';
import { focusNeighbour } from '../../shared/controls/pass-focus.js';
import { TextField } from '../../shared/controls/text-field.js';
import { addFiles } from './add-files.js';
import { deletePreset, newPreset, openPreset } from './library-commands.js';
import { Badge, Tag } from '../../shared/controls/badge.js';
import textField from '../../shared/controls/text-field.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './library.module.css';

function matches(entry: PresetEntry, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [entry.name, entry.author, entry.description, entry.model?.name ?? '', ...entry.tags]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Presets, to open, save and put in order. */
export function PresetsList({ search }: { search: string }) {
  const { presets, current } = usePage((state) => state.library);
  const name = usePage(({ about }) => about.name);
  const dirty = usePage(({ history }) => history.dirty);
  const found = presets.filter((entry) => matches(entry, search));
  const [naming, setNaming] = useState<string | null>(null);
  const saveAs = () => {
    if (naming !== null && naming.trim() !== '') perform({ type: 'save-preset-as', name: naming.trim() });
    setNaming(null);
  };
  return (
    <>
      <div className={`${utilities.scroll} ${styles.list}`}>
        {found.map((entry) => (
          <PresetRow key={entry.id} entry={entry} current={entry.id === current} />
        ))}
        {found.length === 0 && (
          <EmptyState icon="search" title={presets.length === 0 ? 'No presets yet' : 'Nothing found'}>
            {presets.length === 0
              ? 'Save what you play: a preset holds the whole instrument.'
              : 'Try another word: names, tags, authors and models are searched.'}
          </EmptyState>
        )}
      </div>
      <footer className={styles.foot}>
        {naming === null ? (
          <>
            <Button
              label="New"
              tone="quiet"
              help="An empty instrument on the same model."
              onPress={() => void newPreset()}
            />
            <FileButton label="Import" accept=".tiller,.json" onFiles={addFiles} />
            <div className={utilities.spacer} />
            <Button label="Save as…" onPress={() => setNaming(name)} />
            <Button
              label="Save"
              icon="save"
              tone={dirty ? 'primary' : 'plain'}
              disabled={!dirty && current !== null}
              onPress={() => perform({ type: 'save-preset' })}
            />
          </>
        ) : (
          <>
            <input
              autoFocus
              className={`${textField.field} ${utilities.grow}`}
              aria-label="Name of the new preset"
              value={naming}
              maxLength={120}
              onFocus={(event) => event.currentTarget.select()}
              onChange={(event) => setNaming(event.currentTarget.value)}
              onKeyDown={(event) => {
                event.stopPropagation();
                if (event.key === 'Enter') saveAs();
                if (event.key === 'Escape') setNaming(null);
              }}
            />
            <Button label="Cancel" tone="quiet" onPress={() => setNaming(null)} />
            <Button label="Save" tone="primary" disabled={naming.trim() === ''} onPress={saveAs} />
          </>
        )}
      </footer>
    </>
  );
}

function PresetRow({ entry, current }: { entry: PresetEntry; current: boolean }) {
  const [renaming, setRenaming] = useState(false);
  const { id, name, factory, modelPresent, model, problem } = entry;
  return (
    <div className={styles.row} data-row data-current={current}>
      {!renaming ? (
        <button
          type="button"
          className={styles.open}
          aria-current={current}
          disabled={problem !== null}
          data-help={problem ?? (entry.description || `Open ${name}.`)}
          onClick={() => void openPreset(id)}
        >
          <span className={styles.name}>{name}</span>
          <span className={styles.detail}>
            {problem !== null ? (
              <>
                <Badge tone="danger" className={styles.problem}>
                  unreadable
                </Badge>
                <span className={utilities.clip}>{problem}</span>
              </>
            ) : !modelPresent && model !== null ? (
              <Badge
                tone="danger"
                className={styles.problem}
                help={`It plays ${model.name}, which is not in the library.`}
              >
                needs {model.name}
              </Badge>
            ) : (
              <span>{model?.name ?? 'no model'}</span>
            )}
            {entry.tags.slice(0, 3).map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
            {factory && <Tag>factory</Tag>}
          </span>
        </button>
      ) : (
        <TextField
          eager
          className={utilities.grow}
          label={`New name of ${name}`}
          value={name}
          onAccept={(typed) => perform({ type: 'rename-preset', id, name: typed })}
          onDone={() => setRenaming(false)}
        />
      )}
      <div className={styles.actions}>
        {!factory && problem === null && (
          <IconButton label={`Rename ${name}`} icon="pencil" onPress={() => setRenaming(true)} />
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
      </div>
    </div>
  );
}
