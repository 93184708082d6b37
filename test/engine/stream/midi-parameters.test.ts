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

  it('counts increments and decrements', () => {
    send([99, 0], [98, 1], [96, 0]);
    expect([parameters.nrpn, parameters.position, parameters.steps]).toEqual([1, NaN, 1]);
    send([97, 127]);
    expect(parameters.steps).toBe(-1);
  });
});
