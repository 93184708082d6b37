import { LiveTempo } from '../../../src/engine/live/live-tempo.js';
import { LiveTransport } from '../../../src/engine/live/live-transport.js';
import type { ToLiveWorker } from '../../../src/engine/live/messages.js';
import { MIDI_CLOCK } from '../../../src/protocol/midi-clock.js';

describe('the live session’s tempo', () => {
  let now: number;
  let posted: ToLiveWorker[];
  let shown: string[];
  let tempo: LiveTempo;
  beforeEach(() => {
    now = 0;
    posted = [];
    shown = [];
    tempo = new LiveTempo(
      (message) => posted.push(message),
      () => shown.push(`${tempo.state.follows} ${tempo.state.perMinute}`),
      () => 0.1,
      () => now,
    );
  });
  afterEach(() => tempo.close());
  const ticks = (count: number, milliseconds: number) => {
    for (let i = 0; i < count; i++) {
      tempo.receive(MIDI_CLOCK.tick);
      now += milliseconds;
    }
  };

  it('is set without moving the beat', () => {
    tempo.set(93);
    expect(posted).toEqual([{ type: 'tempo', perMinute: 93, beat: null, align: 'jump' }]);
    expect(shown).toEqual(['own 93']);
  });

  // What is rendered now is heard 0.1 s later, a fifth of a beat at 120 per minute.
  it('is tapped, with the beat on the taps as they are heard', () => {
    tempo.tap();
    now = 500;
    tempo.tap();
    expect(posted).toEqual([{ type: 'tempo', perMinute: 120, beat: 1.2, align: 'jump' }]);
  });

  it('follows a MIDI clock once a beat, shows its tempo, and takes no other until that ends', () => {
    tempo.receive(MIDI_CLOCK.start);
    ticks(24 * 4, 60_000 / 100 / 24);
    expect(shown).toEqual(['midi-clock 100']);
    expect(posted.length).toBe(4);
    expect(posted.at(-1)).toMatchObject({ type: 'tempo', align: 'follow' });
    const beats = posted.map((message) => (message.type === 'tempo' ? message.beat : null));
    [13 / 24, 1, 2, 3].forEach((beat, i) =>
      expect(beats[i]).toBeCloseTo(beat - (1 / 24) * Number(i === 0) + 0.1 / 0.6, 6),
    );
    tempo.set(50);
    tempo.tap();
    expect(posted.length).toBe(4);
  });
});

describe('a MIDI clock that is stopped', () => {
  // Regression: the tempo was followed while it ran only, unless it stopped on a beat; then at every tick.
  it('is still followed once a beat, in its tempo alone', () => {
    let now = 0;
    const posted: ToLiveWorker[] = [];
    const tempo: LiveTempo = new LiveTempo(
      (message) => posted.push(message),
      () => undefined,
      () => 0,
      () => now,
    );
    const ticks = (count: number, perMinute: number) => {
      for (let i = 0; i < count; i++) {
        tempo.receive(MIDI_CLOCK.tick);
        now += 60_000 / perMinute / 24;
      }
    };
    for (const stoppedAfter of [48, 61]) {
      ticks(stoppedAfter, 100);
      tempo.receive(MIDI_CLOCK.stop);
      posted.length = 0;
      ticks(240, 104);
      expect(posted.length).toBe(10);
      expect(posted.every((message) => message.type === 'tempo' && message.beat === null)).toBe(true);
      expect(tempo.state.perMinute).toBeCloseTo(104, 0);
      tempo.receive(MIDI_CLOCK.continue);
      ticks(240, 100);
    }
    tempo.close();
  });
});

describe('the live session’s transport', () => {
  it('jumps to a beat that is set, and closes in on a clock that it follows without a jump', () => {
    const transport = new LiveTransport();
    transport.jump(120, 7);
    transport.advance(24_000, 48_000);
    expect(transport.time.beat).toBe(8);
    // The clock is 0.1 beats ahead.
    for (let beat = 8; beat < 60; beat++) {
      transport.follow(120, beat + 0.1);
      expect(Math.abs(transport.time.tempo - 120)).toBeLessThan(2);
      transport.advance(24_000, 48_000);
    }
    expect(transport.time.beat).toBeCloseTo(60.1, 3);
    transport.follow(90, 4);
    expect(transport.time).toEqual({
      tempo: 90,
      playing: true,
      beat: 4,
      beatsPerBar: 4,
      songSample: 53 * 24_000,
    });
    transport.follow(95, null);
    expect(transport.time).toMatchObject({ tempo: 95, beat: 4 });
  });
});
