// MIDI on an audio track in a real DAW: Ardour routes a MIDI track into the audio track that carries Tiller, where a
// controller moves an input and a program change recalls a preset, in VST3 and in LV2.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  FRAME,
  RATE,
  SECONDS,
  TILLER,
  TILLER_LV2,
  check,
  exportSession,
  firstDifference,
  home,
  makeSession,
  meanDifference,
  savedChunk,
  scenario,
} from './ardour-host.mjs';
import { makeBursts } from './wav.mjs';

/** Where the message of interest is sent, in seconds. */
const SENT = 3;
const CONTROLLER = 1;
const move = (seconds, value) => [seconds, [0xb0, CONTROLLER, value]];
const program = (seconds, number) => [seconds, [0xc0, number]];

/** Has a controller drive the first input of every factory preset, as a player would by MIDI learn. */
function listenToMidi(engines) {
  for (const engine of engines) {
    const presets = join(engine, 'dist', 'presets');
    for (const name of readdirSync(presets).filter((entry) => entry.endsWith('.tiller.json'))) {
      const path = join(presets, name);
      const preset = JSON.parse(readFileSync(path, 'utf8'));
      preset.inputs[0].source = { kind: 'cc', channel: 0, controller: CONTROLLER, bits: 7 };
      writeFileSync(path, JSON.stringify(preset));
    }
  }
}

/** Has the first two programs recall factory presets, as a player would on the page. */
function assignPrograms() {
  const folder = join(home, '.local', 'share', 'tiller', 'presets');
  const presets = ['factory/bell-wash', 'factory/breath-and-bow'];
  const assignments = presets.map((preset, number) => ({ program: number, preset }));
  const content = { format: 'tiller-programs', version: 1, on: true, channel: 0, assignments };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'programs.json'), JSON.stringify(content));
}

/** Three exports that differ in what is sent at `SENT`: nothing, a move of the input, a program change. */
async function playMidi(kind, plugin, preset, recalled) {
  const input = makeBursts(SECONDS * RATE);
  const play = async (name, midi) => {
    const session = makeSession(`${kind}-${name}`, plugin, input, { midi, preset });
    return { ...session, audio: await exportSession(session.folder, `${kind}-${name}`) };
  };
  const low = await play('low', [move(0.5, 0)]);
  const moved = await play('moved', [move(0.5, 0), move(SENT, 127)]);
  const chosen = await play('chosen', [move(0.5, 0), program(SENT, 1)]);

  const checkHeard = (what, { audio }) => {
    const at = firstDifference(low.audio, audio);
    const late = at - SENT * RATE;
    const end = audio[0].length;
    const difference = at < end ? meanDifference(low.audio[0], audio[0], at, end) : 0;
    // Ardour passes MIDI on late by the plugin's latency; it is heard from a frame or two before that place on.
    const inTime = late > -2 * FRAME && late < low.latency + FRAME;
    const detail = `first heard ${late} samples after it was sent, latency ${low.latency}, mean difference ${difference.toExponential(1)}`;
    check(`${kind}: ${what}`, inTime && difference > 1e-4, detail);
  };
  checkHeard('a controller moves an input', moved);
  checkHeard(`a program change recalls ${recalled}`, chosen);
  const again = await exportSession(chosen.folder, `${kind}-again`);
  const same = firstDifference(chosen.audio, again);
  check(
    `${kind}: exported twice with a program change, the same bits`,
    same === again[0].length && again[0].length === chosen.audio[0].length,
    `${again[0].length} samples, first difference at ${same}`,
  );
  return low;
}

await scenario(
  async () => {
    // Ardour 7.3 takes a program's number from the byte behind it (`VST3PI::evoral_to_vst3`): in VST3 it is always the first.
    const { folder, presetName } = await playMidi('VST3', TILLER, '0001', 'the preset of the first program');
    const kept = /"name":"([^"]+)"/.exec(savedChunk(folder))?.[1];
    check(
      "VST3: Ardour lists the programs by name, and what is chosen there is the session's instrument",
      presetName === 'Breath and bow' && kept === presetName,
      `the second is “${presetName}”, the session keeps “${kept}”`,
    );
    await playMidi('LV2', TILLER_LV2, '', 'the preset of the second program');
  },
  {
    change: (engines) => {
      listenToMidi(engines);
      assignPrograms();
    },
  },
);
