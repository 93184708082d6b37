import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Programs } from '../../../src/engine/persistence/programs.js';
import { MAX_PROGRAM } from '../../../src/protocol/programs.js';

describe('program changes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiller-programs-'));
  const opened: Programs[] = [];
  const open = async (path: string | null) => {
    const programs = new Programs(path);
    opened.push(programs);
    await programs.open();
    return programs;
  };
  afterEach(() => {
    for (const programs of opened.splice(0)) programs.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('recall nothing until the player switches them on, then what was assigned, on the chosen channel', async () => {
    const programs = await open(null);
    await programs.assign(5, 'user/a');
    expect(await programs.find(5)).toBeNull();
    await programs.set({ on: true });
    expect(await programs.find(5)).toBe('user/a');
    expect(await programs.find(5, 9)).toBe('user/a');
    expect(await programs.find(6)).toBeNull();
    await programs.set({ channel: 2 });
    expect(await programs.find(5, 9)).toBeNull();
    expect(await programs.find(5, 2)).toBe('user/a');
    await programs.assign(5, null);
    expect(await programs.find(5, 2)).toBeNull();
  });

  it('are kept in a file, and changes of two engines add up', async () => {
    const path = join(folder, 'deep', 'programs.json');
    const one = await open(path);
    await Promise.all([one.assign(1, 'user/b'), one.assign(0, 'user/a'), one.set({ on: true, channel: 4 })]);
    const two = await open(path);
    await two.assign(MAX_PROGRAM, 'user/c');
    await one.assign(1, 'user/d');
    expect(one.state).toEqual({
      on: true,
      channel: 4,
      assignments: [
        { program: 0, preset: 'user/a' },
        { program: 1, preset: 'user/d' },
        { program: MAX_PROGRAM, preset: 'user/c' },
      ],
    });
    // Two looks at the file, two seconds apart.
    while (two.state.assignments[1]?.preset !== 'user/d')
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(two.state).toEqual(one.state);
  });

  it('keep every other assignment where it is', async () => {
    const program = fc.integer({ min: 0, max: 40 });
    const step = fc.tuple(program, fc.option(fc.constantFrom('user/a', 'user/b', 'user/c')));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const programs = new Programs(null);
        await programs.set({ on: true });
        const expected = new Map<number, string>();
        for (const [number, preset] of steps) {
          await programs.assign(number, preset);
          if (preset === null) expected.delete(number);
          else expected.set(number, preset);
        }
        for (let number = 0; number <= 40; number++)
          expect(await programs.find(number)).toBe(expected.get(number) ?? null);
        const numbers = programs.state.assignments.map((assignment) => assignment.program);
        expect(numbers).toEqual([...expected.keys()].sort((a, b) => a - b));
      }),
    );
  });

  it.each([
    '{"format":',
    '{"format":"tiller-programs","version":1,"on":true,"channel":17,"assignments":[]}',
    '{"format":"tiller-programs","version":1,"on":true,"channel":1,"assignments":[{"program":2097152,"preset":"a"}]}',
    '{"format":"tiller-programs","version":2,"on":true,"channel":1,"assignments":[]}',
  ])('rename a file that cannot be read: %s', async (text) => {
    const inner = mkdtempSync(join(folder, 'torn-'));
    const path = join(inner, 'programs.json');
    writeFileSync(path, text);
    const programs = new Programs(path);
    opened.push(programs);
    await expect(programs.open()).rejects.toMatchObject({ code: 'preset-invalid' });
    expect(await programs.find(0)).toBeNull();
    const [aside = ''] = readdirSync(inner);
    expect(aside).toMatch(/^programs\.json\.\d+\.unreadable$/);
    expect(readFileSync(join(inner, aside), 'utf8')).toBe(text);
  });
});
