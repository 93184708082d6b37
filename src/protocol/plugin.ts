/**
 * The protocol between the plugin and its engine, over the two pipes that the engine inherits as stdin and stdout.
 *
 * A protocol frame is a header of `FRAME_HEADER_BYTES` (little-endian: u32 payload bytes, u16 message type, u16 zero) and a
 * payload of at most `MAX_PAYLOAD_BYTES`: the fixed fields of its layout, four bytes each, little-endian, then its tail. An
 * invalid frame ends the connection, since nothing after it can be trusted.
 *
 * This file is the only declaration: `npm run protocol` writes `native/tiller/generated/PluginProtocol.h` from it.
 */
export const PLUGIN_PROTOCOL_VERSION = 6;

export const FRAME_HEADER_BYTES = 8;
export const MAX_PAYLOAD_BYTES = 17 * 1024 * 1024;
/** Longest text of a frame, in bytes; equal to `MAX_PRESET_BYTES`, the largest preset. */
export const MAX_TEXT_BYTES = 16 * 1024 * 1024;
/** Most events of one kind in one block; the plugin thins denser automation of a host. */
export const MAX_BLOCK_EVENTS = 1024;
/** The plugin's I/O thread sends a tick at least this often, so that the engine reads its control messages. */
export const TICK_MILLISECONDS = 20;

export type FieldType = 'u32' | 'f32';
/** What follows the fixed fields: nothing, UTF-8, events and planar float32, or planar float32. */
export type Tail = 'none' | 'text' | 'block' | 'samples';

export interface MessageLayout<Field extends string = string> {
  readonly type: number;
  readonly from: 'plugin' | 'engine';
  readonly about: string;
  readonly fields: readonly (readonly [Field, FieldType])[];
  readonly tail: Tail;
  /** Bytes of the fixed fields. */
  readonly bytes: number;
  /** Byte offset of each fixed field in the payload. */
  readonly at: Readonly<Record<Field, number>>;
}

const FIELD_BYTES = 4;

function message<const Field extends string>(
  type: number,
  from: 'plugin' | 'engine',
  about: string,
  fields: readonly (readonly [Field, FieldType])[],
  tail: Tail = 'none',
): MessageLayout<Field> {
  const at = Object.fromEntries(fields.map(([name], i) => [name, i * FIELD_BYTES])) as Record<Field, number>;
  return { type, from, about, fields, tail, bytes: fields.length * FIELD_BYTES, at };
}

/** Messages of the plugin. */
export const TO_ENGINE = {
  hello: message(1, 'plugin', 'First frame. Text: what the plugin is.', [['protocol', 'u32']], 'text'),
  state: message(
    2,
    'plugin',
    'Play this instrument. Text: JSON that an engine sent as `state`, or a preset; empty for the default instrument.',
    [],
    'text',
  ),
  prepare: message(
    3,
    'plugin',
    'Allocate for this stream. Answered by `prepared`; audio of another epoch is discarded by both sides.',
    [
      ['epoch', 'u32'],
      ['rate', 'f32'],
      ['maxBlock', 'u32'],
      ['channels', 'u32'],
    ],
  ),
  block: message(
    4,
    'plugin',
    'One host block, answered in order by `samples` unless it is flagged as skipped. `position` is that of its ' +
      'first sample in the stream, modulo 2^32. `recall` is the number of the last request for a preset in this block ' +
      '(a MIDI program change) or before it. `tempo` is in quarter notes per minute, 0 where the host gives none; `beat` ' +
      '(a signed number) and `beatFraction` are the quarter notes since a bar began that all others are counted from, valid where ' +
      'the transport is flagged as playing; `songSampleLow` and `songSampleHigh` are the halves of a signed number, the samples since ' +
      'the song began, valid where that is flagged, too. Tail: parameter events, MIDI events, planar float32.',
    [
      ['epoch', 'u32'],
      ['position', 'u32'],
      ['frames', 'u32'],
      ['channels', 'u32'],
      ['flags', 'u32'],
      ['parameterEvents', 'u32'],
      ['midiEvents', 'u32'],
      ['recall', 'u32'],
      ['tempo', 'f32'],
      ['beat', 'u32'],
      ['beatFraction', 'f32'],
      ['beatsPerBar', 'f32'],
      ['songSampleLow', 'u32'],
      ['songSampleHigh', 'u32'],
    ],
    'block',
  ),
  parameter: message(
    5,
    'plugin',
    'A parameter that the host changed while no audio is processed, in its own unit.',
    [
      ['index', 'u32'],
      ['value', 'f32'],
    ],
  ),
  tick: message(6, 'plugin', 'Answered by `pong` with the same count.', [['count', 'u32']]),
  openInterface: message(7, 'plugin', 'Serve the page; answered by `interface`.', []),
  recallPreset: message(
    8,
    'plugin',
    'Recall a preset; answered by `recalled` with the same number, as a program change in a block is. Text: its identifier; ' +
      'where that is empty, `program` is the one that the player has assigned to it, as in a `MIDI_EVENT`.',
    [
      ['number', 'u32'],
      ['program', 'u32'],
    ],
    'text',
  ),
  renderWarning: message(
    9,
    'plugin',
    'A warning for the player that only the plugin can give: an offline render lost its engine for a moment. Text: the message.',
    [],
    'text',
  ),
  undoHistory: message(
    10,
    'plugin',
    'The undo history that belongs to the `state` that follows. Text: what the previous engine sent as `undoHistory`.',
    [],
    'text',
  ),
  latency: message(
    11,
    'plugin',
    'The latency that the host gets, after each change: `fixedMilliseconds` where that is above 0, else `neededSamples`, which the ' +
      'present model needs at `rate` Hz.',
    [
      ['rate', 'f32'],
      ['fixedMilliseconds', 'f32'],
      ['neededSamples', 'u32'],
    ],
  ),
} as const;

/** Messages of the engine. */
export const TO_PLUGIN = {
  hello: message(
    65,
    'engine',
    'First frame. `streamThread` is the number that the system gives the streaming thread; 0 where it is not known. ' +
      'Text: the version of the engine.',
    [
      ['protocol', 'u32'],
      ['processId', 'u32'],
      ['streamThread', 'u32'],
    ],
    'text',
  ),
  prepared: message(
    66,
    'engine',
    'The stream is ready, or its latency changed with the model. `latencySamples` is what the engine delays by; ' +
      '`marginSamples` is how much later than one block an answer may come, because a model call processes several blocks.',
    [
      ['epoch', 'u32'],
      ['latencySamples', 'u32'],
      ['marginSamples', 'u32'],
    ],
  ),
  samples: message(
    67,
    'engine',
    'The answer to a `block`: as many samples as it had.',
    [
      ['epoch', 'u32'],
      ['position', 'u32'],
      ['frames', 'u32'],
      ['channels', 'u32'],
    ],
    'samples',
  ),
  state: message(
    68,
    'engine',
    'The present instrument. `edited` is 1 where the player changed it, 0 where it only follows what was loaded. ' +
      '`silenceOnFault` is 1 where silence, not the dry track, is to be played while the engine is not running. ' +
      '`states` counts the `state` frames of the plugin that have been applied: before all are, this is an ' +
      'instrument that the project has replaced. Text: the content of the project, as JSON.',
    [
      ['edited', 'u32'],
      ['silenceOnFault', 'u32'],
      ['states', 'u32'],
    ],
    'text',
  ),
  parameter: message(69, 'engine', 'The player moved a parameter in the page; the host may record it.', [
    ['index', 'u32'],
    ['value', 'f32'],
    ['gesture', 'u32'],
  ]),
  names: message(
    70,
    'engine',
    'Names of the parameters, by index. Text: a JSON array of strings.',
    [],
    'text',
  ),
  status: message(
    71,
    'engine',
    'For the native page, at most ten a second. Text: name of the model.',
    [
      ['inputPeakDb', 'f32'],
      ['outputPeakDb', 'f32'],
      ['gainReductionDb', 'f32'],
      ['load', 'f32'],
      ['faults', 'u32'],
    ],
    'text',
  ),
  notice: message(
    72,
    'engine',
    'A message for the player. Text: the message; empty removes the last one.',
    [['level', 'u32']],
    'text',
  ),
  refused: message(
    73,
    'engine',
    'The state that was sent could not be read; a default plays. Text: why.',
    [],
    'text',
  ),
  pong: message(74, 'engine', 'Both threads of the engine are alive while `mainBeats` rises.', [
    ['count', 'u32'],
    ['mainBeats', 'u32'],
  ]),
  busy: message(
    75,
    'engine',
    'The streaming thread may not answer for up to this long, because it opens a model or waits for the main thread.',
    [['milliseconds', 'u32']],
  ),
  interface: message(76, 'engine', 'Text: the address of the page, with its token.', [], 'text'),
  presets: message(77, 'engine', 'Text: a JSON array of { id, name }.', [], 'text'),
  textPart: message(
    80,
    'engine',
    'A part of a long text, sent between two answers: the text of the next `state` or `undoHistory` begins with the parts ' +
      'before it. `remaining` is how many bytes of it are still to come. Text: the part, which may end within a character.',
    [['remaining', 'u32']],
    'text',
  ),
  programs: message(
    83,
    'engine',
    'Which program changes recall presets: none unless `on` is 1; those of MIDI channel `channel`, 1..16, or of any where that ' +
      'is 0. Text: a JSON array of { program, preset }, `program` as in a `MIDI_EVENT`, `preset` an identifier.',
    [
      ['on', 'u32'],
      ['channel', 'u32'],
    ],
    'text',
  ),
  fixLatency: message(
    82,
    'engine',
    'The player fixes the latency that the host gets; 0 has it follow the model. Answered by `latency`.',
    [['milliseconds', 'f32']],
  ),
  undoHistory: message(
    78,
    'engine',
    'The undo history of the present state. The plugin keeps it in memory for the next engine, should this one ' +
      'crash, and never saves it. Text: JSON that only an engine reads.',
    [],
    'text',
  ),
  recalled: message(
    79,
    'engine',
    'The preset that was asked for with this number has been recalled, or could not be; the `state` before this one shows which.',
    [['number', 'u32']],
  ),
  modelThread: message(
    81,
    'engine',
    'A model was opened in a thread of its own, whose number in the system this is: the streaming thread will wait for it in ' +
      'every block, so that it needs the same priority.',
    [['thread', 'u32']],
  ),
} as const;

/** Flags of a `block`. */
export const BLOCK_FLAG = {
  /** Clear every state and restart the noise before this block: an offline render begins, or the host has reset the plugin. */
  restart: 1,
  /** The host renders offline and waits. */
  offline: 2,
  /** Too late to be played: apply the events without processing or answering. Carries no samples. */
  skipped: 4,
  /** Carries every parameter that a new engine lacks. For the plugin's own order of messages; engines ignore it. */
  allParameters: 8,
  /** A request for a preset was not answered when this block was made: its parameters are older. As the one before. */
  recallPending: 16,
  /** The transport runs, and `beat` and `beatFraction` are its position. */
  playing: 32,
  /** The transport says how many samples the song is old. */
  songSample: 64,
} as const;

/** `program` of a `recallPreset` that names an identifier. */
export const NO_PROGRAM = 0xffffffff;

/** Layout of the events in the tail of a `block`; offsets are samples from the block's start. */
export const PARAMETER_EVENT = message(0, 'plugin', 'One automation point, in the parameter’s own unit.', [
  ['offset', 'u32'],
  ['index', 'u32'],
  ['value', 'f32'],
]);
export const MIDI_EVENT = message(
  0,
  'plugin',
  'One MIDI message: status | data1 << 8 | data2 << 16. A program change has the bank that its channel has selected, 14 bits, from bit 16 on.',
  [
    ['offset', 'u32'],
    ['message', 'u32'],
  ],
);

/** Bounds of a latency that the player fixes, in milliseconds. */
export const MIN_FIXED_LATENCY = 5;
export const MAX_FIXED_LATENCY = 1000;

/** `gesture` of a `parameter` from the engine. */
export const GESTURE = { none: 0, begin: 1, move: 2, end: 3 } as const;

/** `level` of a `notice`. */
export const NOTICE = { info: 0, warning: 1, error: 2 } as const;
