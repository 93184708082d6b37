import { useState } from 'react';
import {
  MAX_BANK,
  MAX_PROGRAM,
  PROGRAMS_PER_BANK,
  type ProgramAssignment,
} from '../../../protocol/programs.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button, IconButton } from '../../shared/controls/button.js';
import { Card } from '../../shared/controls/card.js';
import { TypedNumber } from '../../shared/controls/number-field.js';
import { Select } from '../../shared/controls/select.js';
import { Toggle } from '../../shared/controls/toggle.js';
import form from '../../shared/controls/form.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './program-changes.module.css';

const CHANNELS = Array.from({ length: 17 }, (_, channel) => ({
  value: String(channel),
  label: channel === 0 ? 'Any channel' : `Channel ${channel}`,
}));

const BANK_HALF = 128;

const bankOf = (program: number) => Math.floor(program / PROGRAMS_PER_BANK);

/** As players count: 1 to 128, with the bank in front where it is not the first. */
function programName(program: number): string {
  const number = (program % PROGRAMS_PER_BANK) + 1;
  const bank = bankOf(program);
  return bank === 0 ? `${number}` : `${Math.floor(bank / BANK_HALF)}.${bank % BANK_HALF} / ${number}`;
}

function firstFree(assignments: readonly ProgramAssignment[]): number {
  const taken = new Set(assignments.map(({ program }) => program));
  let program = 0;
  while (taken.has(program)) program++;
  return program;
}

/** Whether program changes recall presets, on which channel, and which program recalls which. */
export function ProgramChangesCard() {
  const { on, channel } = usePage(({ programs }) => programs);
  return (
    <Card label="Program changes">
      <h3>Program changes</h3>
      <div className={form.row}>
        <Toggle
          label="Recall presets"
          help="A MIDI program change opens the preset that you have assigned to it."
          checked={on}
          onChange={(next) => perform({ type: 'programs', settings: { on: next } })}
        />
        <div className={utilities.spacer} />
        <Select
          label="MIDI channel of program changes"
          value={String(channel)}
          choices={CHANNELS}
          disabled={!on}
          onChange={(next) => perform({ type: 'programs', settings: { channel: Number(next) } })}
        />
      </div>
      {on && (
        <>
          <NewAssignment />
          <Assignments />
        </>
      )}
    </Card>
  );
}

function NewAssignment() {
  const { presets, current } = usePage(({ library }) => library);
  const assignments = usePage(({ programs }) => programs.assignments);
  const [program, setProgram] = useState(() => firstFree(assignments));
  const [chosen, setChosen] = useState<string | null>(null);
  const readable = presets.filter(({ problem }) => problem === null);
  const preset = chosen ?? current ?? readable[0]?.id ?? '';
  const bank = bankOf(program);
  const inBank = program % PROGRAMS_PER_BANK;
  const taken = assignments.some((assignment) => assignment.program === program);
  const setBank = (next: number) => setProgram(Math.min(MAX_BANK, next) * PROGRAMS_PER_BANK + inBank);
  const number = (
    label: string,
    value: number,
    min: number,
    onAccept: (value: number) => void,
    help: string,
  ) => (
    <TypedNumber
      label={label}
      value={value}
      min={min}
      max={min + 127}
      initial={min}
      unit="count"
      help={help}
      onAccept={(typed) => onAccept(Math.round(typed))}
    />
  );
  return (
    <div className={`${form.row} ${styles.assign}`}>
      <span className={utilities.note}>Bank</span>
      {number(
        'Bank, coarse',
        Math.floor(bank / BANK_HALF),
        0,
        (value) => setBank(value * BANK_HALF + (bank % BANK_HALF)),
        'Bank select, controller 0: 0 to 127.',
      )}
      {number(
        'Bank, fine',
        bank % BANK_HALF,
        0,
        (value) => setBank(bank - (bank % BANK_HALF) + value),
        'Bank select, controller 32: 0 to 127.',
      )}
      <span className={utilities.note}>Program</span>
      {number(
        'Program',
        inBank + 1,
        1,
        (value) => setProgram(bank * PROGRAMS_PER_BANK + value - 1),
        '1 to 128; some hosts count from 0.',
      )}
      <Select
        className={utilities.grow}
        label="Preset of the program"
        value={preset}
        choices={readable.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={setChosen}
      />
      <Button
        label={taken ? 'Replace' : 'Assign'}
        disabled={preset === ''}
        onPress={() => {
          perform({ type: 'assign-program', program, preset });
          setProgram(Math.min(MAX_PROGRAM, program + 1));
          setChosen(null);
        }}
      />
    </div>
  );
}

function Assignments() {
  const assignments = usePage(({ programs }) => programs.assignments);
  const presets = usePage(({ library }) => library.presets);
  if (assignments.length === 0)
    return <p className={utilities.note}>Nothing is assigned yet: program changes do nothing.</p>;
  const names = new Map(presets.map(({ id, name }) => [id, name]));
  return (
    <ul className={styles.list} aria-label="Assigned programs">
      {assignments.map(({ program, preset }) => (
        <li key={program} className={form.row}>
          <span className={styles.number}>{programName(program)}</span>
          <span className={`${utilities.grow} ${utilities.clip}`}>
            {names.get(preset) ?? `${preset} (missing)`}
          </span>
          <IconButton
            label={`Remove program ${programName(program)}`}
            icon="close"
            onPress={() => perform({ type: 'assign-program', program, preset: null })}
          />
        </li>
      ))}
    </ul>
  );
}
