import { Popover } from 'radix-ui';
import type { PlayOrder } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button, IconButton } from '../../shared/controls/button.js';
import type { Choice } from '../../shared/controls/choices.js';
import { focusNeighbour } from '../../shared/controls/focus-neighbour.js';
import { Icon } from '../../shared/controls/icon.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { chooseAudioFiles } from './choose-audio-files.js';
import styles from './file-list.module.css';

const ORDERS: readonly Choice<PlayOrder>[] = [
  { value: 'list', label: 'In order', help: 'One file after the other, and the first one after the last.' },
  { value: 'random', label: 'Random', help: 'Any other file after each.' },
  { value: 'repeat', label: 'Repeat', help: 'The same file again.' },
];

/** The audio files that were added, in a popover: to play, move and remove them, and what follows each. */
export function FileList() {
  const files = usePage(({ live }) => live?.files ?? []);
  const order = usePage(({ live }) => live?.order ?? 'list');
  const playing = usePage(({ live }) => (live?.source.kind === 'file' ? live.source.id : null));
  return (
    <Popover.Root>
      <Popover.Trigger
        className={styles.trigger}
        data-help="The list of audio files: add, play, move and remove them."
      >
        <Icon name="list" />
        <span>Files</span>
        <span className={styles.count}>{files.length}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={styles.list}
          aria-label="Files"
          side="top"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          onKeyDown={(event) => event.stopPropagation()}
        >
          {files.length === 0 ? (
            <p className={styles.empty}>No files yet. Drop some on the window, or add them here.</p>
          ) : (
            <ul>
              {files.map(({ id, name }, place) => (
                <li key={id} data-row data-playing={id === playing}>
                  <button
                    type="button"
                    className={styles.name}
                    aria-label={`Play ${name}`}
                    aria-current={id === playing}
                    data-help={name}
                    onClick={() => perform({ type: 'source', source: { kind: 'file', id } })}
                  >
                    {name}
                  </button>
                  <IconButton
                    label={`Move ${name} up`}
                    icon="up"
                    disabled={place === 0}
                    onPress={() => perform({ type: 'move-file', id, to: place - 1 })}
                  />
                  <IconButton
                    label={`Move ${name} down`}
                    icon="down"
                    disabled={place === files.length - 1}
                    onPress={() => perform({ type: 'move-file', id, to: place + 1 })}
                  />
                  <IconButton
                    label={`Remove ${name}`}
                    icon="close"
                    onPress={() => {
                      focusNeighbour();
                      perform({ type: 'remove-file', id });
                    }}
                  />
                </li>
              ))}
            </ul>
          )}
          <div className={styles.foot}>
            <Segmented
              label="After a file"
              value={order}
              choices={ORDERS}
              onChange={(chosen) => perform({ type: 'play-order', order: chosen })}
            />
            <Button label="Add…" onPress={chooseAudioFiles} />
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
