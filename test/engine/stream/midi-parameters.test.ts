import { MidiParameters } from '../../../src/engine/stream/midi-parameters.js';

describe('MidiParameters', () => {
  let parameters: MidiParameters;
  beforeEach(() => (parameters = new MidiParameters()));
  const send = (...messages: [controller: number, value: number][]) => {
    for (const message of messages) parameters.take(2, ...message);
  };

  it('reads a value of seven bits over its whole range, and one of fourteen once its fine half was sent', () => {
    send([99, 3], [98, 4], [6, 127]);
    expect([parameters.nrpn, parameters.position]).toEqual([3 * 128 + 4, 1]);
    send([38, 127]);
    expect(parameters.position).toBe(1);
    send([6, 64]);
    expect(parameters.position).toBe(0x2000 / 0x3fff);
    send([38, 1]);
    expect(parameters.position).toBe(0x2001 / 0x3fff);
  });

  it('reports the parameter only with its data, on its own channel', () => {
    send([99, 0], [98, 1]);
    expect(parameters.nrpn).toBe(-1);
    parameters.take(3, 6, 64);
    expect(parameters.nrpn).toBe(-1);
    send([7, 64]);
    expect(parameters.nrpn).toBe(-1);
  });

  it('distinguishes registered and non-registered parameters', () => {
    send([101, 0], [100, 6], [6, 5]);
    expect([parameters.rpn, parameters.nrpn, parameters.coarseValue]).toEqual([6, -1, 5]);
    send([99, 0], [98, 6], [6, 5]);
    expect([parameters.rpn, parameters.nrpn]).toEqual([-1, 6]);
  });

  it('ignores data after the null function, of either kind', () => {
    send([99, 0], [98, 1], [101, 127], [100, 127], [6, 64], [96, 0]);
    expect([parameters.rpn, parameters.nrpn]).toEqual([-1, -1]);
  });

  // The fine half of one parameter was joined to the coarse half of another on the same channel.
  it('keeps the values of parameters apart that alternate on a channel', () => {
    send([99, 0], [98, 1], [6, 100], [38, 5]);
    send([99, 0], [98, 2], [38, 7]);
    expect(parameters.nrpn).toBe(-1);
    // The other one is of seven bits: it reaches its end.
    send([6, 127]);
    expect([parameters.nrpn, parameters.position]).toEqual([2, 1]);
    send([99, 0], [98, 1], [6, 100], [38, 6]);
    expect(parameters.position).toBe(((100 << 7) | 6) / 0x3fff);
    // Nothing else has received data meanwhile: the fine half alone moves it on, as MIDI 1.0 allows.
    send([99, 127], [98, 127], [99, 0], [98, 1], [38, 7]);
    expect(parameters.position).toBe(((100 << 7) | 7) / 0x3fff);
  });

  // A step of a bend range set it to what data entry had sent last, for whichever parameter.
  it('steps no registered parameter', () => {
    send([99, 0], [98, 1], [6, 100], [101, 0], [100, 0], [96, 0]);
    expect([parameters.rpn, parameters.nrpn]).toEqual([-1, -1]);
  });

  it('counts increments and decrements', () => {
    send([99, 0], [98, 1], [96, 0]);
    expect([parameters.nrpn, parameters.position, parameters.steps]).toEqual([1, NaN, 1]);
    send([97, 127]);
    expect(parameters.steps).toBe(-1);
  });
});
