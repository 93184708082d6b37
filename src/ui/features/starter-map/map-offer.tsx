import { useState } from 'react';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button } from '../../shared/controls/button.js';
import { Select } from '../../shared/controls/select.js';
import { mapRequest, type Layout } from './map-request.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './map-offer.module.css';

const LAYOUTS = [
  { value: 'loudness', label: 'Soft to loud' },
  { value: 'noisiness', label: 'Tonal to noisy' },
  { value: 'likeness', label: 'By likeness' },
] as const satisfies readonly { value: Layout; label: string }[];

/** Over an empty pad: fills it with sounds of the model. While the engine listens to the model, how far that is. */
export function MapOffer() {
  const listening = usePage((state) => state.listening);
  const isEmpty = usePage(({ examples }) => examples.length === 0);
  const model = usePage((state) => state.model.card?.name ?? null);
  const x = usePage(({ view }) => view.xInput);
  const y = usePage(({ view }) => view.yInput);
  const [layout, setLayout] = useState<Layout>('loudness');
  if (listening === null && (!isEmpty || model === null)) return null;
  return (
    <div
      className={styles.offer}
      role="group"
      aria-label="Starter map"
      // A press here must not play the pad, which would also take its release.
      onPointerDown={(event) => event.stopPropagation()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {listening === null ? (
        <>
          <Button
            label="Map this model"
            tone="primary"
            help="Finds sounds of this model that differ, places them from dark to bright and as chosen here, and learns them. Undo takes them away; once more gives others."
            disabled={x === y}
            onPress={() => perform(mapRequest(x, y, layout))}
          />
          <Select
            tone="control"
            label="What the map’s vertical axis means"
            value={layout}
            choices={LAYOUTS}
            onChange={setLayout}
          />
        </>
      ) : (
        <>
          <p role="status" className={utilities.note}>
            {listening.file === null ? 'Listening to the model…' : `Listening to ${listening.file}…`}
          </p>
          <progress max={1} value={listening.progress} aria-label="Listened to" />
          <Button label="Cancel" tone="quiet" onPress={() => perform({ type: 'cancel-map' })} />
        </>
      )}
    </div>
  );
}
