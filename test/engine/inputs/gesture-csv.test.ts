import { writeMidi } from 'midi-file';
import { formatGestureCsv, parseGestureCsv } from '../../../src/engine/inputs/gesture-csv.js';
import { parseGestureMidi } from '../../../src/engine/inputs/gesture-midi.js';
import { defaultInput } from '../../../src/document/default-preset.js';

describe('parseGestureCsv', () => {
  it.each([
    ['semicolons and decimal commas', 'Zeit;x;y\n0;0,25;1\n0,5;0,75;0\n'],
    ['tabs', '0\t0.25\t1\n0.5\t0.75\t0\n'],
    ['quotes', '"time","x","y"\r\n"0","0.25","1"\r\n"0.5","0.75","0"\r\n'],
    ['quoted decimal commas', '"time","x","y"\n"0","0,25","1"\n"0,5","0,75","0"\n'],
    ['names with other separators', '"time; seconds",x,y\n0,0.25,1\n0.5,0.75,0\n'],
    ['comments with quotes, and mixed line ends', '# "mine\r\n0,0.25,1\n\r\n#\r0.5,0.75,0'],
    ['spaces around cells', 'time, x, y\n 0, 0.25 ,1\n0.5 , "0.75", 0\n'],
    ['a byte order mark and comments', '\uFEFF# mine\n0,0.25,1\n  # then\n0.5,0.75,0\n'],
    ['lines that end in carriage returns', 'time,x,y\r0,0.25,1\r0.5,0.75,0\r'],
    ['milliseconds by the name of the column', 'time (ms),x,y\n0,0.25,1\n500,0.75,0\n'],
    ['milliseconds by a short name', 'ms;x;y\n0;0,25;1\n500;0,75;0\n'],
    ['values that are rounded beyond 0..1', '0,0.25,1.0000001\n0.5,0.75,-1e-9\n'],
    ['empty cells beyond the inputs', '0,0.25,1,,\n0.5,0.75,0,,\n'],
  ])('reads %s', (_name, text) => {
    expect(parseGestureCsv(text, 2)).toEqual(parseGestureCsv('0,0.25,1\n0.5,0.75,0\n', 2));
  });

  // Only rows were counted, not interpolated moves: two rows could need gigabytes.
  it('refuses rows that interpolate to too many moves', () => {
    const names = Array.from({ length: 8 }, (_, i) => i);
    const row = (seconds: number, value: number) => [seconds, ...names.map(() => value)].join();
    expect(() => parseGestureCsv([row(0, 0), row(4 * 3600, 1)].join('\n'), 8)).toThrow('4000000 moves');
  });

  it('reads an hour at 100 rows per second', () => {
    const rows = Array.from({ length: 360_000 }, (_, i) => `${(i / 100).toFixed(2)},${(i % 2).toString()}`);
    expect(parseGestureCsv(rows.join('\n'), 1).moves.at(-1)).toEqual({
      seconds: 3599.99,
      input: 0,
      value: 1,
    });
  });

  it('interpolates between rows and reaches each row exactly', () => {
    const { moves } = parseGestureCsv('seconds,x\n0,0\n0.1,1\n', 1);
    expect(moves[0]).toEqual({ seconds: 0, input: 0, value: 0 });
    expect(moves.at(-1)).toEqual({ seconds: 0.1, input: 0, value: 1 });
    for (const { seconds, value } of moves) expect(value).toBeCloseTo(10 * seconds, 9);
    expect(moves.length).toBeGreaterThan(10);
  });

  it('leaves an input unchanged at an empty cell and without a column', () => {
    const { moves } = parseGestureCsv('0,0.5,0.25\n1,,0.25\n', 3);
    expect(moves).toEqual([
      { seconds: 0, input: 0, value: 0.5 },
      { seconds: 0, input: 1, value: 0.25 },
    ]);
  });

  it('sorts moves of several inputs by time', () => {
    const { moves } = parseGestureCsv('0,0,1\n0.05,1,0\n', 2);
    const times = moves.map(({ seconds }) => seconds);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it.each([
    ['', /empty/],
    ['seconds,x\n', /empty/],
    ['0,0.5\n1,2\n', /Line 2.*0 to 1/],
    // Regression: a file without a column of values moved nothing, without a message.
    ['seconds\n0\n1\n', /no values beside its first column/],
    ['x\n0\n0.5\n1\n', /no values beside its first column/],
    // Every line was taken for a line of names, and the gesture was called empty.
    ['seconds x\n0 0.5\n1 0.25\n', /Line 2.*“0 0.5”.*time/],
    ['{\n"json": [1]\n}\n', /Line 2.*time/],
    ['0,0.5\n-1,0\n', /Line 2.*time/],
    ['0,0.5\n1,"0.5\n2,0.5\n', /Line 2: “0.5” is not a value/],
    ['1,0.5\n0.5,0\n', /Line 2.*backwards/],
    ['0,0.1,0.2\n', /2 values.*1 inputs/],
    ['0,0.1\n1e9,0.2\n', /Line 2.*time/],
  ])('refuses %j', (text, message) => {
    expect(() => parseGestureCsv(text, 1)).toThrow(message);
  });

  it('reads back what it writes', () => {
    const moves = [
      { seconds: 0, input: 0, value: 0.5 },
      { seconds: 0.004, input: 1, value: 0.125 },
      { seconds: 0.006, input: 0, value: 1 },
    ];
    expect(parseGestureCsv(formatGestureCsv({ inputs: 2, moves }), 2).moves).toEqual(moves);
  });
});

describe('parseGestureMidi', () => {
  const inputs = [
    { ...defaultInput('x'), source: { kind: 'cc' as const, channel: 0, controller: 1, bits: 7 as const } },
  ];
  const controller = (deltaTime: number, value: number) => ({
    deltaTime,
    type: 'controller' as const,
    channel: 0,
    controllerType: 1,
    value,
  });
  const file = (events: Parameters<typeof writeMidi>[0]['tracks'][number]) =>
    Uint8Array.from(writeMidi({ header: { format: 0, numTracks: 1, ticksPerBeat: 480 }, tracks: [events] }));

  it('follows tempo changes', () => {
    const { moves } = parseGestureMidi(
      file([
        controller(480, 0),
        { deltaTime: 0, type: 'setTempo', microsecondsPerBeat: 1_000_000 },
        controller(480, 127),
        { deltaTime: 0, type: 'endOfTrack' },
      ]),
      inputs,
    );
    expect(moves).toEqual([
      { seconds: 0.5, input: 0, value: 0 },
      { seconds: 1.5, input: 0, value: 1 },
    ]);
  });

  it('refuses a damaged file and one that moves no input', () => {
    const good = file([controller(0, 1), { deltaTime: 0, type: 'endOfTrack' }]);
    expect(() => parseGestureMidi(good.subarray(1), inputs)).toThrow(/Standard MIDI File/);
    expect(() => parseGestureMidi(good, [defaultInput('x')])).toThrow(/none of the preset/);
  });
});
