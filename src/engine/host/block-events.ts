import { PARAMETERS } from '../../document/parameters.js';
import { MAX_BANK, PROGRAMS_PER_BANK } from '../../protocol/programs.js';
import type { Block } from './block.js';
import type { PipePlayer } from './pipe-player.js';

const PROGRAM_CHANGE = 0xc0;
const RESTART = { type: 'restart' } as const;

/** Bank × 128 + program of a program change as a `MIDI_EVENT` carries it. */
const programOf = (message: number) =>
  ((message >>> 16) & MAX_BANK) * PROGRAMS_PER_BANK + ((message >> 8) & 0x7f);

/** Passes a block's automation and MIDI to the player, each at its sample. Streaming thread; allocates nothing per block. */
export class BlockEvents {
  /**
   * @param hostValues the value of each parameter that the plugin's host has, by index; kept up to date
   * @param recall asks for the preset of a program change: the number of the request, and bank × 128 + program
   */
  constructor(
    private readonly block: Block,
    private readonly player: PipePlayer,
    private readonly hostValues: Float32Array,
    private readonly recall: (number: number, program: number) => void,
  ) {}

  /** Passes on the events of the block that was decoded last. @param isRestart whether the player starts from empty states */
  take(isRestart: boolean): void {
    const { block, player } = this;
    const program = this.lastProgramChange();
    // Values that a restart begins with are no moves: nothing glides to them. What comes before a program change is older than
    // its preset, which an export has before the block is played.
    const end = program >= 0 && block.offline ? block.midiOffset(program) : isRestart ? 0 : -1;
    let older = block.skipped ? block.parameterEvents : 0;
    while (older < block.parameterEvents && block.parameterOffset(older) <= end) older++;
    for (let i = 0; i < older; i++) this.takeParameter(i, 0);
    if (older > 0) player.takeNow();
    if (isRestart) player.apply(RESTART);
    for (let i = older; i < block.parameterEvents; i++)
      this.takeParameter(i, Math.min(block.parameterOffset(i), block.frames));
    for (let i = 0; i < block.midiEvents; i++) {
      const message = block.midiMessage(i);
      const offset = block.skipped ? 0 : Math.min(block.midiOffset(i), block.frames);
      player.midi(offset, message & 0xff, (message >> 8) & 0x7f, (message >> 16) & 0x7f);
    }
    if (program >= 0) this.recall(block.recall, programOf(block.midiMessage(program)));
  }

  private takeParameter(event: number, offset: number): void {
    const index = this.block.parameterIndex(event);
    const value = this.block.parameterValue(event);
    if (index >= PARAMETERS.length || !Number.isFinite(value)) return;
    this.hostValues[index] = value;
    this.player.parameter(offset, index, value);
  }

  /** Index of the block's last program change among its MIDI events; −1 where there is none. */
  private lastProgramChange(): number {
    const { block } = this;
    for (let i = block.midiEvents - 1; i >= 0; i--)
      if ((block.midiMessage(i) & 0xf0) === PROGRAM_CHANGE) return i;
    return -1;
  }
}
