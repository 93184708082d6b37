import type { OscSettings, RecorderState } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { saveFile } from '../../engine-client/download.js';
import { usePage } from '../../engine-client/page.js';
import { Button } from '../../shared/controls/button.js';
import { NumberField } from '../../shared/controls/number-field.js';
import { Select } from '../../shared/controls/select.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { AssignmentsCard } from './assignments.js';
import { NetworkDeckCard } from './network-deck.js';
import { ProgramChangesCard } from './program-changes.js';
import { openWebMidi } from './web-midi.js';
import { Card, Cards } from '../../shared/controls/card.js';
import { FaultNote } from '../../shared/controls/fault-note.js';
import form from '../../shared/controls/form.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './controllers-panel.module.css';

/** The gesture recorder, what controllers are assigned to, MIDI and OSC connections, and program changes. */
export function ControllersPanel() {
  return (
    <Cards className={styles.controllers}>
      <RecorderCard />
      <AssignmentsCard />
      <MidiCard />
      <ProgramChangesCard />
      <OscCard />
      <NetworkDeckCard />
    </Cards>
  );
}

const STATE_TEXT: Readonly<Record<RecorderState['state'], string>> = {
  empty: 'Nothing recorded',
  stopped: 'Stopped',
  recording: 'Recording',
  playing: 'Looping',
  overdubbing: 'Overdubbing',
};

function RecorderCard() {
  const { state, seconds, points } = usePage(({ recorder }) => recorder);
  const act = (action: 'record' | 'overdub' | 'play' | 'stop' | 'clear') =>
    perform({ type: 'recorder', action });
  const recording = state === 'recording';
  const moving = state === 'playing' || state === 'overdubbing';
  return (
    <Card label="Gesture recorder">
      <h3>Gesture recorder</h3>
      <div className={form.row}>
        <Button
          label={recording ? 'Stop and loop' : 'Record'}
          icon="record"
          tone={recording ? 'danger' : 'plain'}
          help="Records the inputs as you move them; pressing again ends the take and loops it."
          onPress={() => act(recording ? 'play' : 'record')}
        />
        <Button
          label={moving ? 'Stop' : 'Loop'}
          icon={moving ? 'stop' : 'play'}
          disabled={points === 0 || recording}
          onPress={() => act(moving ? 'stop' : 'play')}
        />
        <Button
          label="Overdub"
          disabled={points === 0 || recording}
          pressed={state === 'overdubbing'}
          help="Records over the inputs that you move while the loop plays."
          onPress={() => act(state === 'overdubbing' ? 'play' : 'overdub')}
        />
        <Button label="Clear" tone="quiet" disabled={state === 'empty'} onPress={() => act('clear')} />
      </div>
      <div className={form.row}>
        <span className={utilities.note}>
          {STATE_TEXT[state]}
          {state !== 'empty' && ` · ${seconds.toFixed(1)} s · ${points} points`}
        </span>
        <div className={utilities.spacer} />
        <Button
          label="CSV"
          icon="save"
          tone="quiet"
          disabled={points === 0}
          onPress={() => void saveFile('csv', 'gesture.csv')}
        />
        <Button
          label="MIDI"
          icon="save"
          tone="quiet"
          disabled={points === 0}
          onPress={() => void saveFile('midi', 'gesture.mid')}
        />
      </div>
    </Card>
  );
}

const NO_PORT = '';

function MidiCard() {
  const midi = usePage(({ ports }) => ports.midi);
  const kind = usePage((state) => state.kind);
  if (kind === 'plugin') {
    return (
      <Card label="MIDI">
        <h3>MIDI</h3>
        <p className={utilities.note}>
          The host sends MIDI to this track. Press Learn above, or Learn MIDI on an input, then move a
          controller.
        </p>
      </Card>
    );
  }
  return (
    <Card label="MIDI">
      <h3>MIDI</h3>
      <div className={form.row}>
        {midi.available ? (
          <Devices
            label="MIDI input"

            names={midi.ports}
            chosen={midi.chosen}
            onChange={(name) => perform({ type: 'midi-port', name })}
          />
        ) : (
          <span className={utilities.note}>{midi.reason ?? 'The engine has no MIDI on this machine.'}</span>
        )}
        <Button
          label="Browser’s MIDI"
          tone="quiet"
          help="Uses the MIDI devices that this browser can access; it asks for permission."
          onPress={() => void openWebMidi()}
        />
      </div>
      {midi.available && (
        <div className={form.row}>
          <span className={utilities.note}>Feedback to</span>
          <Devices
            label="MIDI output for feedback"

            help="Motor faders and lights of assigned controllers with Feedback on follow the present values."
            names={midi.outputs}
            chosen={midi.chosenOutput}
            onChange={(name) => perform({ type: 'midi-output', name })}
          />
        </div>
      )}
    </Card>
  );
}

/** A choice of MIDI devices, with the chosen one also while it is not connected. */
function Devices({
  label,
  help,
  names,
  chosen,
  onChange,
}: {
  label: string;
  help?: string;
  names: readonly string[];
  chosen: string | null;
  onChange: (name: string | null) => void;
}) {
  const absent = chosen === null || names.includes(chosen) ? [] : [chosen];
  return (
    <Select
      label={label}
      {...(help === undefined ? {} : { help })}
      value={chosen ?? NO_PORT}
      choices={[
        { value: NO_PORT, label: 'No device' },
        ...names.map((name) => ({ value: name, label: name })),
        ...absent.map((name) => ({ value: name, label: `${name} (not connected)` })),
      ]}
      onChange={(name) => onChange(name === NO_PORT ? null : name)}
    />
  );
}

function OscCard() {
  const osc = usePage(({ ports }) => ports.osc);
  const { error, addresses, ...settings } = osc;
  const { receive, network, receivePort, wekinator, send, sendPort, sendLatents, sendWekinator } = settings;
  const set = (change: Partial<OscSettings>) => perform({ type: 'osc', settings: change });
  const port = (label: string, value: number, change: (port: number) => Partial<OscSettings>) => (
    <NumberField
      label={label}
      value={value}
      min={1024}
      max={65535}
      initial={9000}
      unit="count"
      onChange={(next, gesture) => gesture === 'end' && set(change(next))}
    />
  );
  return (
    <Card label="OSC">
      <h3>OSC</h3>
      <div className={form.row}>
        <Toggle
          label="Receive"
          help="Receives /tiller/input/1, /tiller/dryWet and so on; the manual lists the addresses."
          checked={receive}
          onChange={(on) => set({ receive: on })}
        />
        {port('Port to receive on', receivePort, (value) => ({ receivePort: value }))}
        <Toggle
          label="Network"
          help="Also receives from other machines. Anybody in the network can then play: switch it on where you trust them."
          checked={network}
          disabled={!receive}
          onChange={(on) => set({ network: on })}
        />
        <Toggle
          label="Wekinator"
          help="Also takes the arguments of /wek/inputs as inputs 1, 2, 3 …"
          checked={wekinator}
          disabled={!receive}
          onChange={(on) => set({ wekinator: on })}
        />
      </div>
      <div className={form.row}>
        <Toggle
          label="Send"
          help="Sends inputs that move as /tiller/input/1 and so on, to this machine only."
          checked={send}
          onChange={(on) => set({ send: on })}
        />
        {port('Port to send to', sendPort, (value) => ({ sendPort: value }))}
        <Toggle
          label="Latents"
          help="Also sends /tiller/latents, /tiller/mapped and /tiller/level, 30 times a second."
          checked={sendLatents}
          disabled={!send}
          onChange={(on) => set({ sendLatents: on })}
        />
        <Toggle
          label="Wekinator"
          help="Also sends the mapping's output as /wek/outputs, one argument per latent."
          checked={sendWekinator}
          disabled={!send}
          onChange={(on) => set({ sendWekinator: on })}
        />
      </div>
      {receive && network && error === null && (
        <p className={utilities.note}>
          {addresses.length === 0
            ? 'This machine is in no network.'
            : `Others send to ${addresses.map((address) => `${address}:${receivePort}`).join(' or ')}.`}
        </p>
      )}
      {error !== null && <FaultNote>{error}</FaultNote>}
    </Card>
  );
}
