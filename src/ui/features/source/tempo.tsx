import { MAX_TEMPO, MIN_TEMPO } from '../../../document/limits.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button } from '../../shared/controls/button.js';
import { MiniField } from '../../shared/controls/mini-field.js';
import { TypedNumber } from '../../shared/controls/number-field.js';
import styles from './tempo.module.css';

const INITIAL_TEMPO = 120;

/** The live session's tempo: typed, tapped, or that of a MIDI clock while one is received. */
export function Tempo() {
  const tempo = usePage(({ live }) => live?.tempo);
  if (tempo === undefined) return null;
  const follows = tempo.follows === 'midi-clock';
  return (
    <div className={styles.tempo} role="group" aria-label="Tempo">
      <MiniField name="BPM">
        <TypedNumber
          label="Tempo in beats per minute"
          help={
            follows
              ? 'The tempo of the MIDI clock that is received.'
              : 'Tempo of the latent loop and of motion in beats; a MIDI clock that is received takes its place.'
          }
          value={tempo.perMinute}
          min={MIN_TEMPO}
          max={MAX_TEMPO}
          initial={INITIAL_TEMPO}
          unit="plain"
          disabled={follows}
          onAccept={(perMinute) => perform({ type: 'tempo', perMinute })}
        />
      </MiniField>
      {follows ? (
        <span className={styles.clock}>MIDI clock</span>
      ) : (
        <Button
          label="Tap"
          keyName="T"
          tone="quiet"
          help="Tap on each beat that you hear: the first tap begins a bar."
          onPress={tapTempo}
        />
      )}
    </div>
  );
}

/** One tap on a beat. */
export function tapTempo(): void {
  perform({ type: 'tap-tempo' });
}
