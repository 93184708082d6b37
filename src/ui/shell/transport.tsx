import type { LiveSource } from '../../protocol/interface.js';
import { chooseMicrophone } from '../audio/microphone.js';
import { toggleRecording, togglePlay } from '../audio/transport.js';
import { perform } from '../engine-client/commands.js';
import { usePage } from '../engine-client/page.js';
import { chooseAudioFiles } from '../features/source/choose-audio-files.js';
import { IconButton } from '../shared/controls/button.js';
import { Icon } from '../shared/controls/icon.js';
import { Select } from '../shared/controls/select.js';
import styles from './transport.module.css';

const MICROPHONE = 'microphone';
const CHOOSE_FILES = 'choose';

/** Play and stop, and the choice of the audio source; only without a host. */
export function Transport() {
  const live = usePage((state) => state.live);
  const speaking = usePage(({ view }) => view.speaking);
  const recording = usePage(({ view }) => view.recording);
  if (live === null) return null;
  const { source, loops, files } = live;
  const value = source.kind === 'microphone' ? MICROPHONE : `${source.kind} ${source.id}`;
  const choices = [
    ...loops.map(({ id, name }) => ({ value: `loop ${id}`, label: name })),
    ...files.map(({ id, name }) => ({ value: `file ${id}`, label: name })),
    { value: MICROPHONE, label: 'Microphone' },
    { value: CHOOSE_FILES, label: 'Choose files…' },
  ];
  const choose = (chosen: string) => {
    if (chosen === CHOOSE_FILES) chooseAudioFiles();
    else if (chosen === MICROPHONE) void chooseMicrophone();
    else perform({ type: 'source', source: sourceOf(chosen) });
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
        help="The model's input: a loop, a file (which can also be dropped on the window), or the microphone."
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

/** The source of a choice such as "loop tabla" or "file 3". */
function sourceOf(choice: string): LiveSource {
  const [kind, id = ''] = choice.split(/ (.*)/s);
  return kind === 'file' ? { kind, id: Number(id) } : { kind: 'loop', id };
}
