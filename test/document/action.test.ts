import { readFileSync } from 'node:fs';
import { ACTIONS, actionOf, inputRangeOf } from '../../src/document/action.js';
import { withoutAssigned, modesFor, type Assignment } from '../../src/document/assignment.js';
import { assignmentSchema } from '../../src/document/assignment-schema.js';
import type { ControllerSource } from '../../src/document/controller-source.js';
import { defaultInput } from '../../src/document/default-preset.js';
import { MAX_INPUTS } from '../../src/document/limits.js';
import { PARAMETERS, parameterPosition, parameterValueAt } from '../../src/document/parameters.js';

const SOURCES: readonly ControllerSource[] = [
  { kind: 'cc', channel: 0, controller: 1, bits: 7 },
  { kind: 'cc', channel: 0, controller: 1, bits: 14 },
  { kind: 'nrpn', channel: 0, number: 1 },
  { kind: 'note', channel: 0, note: 1 },
  { kind: 'pitch-bend', channel: 0 },
  { kind: 'channel-pressure', channel: 0 },
  { kind: 'poly-pressure', channel: 0, note: 1 },
  { kind: 'osc', address: '/a', argument: 0 },
  { kind: 'gamepad', axis: 0 },
  { kind: 'gamepad-button', button: 0 },
  { kind: 'key', key: 'a' },
];

describe('the actions', () => {
  it('have identifiers of their own, and every parameter is one', () => {
    expect(new Set(ACTIONS.map(({ id }) => id)).size).toBe(ACTIONS.length);
    const moved = ACTIONS.flatMap(({ parameter }) => (parameter === undefined ? [] : [parameter]));
    expect(moved).toEqual([...PARAMETERS.keys()]);
  });

  it('have their addresses in the protocol’s description', () => {
    const text = readFileSync('docs/protocol.md', 'utf8');
    const single = ACTIONS.filter(
      ({ id, parameter = MAX_INPUTS }) => parameter >= MAX_INPUTS && !/\d$/.test(id),
    );
    expect(single.length).toBeGreaterThan(20);
    expect(
      single.filter(({ id }) => !text.includes(`\`${id}\``) && !text.includes(`\`/tiller/${id}\``)),
    ).toEqual([]);
  });

  it('can each be assigned to every source, in every mode that is offered', () => {
    for (const { id, kind } of ACTIONS)
      for (const source of SOURCES) {
        const modes = modesFor(kind, source);
        expect(modes.length).toBeGreaterThan(0);
        for (const mode of modes)
          expect(
            assignmentSchema.safeParse({
              id: 'x',
              action: { id },
              source,
              mode,
              range: [1, 0],
              feedback: false,
            }).success,
          ).toBe(true);
      }
    expect(actionOf({ id: 'example', number: 3 }).kind).toBe('trigger');
    expect(() => actionOf({ id: 'fly' })).toThrow(RangeError);
  });

  it('say which end of which input’s range they move', () => {
    expect(inputRangeOf({ id: 'inputLow1' })).toEqual({ input: 0, end: 'low' });
    expect(inputRangeOf({ id: `inputHigh${MAX_INPUTS}` })).toEqual({ input: MAX_INPUTS - 1, end: 'high' });
    expect(inputRangeOf({ id: 'input1' })).toBeNull();
  });

  it('return from a parameter’s value to its position', () => {
    PARAMETERS.forEach(({ min, max, initial }, index) => {
      for (const value of [min, initial, max])
        expect(parameterValueAt(index, parameterPosition(index, value))).toBeCloseTo(value, 9);
      expect(parameterValueAt(index, 2)).toBe(max);
    });
  });
});

describe('inputs beside a controller map', () => {
  const source = { kind: 'cc', channel: 2, controller: 7, bits: 7 } as const;
  const inputs = [
    { ...defaultInput('a'), source },
    { ...defaultInput('b'), source: { kind: 'host' as const } },
  ];
  const assign = (id: string, from: ControllerSource): Assignment => ({
    id,
    action: { id },
    source: from,
    mode: 'jump',
    range: [0, 1],
    feedback: false,
  });
  const kinds = (...assignments: Assignment[]) =>
    withoutAssigned(inputs, assignments).map((input) => input.source.kind);

  it('listen to what the map leaves', () => {
    expect(kinds()).toEqual(['cc', 'host']);
    expect(kinds(assign('dryWet', { ...source, channel: 3 }))).toEqual(['cc', 'host']);
    expect(kinds(assign('dryWet', { ...source, channel: 0 }))).toEqual(['pad', 'host']);
    expect(kinds(assign('dryWet', { ...source, controller: 8 }))).toEqual(['cc', 'host']);
  });

  it('do not listen to their own source where the map assigns them; automation goes on', () => {
    const other = { kind: 'pitch-bend', channel: 0 } as const;
    expect(kinds(assign('input1', other), assign('input2', other))).toEqual(['pad', 'host']);
  });
});
