import { useState, type ReactElement } from 'react';
import { edit } from '../../engine-client/commands.js';
import { usePage, values } from '../../engine-client/page.js';
import { ContextMenu } from '../../shared/controls/context-menu.js';
import { MODES } from '../steering/modes.js';
import { hold } from './holds.js';
import { startSweep, stopSweep } from './sweep.js';

/** Gives the columns one menu, for the latent that was pressed. */
export function LatentMenu({ children }: { children: ReactElement }) {
  const [index, setIndex] = useState(0);
  const steering = usePage((state) => state.steering.dimensions[index]);
  const held = usePage(({ holds }) => holds[index] ?? null);
  const sweeping = usePage(({ view }) => view.sweeping === index);
  const locked = steering?.locked ?? false;
  const current = () => held ?? values.frame?.decoded[index] ?? 0;
  return (
    <ContextMenu
      label={`Latent ${index + 1}`}
      onOpen={(element) => {
        const column = element.closest<HTMLElement>('[data-latent]');
        if (column !== null) setIndex(Number(column.dataset.latent));
      }}
      items={[
        { label: 'Release', disabled: held === null, onPress: () => hold(index, null) },
        { label: 'Hold the current value', onPress: () => hold(index, current()) },
        sweeping
          ? { label: 'Stop the sweep', onPress: stopSweep }
          : { label: 'Sweep this latent', onPress: () => startSweep(index) },
        {
          label: locked ? 'Unlock' : 'Lock',
          onPress: () => edit({ type: 'steer-dimensions', dimensions: [index], change: { locked: !locked } }),
        },
        ...MODES.filter((mode) => mode !== steering?.mode).map((mode) => ({
          label: `Mode: ${mode}`,
          onPress: () => edit({ type: 'steer-dimensions', dimensions: [index], change: { mode } }),
        })),
      ]}
    >
      {children}
    </ContextMenu>
  );
}
