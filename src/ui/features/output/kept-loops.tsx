import { useState } from 'react';
import { BLENDED_LOOPS, LOOP_SLOTS, RECORDED_LOOP } from '../../../document/loop-slots.js';
import { PARAMETER_INDEX } from '../../../document/parameters.js';
import type { LoopSummary } from '../../../protocol/interface.js';
import { SLOT_QUERY } from '../../../protocol/uploads.js';
import { RefusedError } from '../../engine-client/client.js';
import { edit, perform, setParameterOnce, setSwitch } from '../../engine-client/commands.js';
import { saveFile } from '../../engine-client/download.js';
import { client, store, usePage } from '../../engine-client/page.js';
import { toastFault } from '../../engine-client/toasts.js';
import { Button, IconButton } from '../../shared/controls/button.js';
import { FileButton } from '../../shared/controls/file-button.js';
import { FormLine } from '../../shared/controls/form-line.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { TextField } from '../../shared/controls/text-field.js';
import { placeOfCursor } from '../inputs/cursor.js';
import styles from './kept-loops.module.css';

const SLOTS = Array.from({ length: LOOP_SLOTS }, (_, slot) => slot);

type Source = 'recorded' | 'kept' | 'pad';

/** The loops that are kept in the preset, and which of them the latent loop plays. */
export function KeptLoops() {
  const loops = usePage((state) => state.loops);
  const { loop: isOn, loopSlot, loopStart } = usePage((state) => state.output);
  const [chosen, setChosen] = useState(0);
  const slot = loopSlot > RECORDED_LOOP && loopSlot < BLENDED_LOOPS ? loopSlot - 1 : chosen;
  const play = (next: number) => setParameterOnce(PARAMETER_INDEX.loopSlot, next);
  const source: Source =
    loopSlot === RECORDED_LOOP ? 'recorded' : loopSlot === BLENDED_LOOPS ? 'pad' : 'kept';
  const choose = (next: number) => {
    setChosen(next);
    if (source === 'kept' || (loops[next] ?? null) !== null) play(next + 1);
    if ((loops[next] ?? null) !== null && !isOn) setSwitch(PARAMETER_INDEX.loop, true);
  };
  return (
    <>
      <FormLine title="Loop of">
        <Segmented<Source>
          label="What the latent loop plays"
          value={source}
          choices={[
            { value: 'recorded', label: 'Input', help: 'What was encoded last.' },
            { value: 'kept', label: 'Slot', help: 'A loop that is kept in the preset.' },
            {
              value: 'pad',
              label: 'Pad',
              help: 'A blend of the loops that have a place, by where the cursor is; all in the chosen length.',
            },
          ]}
          onChange={(next) =>
            play(next === 'recorded' ? RECORDED_LOOP : next === 'pad' ? BLENDED_LOOPS : slot + 1)
          }
        />
        <Segmented
          label="When another loop begins"
          value={loopStart}
          choices={[
            { value: 'now', label: 'At once' },
            { value: 'bar', label: 'Next bar', help: 'The loop begins, changes and ends with a bar.' },
          ]}
          onChange={(next) => edit({ type: 'set-output', change: { loopStart: next } })}
        />
      </FormLine>
      <FormLine title="Kept loops">
        <div className={styles.slots} role="group" aria-label="Slots of kept loops">
          {SLOTS.map((each) => {
            const kept = loops[each] ?? null;
            const name = kept === null || kept.name === '' ? String(each + 1) : kept.name;
            return (
              <button
                key={each}
                type="button"
                className={styles.slot}
                aria-label={`Slot ${each + 1}: ${kept === null ? 'empty' : describe(kept)}`}
                aria-pressed={each === slot}
                data-kept={kept !== null}
                data-plays={isOn && loopSlot === each + 1 && kept !== null}
                data-help={kept === null ? `Slot ${each + 1} is empty.` : describe(kept)}
                onClick={() => choose(each)}
              >
                {name}
              </button>
            );
          })}
        </div>
      </FormLine>
      <SlotLine slot={slot} loop={loops[slot] ?? null} />
    </>
  );
}

/** What can be done with one slot. */
function SlotLine({ slot, loop }: { slot: number; loop: LoopSummary | null }) {
  const query = `?${SLOT_QUERY}=${slot}`;
  const importFile = (file: File) =>
    client.upload('loop', file, query).catch((error: unknown) => {
      if (!(error instanceof RefusedError)) throw error;
      toastFault(store, error.fault);
    });
  return (
    <FormLine title={`Slot ${slot + 1}`}>
      <Button
        label="Keep"
        help="Keeps the loop that repeats now, or what it would repeat, in this slot."
        onPress={() => perform({ type: 'keep-loop', slot })}
      />
      {loop !== null && (
        <>
          <TextField
            className={styles.name}
            label={`Name of loop ${slot + 1}`}
            value={loop.name}
            placeholder="Name"
            maxLength={60}
            onAccept={(name) => edit({ type: 'edit-loop', slot, change: { name } })}
          />
          <Button
            label={loop.inputs === null ? 'Place' : 'Take off'}
            tone="quiet"
            help={
              loop.inputs === null
                ? 'Gives the loop a place where the cursor is now, for the blend of the pad.'
                : 'Takes the loop off the pad.'
            }
            onPress={() =>
              edit({
                type: 'edit-loop',
                slot,
                change: { inputs: loop.inputs === null ? placeOfCursor() : null },
              })
            }
          />
          <IconButton
            label={`Export loop ${slot + 1} as .npy`}
            icon="save"
            onPress={() => void saveFile('loop', `${loop.name || `loop ${slot + 1}`}.npy`, query)}
          />
          <IconButton
            label={`Remove loop ${slot + 1}`}
            icon="bin"
            onPress={() => edit({ type: 'set-loop', slot, loop: null })}
          />
        </>
      )}
      <FileButton
        bare
        label={`Import loop ${slot + 1} from .npy`}
        accept=".npy"
        onFiles={([file]) => file !== undefined && void importFile(file)}
      />
    </FormLine>
  );
}

function describe({ name, beats, frames, inputs }: LoopSummary): string {
  const length =
    beats === null ? `${frames} latent frames` : beats === 1 ? '1 beat' : `${Number(beats.toFixed(3))} beats`;
  return `${name === '' ? 'loop' : name}, ${length}${inputs === null ? '' : ', on the pad'}`;
}
