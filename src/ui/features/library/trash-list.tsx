import { useState } from 'react';
import type { FavouriteKind, TrashedItem } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button } from '../../shared/controls/button.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { focusNeighbour } from '../../shared/controls/focus-neighbour.js';
import { List, ListActions, ListFoot, ListNote, ListRow } from './list.js';
import utilities from '../../shared/styles/utilities.module.css';

interface Trashed extends TrashedItem {
  kind: FavouriteKind;
}

const WHEN = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Deleted presets and models, the last one first, each with a button that restores it. */
export function TrashList() {
  const { presets, models } = usePage((state) => state.trash);
  const items: Trashed[] = [
    ...presets.map((item) => ({ ...item, kind: 'preset' as const })),
    ...models.map((item) => ({ ...item, kind: 'model' as const })),
  ].sort((a, b) => b.deletedMs - a.deletedMs);
  return (
    <>
      <List
        items={items}
        keyOf={({ kind, token }) => `${kind} ${token}`}
        row={(item) => <TrashRow item={item} />}
      >
        {items.length === 0 && (
          <EmptyState icon="bin" title="The trash is empty">
            Deleted presets and models stay here for 30 days.
          </EmptyState>
        )}
      </List>
      {items.length > 0 && <EmptyTrash count={items.length} />}
    </>
  );
}

function TrashRow({ item: { kind, token, name, deletedMs } }: { item: Trashed }) {
  return (
    <ListRow current={false}>
      <ListNote name={name}>
        {kind} · deleted {WHEN.format(deletedMs)}
      </ListNote>
      <ListActions>
        <Button
          label="Restore"
          name={`Restore ${name}`}
          icon="undo"
          tone="quiet"
          onPress={() => {
            focusNeighbour();
            perform({ type: 'restore-from-trash', kind, token });
          }}
        />
      </ListActions>
    </ListRow>
  );
}

/** Asks before it removes everything for good: nothing brings that back. */
function EmptyTrash({ count }: { count: number }) {
  const [asking, setAsking] = useState(false);
  if (!asking)
    return (
      <ListFoot>
        <span className={`${utilities.note} ${utilities.grow}`}>
          What is here is removed for good after 30 days.
        </span>
        <Button label="Empty the trash…" tone="quiet" onPress={() => setAsking(true)} />
      </ListFoot>
    );
  return (
    <ListFoot>
      <span className={`${utilities.note} ${utilities.grow}`} role="alert">
        Remove {count === 1 ? 'it' : `all ${count}`} for good?
      </span>
      <Button label="Keep" tone="quiet" onPress={() => setAsking(false)} />
      <Button
        label="Remove for good"
        tone="danger"
        onPress={() => {
          setAsking(false);
          perform({ type: 'empty-trash' });
        }}
      />
    </ListFoot>
  );
}
