import { compare, perform, redo, undo } from '../engine-client/commands.js';
import { store, usePage } from '../engine-client/page.js';
import { setView } from '../engine-client/view.js';
import { openDeck } from '../features/deck/open-deck.js';
import { stepPreset } from '../features/library/library-commands.js';
import { modelFacts } from '../features/library/model-facts.js';
import { Button, IconButton, IconLink } from '../shared/controls/button.js';
import { Segmented } from '../shared/controls/segmented.js';
import { Icon } from '../shared/controls/icon.js';
import { COMMAND_KEY } from '../shared/platform.js';
import { EngineStatus } from './engine-status.js';
import { switchTheme } from './theme.js';
import utilities from '../shared/styles/utilities.module.css';
import styles from './header.module.css';

/** Model, preset, undo and redo, theme, shortcuts and the state of the engine. */
export function Header() {
  const theme = usePage(({ view }) => view.theme);
  const history = usePage((state) => state.history);
  return (
    <header className={styles.header}>
      <h1 className={styles.wordmark}>Tiller</h1>
      <ModelButton />
      <PresetGroup />
      <div className={styles.group}>
        <IconButton
          label="Undo"
          icon="undo"
          disabled={!history.canUndo}
          help={
            history.undoLabel === null ? 'Nothing to undo.' : `Undo ${history.undoLabel} (${COMMAND_KEY} Z).`
          }
          onPress={undo}
        />
        <IconButton
          label="Redo"
          icon="redo"
          disabled={!history.canRedo}
          help={
            history.redoLabel === null
              ? 'Nothing to redo.'
              : `Redo ${history.redoLabel} (Shift ${COMMAND_KEY} Z).`
          }
          onPress={redo}
        />
      </div>
      <Comparison />
      <div className={utilities.spacer} />
      <IconButton
        label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
        icon={theme === 'dark' ? 'sun' : 'moon'}
        onPress={switchTheme}
      />
      <IconLink
        label="Manual"
        icon="book"
        help="Opens the manual in a window of its own."
        href="manual/index.html"
      />
      <IconButton
        label="Keyboard shortcuts"
        icon="keys"
        help="Lists the keyboard shortcuts (?)."
        onPress={() => setView(store, { shortcutsShown: true })}
      />
      <IconButton
        label="Deck view"
        icon="deck"
        help="What is played on stage, over the whole window, in sizes for fingers (D)."
        onPress={openDeck}
      />
      <EngineStatus />
    </header>
  );
}

function ModelButton() {
  const { card, missing, loading } = usePage((state) => state.model);
  const name = loading ? 'Loading…' : (missing?.name ?? card?.name ?? 'No model');
  return (
    <button
      type="button"
      className={styles.field}
      aria-label={`Model: ${name}${missing === null ? (card === null ? '' : `, ${modelFacts(card)}`) : ', missing'}`}
      data-missing={missing !== null}
      data-help={
        missing === null
          ? 'The current model. Press to browse the models, or drop a .ts file on the window.'
          : `“${missing.name}” is not in the library. Drop its .ts file on the window.`
      }
      onClick={() => setView(store, { panel: 'library' })}
    >
      {missing !== null && <Icon name="warning" />}
      <span className={styles.name}>{name}</span>
      {card !== null && missing === null && <span className={styles.detail}>{modelFacts(card)}</span>}
      {missing !== null && <span className={styles.detail}>missing</span>}
    </button>
  );
}

/** The two states that are compared. */
function Comparison() {
  const { side, begun } = usePage((state) => state.comparison);
  return (
    <Segmented
      label="Compare"
      value={side}
      choices={[
        { value: 'A', label: 'A', help: 'Two states of the instrument to compare: A (B switches).' },
        {
          value: 'B',
          label: 'B',
          help: begun
            ? 'The other state of the instrument (B switches).'
            : 'Keeps the instrument as A and goes on with a copy, B (B switches).',
        },
      ]}
      onChange={compare}
    />
  );
}

function PresetGroup() {
  const name = usePage(({ about }) => about.name);
  const dirty = usePage(({ history }) => history.dirty);
  const saved = usePage(({ library }) => library.current !== null);
  const many = usePage(({ library }) => library.presets.length > 0);
  return (
    <div className={`${styles.group} ${styles.preset}`} role="group" aria-label="Preset">
      <IconButton label="Previous preset" icon="left" disabled={!many} onPress={() => stepPreset(-1)} />
      <button
        type="button"
        className={styles.field}
        aria-label={`Preset: ${name || 'Untitled'}${dirty ? ', changed' : ''}`}
        data-help="The current preset. Press to browse the presets."
        onClick={() => setView(store, { panel: 'library' })}
      >
        <span className={styles.name}>{name || 'Untitled'}</span>
        <span className={styles.dirty} data-dirty={dirty} aria-hidden="true" />
      </button>
      <IconButton label="Next preset" icon="right" disabled={!many} onPress={() => stepPreset(1)} />
      <Button
        label="Save"
        tone="quiet"
        disabled={!dirty && saved}
        help="Saves the preset; a factory preset is saved as a copy of your own."
        onPress={() => perform({ type: 'save-preset' })}
      />
    </div>
  );
}
