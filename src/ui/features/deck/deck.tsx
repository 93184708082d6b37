import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { useIsEffect } from '../../engine-client/use-is-effect.js';
import { EmptyState } from '../../shared/controls/empty-state.js';
import { Pad } from '../pad/pad.js';
import { useMap } from '../pad/use-map.js';
import { DeckButton, DeckSwitch } from './deck-button.js';
import { DeckInputFader, ParameterFader } from './deck-fader.js';
import { DeckMeter } from './deck-meter.js';
import { LoopLength } from './loop-length.js';
import { closeDeck, toggleFullScreen } from './open-deck.js';
import { useWakeLock } from './wake-lock.js';
import styles from './deck.module.css';

/** Presses a trigger. @param id of an action */
const press = (id: string) => perform({ type: 'trigger', action: { id } });

/** What is played on stage, over the whole window and in sizes for fingers: pad, inputs, mix, loop, freeze, bypass, panic, level. */
export function Deck() {
  const inputs = usePage((state) => state.inputs);
  const output = usePage((state) => state.output);
  const xInput = usePage(({ view }) => view.xInput);
  const yInput = usePage(({ view }) => view.yInput);
  const map = useMap();
  const isEffect = useIsEffect();
  useWakeLock();
  return (
    <main
      className={styles.deck}
      aria-label="Deck"
      data-testid="deck"
      onContextMenu={(event) => event.preventDefault()}
    >
      <DeckHeader />
      {isEffect ? (
        <div className={styles.noPad}>
          <EmptyState icon="sliders" title="No latents, no map">
            This model is an effect: there is nothing to freeze or to loop. Play the faders, and what it lets
            be set by MIDI, OSC or a host.
          </EmptyState>
        </div>
      ) : (
        <Pad map={map} guides={false} />
      )}
      <div className={styles.side}>
        <div className={styles.faders} role="group" aria-label="Faders">
          {inputs.map(
            (input, index) =>
              index !== xInput &&
              index !== yInput && <DeckInputFader key={index} index={index} input={input} />,
          )}
          <ParameterFader of="dryWet" value={output.dryWet} caption="Mix" />
          <ParameterFader of="outputGain" value={output.outputGainDb} caption="Level" />
          <DeckMeter />
        </div>
        <div className={styles.buttons}>
          {!isEffect && (
            <>
              <DeckSwitch of={PARAMETER_INDEX.freeze} on={output.freeze} />
              <DeckSwitch of={PARAMETER_INDEX.loop} on={output.loop} />
              <LoopLength />
            </>
          )}
          <DeckSwitch of={PARAMETER_INDEX.bypass} on={output.bypass} />
          <DeckButton label="Panic" tone="danger" onPress={() => press('panic')} />
        </div>
      </div>
    </main>
  );
}

function DeckHeader() {
  const name = usePage(({ about }) => about.name);
  const isRemote = usePage(({ kind }) => kind === 'deck');
  const model = usePage(({ model: { card, missing, loading } }) =>
    loading ? 'Loading…' : missing === null ? (card?.name ?? 'No model') : `${missing.name} is missing`,
  );
  return (
    <header className={styles.header}>
      <DeckButton
        label="Previous preset"
        icon="left"

        onPress={() => press('previousPreset')}
      />
      <h1 className={styles.preset}>
        <span>{name || 'Untitled'}</span>
        <small>{model}</small>
      </h1>
      <DeckButton label="Next preset" icon="right" onPress={() => press('nextPreset')} />
      {document.fullscreenEnabled && (
        <DeckButton label="Full screen" icon="deck" tone="quiet" onPress={toggleFullScreen} />
      )}
      {!isRemote && <DeckButton label="Close the deck view" icon="close" tone="quiet" onPress={closeDeck} />}
    </header>
  );
}
