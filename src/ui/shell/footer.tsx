import type { LiveSource } from '../../protocol/interface.js';
import { chooseMicrophone } from '../audio/microphone.js';
import { togglePlay } from '../audio/transport.js';
import { learn, perform } from '../engine-client/commands.js';
import { usePage } from '../engine-client/page.js';
import { capture } from '../features/examples/capture.js';
import { randomise, releaseAll } from '../features/latents/holds.js';
import { addFiles } from '../features/library/add-files.js';
import { toggleFreeze } from '../features/output/freeze.js';
import { Meters } from '../features/output/meters.js';
import { Button } from '../shared/controls/button.js';
import { Icon } from '../shared/controls/icon.js';
import { ParameterKnob } from '../shared/controls/parameter.js';
import { Select } from '../shared/controls/select.js';

/** The row under the hands: what one does while playing. */
export function Footer() {
  const output = usePage((state) => state.output);
  const stale = usePage(({ training }) => training.stale && !training.running);
  const running = usePage(({ training }) => training.running);
  const sounds = usePage(({ model }) => model.card !== null);
  const live = usePage((state) => state.live !== null);
  return (
    <footer className="footer">
      {live && <Transport />}
      <div className="deeds" role="group" aria-label="Playing">
        <Button
          label="Capture"
          keyName="C"
          icon="target"
          tone="primary"
          disabled={!sounds}
          help="Keeps what sounds now as an example, where the cursor is."
          onPress={() => void capture()}
        />
        <Button
          label="Learn"
          keyName="L"
          icon="brain"
          pressed={stale || running}
          help="Learns the mapping from the examples."
          onPress={learn}
        />
        <Button
          label="Random"
          keyName="R"
          icon="dice"
          disabled={!sounds}
          help="Moves every unlocked column by chance, near what sounds."
          onPress={randomise}
        />
        <Button
          label="Snap"
          keyName="S"
          icon="snap"
          help="Gives every column back to the mapping."
          onPress={releaseAll}
        />
        <Button
          label="Freeze"
          keyName="F"
          icon="snow"
          pressed={output.freeze}
          help="Holds the sound's latents where they are."
          onPress={toggleFreeze}
        />
      </div>
      <div className="spacer" />
      <ParameterKnob of="dryWet" value={output.dryWet} />
      <ParameterKnob of="ceiling" value={output.ceilingDb} />
      <Meters />
    </footer>
  );
}

const FILE = 'file';
const MICROPHONE = 'microphone';
const CHOOSE = 'choose';

function Transport() {
  const live = usePage((state) => state.live);
  const speaking = usePage(({ view }) => view.speaking);
  if (live === null) return null;
  const { source, loops, fileName } = live;
  const value = source.kind === 'loop' ? `loop ${source.id}` : source.kind;
  const choices = [
    ...loops.map(({ id, name }) => ({ value: `loop ${id}`, label: name })),
    ...(fileName === null ? [] : [{ value: FILE, label: fileName }]),
    { value: MICROPHONE, label: 'Microphone' },
    { value: CHOOSE, label: 'Choose a file…' },
  ];
  const choose = (chosen: string) => {
    if (chosen === CHOOSE) chooseFile();
    else if (chosen === MICROPHONE) void chooseMicrophone();
    else setSource(chosen === FILE ? { kind: 'file' } : { kind: 'loop', id: chosen.slice('loop '.length) });
  };
  const playing = live.playing && speaking;
  return (
    <div className="transport" role="group" aria-label="Transport">
      <button
        type="button"
        className="play"
        aria-label={playing ? 'Stop' : 'Play'}
        aria-keyshortcuts="Space"
        aria-pressed={playing}
        data-help={playing ? 'Stops (space).' : 'Plays the source through the model (space).'}
        onClick={() => void togglePlay()}
      >
        <Icon name={playing ? 'stop' : 'play'} />
      </button>
      <Select
        label="Source"
        help="What the model hears: a loop, a file of yours (dropped here, too), or the microphone."
        value={value}
        choices={choices}
        onChange={choose}
      />
    </div>
  );
}

function setSource(source: LiveSource): void {
  perform({ type: 'source', source });
}

function chooseFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.wav,.aif,.aiff,.flac';
  input.addEventListener('change', () => {
    addFiles(input.files ?? []);
  });
  input.click();
}
