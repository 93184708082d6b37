import { type LiveSource, UPLOAD_ENDINGS } from '../../protocol/interface.js';
import { chooseMicrophone } from '../audio/microphone.js';
import { toggleRecording, togglePlay } from '../audio/transport.js';
import { perform } from '../engine-client/commands.js';
import { usePage } from '../engine-client/page.js';
import { addFiles } from '../features/library/add-files.js';
import { IconButton } from '../shared/controls/button.js';
import { Icon } from '../shared/controls/icon.js';
import { Select } from '../shared/controls/select.js';
import styles from './transport.module.css';

const FILE = 'file';
const MICROPHONE = 'microphone';
const CHOOSE_FILE = 'choose';

/** Play and stop, and the choice of the audio source; only without a host. */
export function Transport() {
  const live = usePage((state) => state.live);
  const speaking = usePage(({ view }) => view.speaking);
  const recording = usePage(({ view }) => view.recording);
  if (live === null) return null;
  const { source, loops, fileName } = live;
  const value = source.kind === 'loop' ? `loop ${source.id}` : source.kind;
  const choices = [
    ...loops.map(({ id, name }) => ({ value: `loop ${id}`, label: name })),
    ...(fileName === null ? [] : [{ value: FILE, label: fileName }]),
    { value: MICROPHONE, label: 'Microphone' },
    { value: CHOOSE_FILE, label: 'Choose a file…' },
  ];
  const choose = (chosen: string) => {
    if (chosen === CHOOSE_FILE) chooseFile();
    else if (chosen === MICROPHONE) void chooseMicrophone();
    else setSource(chosen === FILE ? { kind: 'file' } : { kind: 'loop', id: chosen.slice('loop '.length) });
  };
  const playing = live.playing && speaking;
  return (
    <div className={styles.transport} role="group" aria-label="Transport">
      <button
        type="button"
        className={styles.play}
        aria-label={playing ? 'Stop' : 'Play'}
        aria-keyshortcuts="Space"
        aria-pressed={playing}
        data-help={playing ? 'Stops (space).' : 'Plays the source through the model (space).'}
        onClick={() => void togglePlay()}
      >
        <Icon name={playing ? 'stop' : 'play'} />
      </button>
      <Select
        className={styles.source}
        label="Source"
        help="The model's input: a loop, a file (which can also be dropped here), or the microphone."
        value={value}
        choices={choices}
        onChange={choose}
      />
      <div className={styles.record} data-recording={recording}>
        <IconButton
          label={recording ? 'Stop recording' : 'Record the output'}
          icon="record"
          help={
            recording
              ? 'Ends the recording and saves it as a WAV file.'
              : 'Records what is heard to a WAV file, sample by sample.'
          }
          onPress={() => void toggleRecording()}
        />
      </div>
    </div>
  );
}

function setSource(source: LiveSource): void {
  perform({ type: 'source', source });
}

function chooseFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = UPLOAD_ENDINGS.audio.join();
  input.addEventListener('change', () => {
    addFiles(input.files ?? []);
  });
  input.click();
}
