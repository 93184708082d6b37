import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button, IconButton } from '../../shared/controls/button.js';
import { FileList } from './file-list.js';
import { clockTime, cue } from './position.js';
import { Tempo } from './tempo.js';
import { useHeardSeconds, WaveformSlider } from './waveform.js';
import styles from './source-strip.module.css';

/** The live session's source: cue, waveform with the position, next file, the list of files, and the tempo. */
export function SourceStrip() {
  const length = usePage(({ waveform }) => waveform?.seconds ?? null);
  const files = usePage(({ live }) => live?.files.length ?? 0);
  const microphone = usePage(({ live }) => live?.source.kind === 'microphone');
  return (
    <div className={styles.strip} role="group" aria-label="Playback" data-testid="playback">
      <Button
        label="Cue"
        keyName="Q"
        tone="quiet"
        disabled={length === null}
        help="While stopped: sets the cue point here. While playing: goes back to it and stops."
        onPress={() => void cue()}
      />
      <WaveformSlider />
      {microphone ? <span className={styles.time}>microphone</span> : <Time length={length} />}
      <IconButton
        label="Next file"
        icon="next"
        disabled={files === 0}
        help="Plays the next file of the list."
        onPress={() => perform({ type: 'step-file', by: 1 })}
      />
      <FileList />
      <Tempo />
    </div>
  );
}

function Time({ length }: { length: number | null }) {
  const seconds = useHeardSeconds();
  return (
    <span className={styles.time} aria-hidden="true">
      {length === null ? '–' : `${clockTime(seconds)} / ${clockTime(length)}`}
    </span>
  );
}
