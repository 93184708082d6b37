import { PARAMETERS } from '../../../src/document/parameters.js';
import { TELEMETRY, TelemetryFrame } from '../../../src/protocol/interface-frames.js';
import { LiveValues } from '../../../src/ui/engine-client/live-values.js';

const message = (fill: (frame: TelemetryFrame) => void, latents = 3): ArrayBuffer => {
  const frame = new TelemetryFrame(latents, PARAMETERS.length);
  fill(frame);
  return frame.frame.slice().buffer;
};

describe('LiveValues', () => {
  it('reads telemetry into the same buffers while the number of latents stays', () => {
    const values = new LiveValues();
    expect(
      values.receive(
        message(({ decoded }) => decoded.set([1, 2, 3])),
        0,
      ),
    ).toBe(true);
    const { frame } = values;
    values.receive(
      message(({ decoded }) => decoded.set([4, 5, 6])),
      30,
    );
    expect(values.frame).toBe(frame);
    expect([...(values.frame?.decoded ?? [])]).toEqual([4, 5, 6]);
    values.receive(
      message(({ decoded }) => decoded.fill(7), 5),
      60,
    );
    expect(values.frame?.latents).toBe(5);
  });

  it('refuses other messages', () => {
    const values = new LiveValues();
    expect(values.receive(new ArrayBuffer(3), 0)).toBe(false);
    expect(values.receive(message(() => undefined).slice(0, -4), 0)).toBe(false);
    expect(values.frame).toBeNull();
  });

  it('returns a value set on the page until telemetry must have caught up, then the engine’s value', () => {
    const values = new LiveValues();
    values.receive(
      message(({ parameters }) => parameters.fill(0.25)),
      0,
    );
    expect(values.parameter(0, 0.5, 10)).toBe(0.25);
    values.setLocally(0, 0.75, 100);
    expect(values.parameter(0, 0.5, 200)).toBe(0.75);
    values.receive(
      message(({ parameters }) => parameters.fill(0.875)),
      400,
    );
    expect(values.parameter(0, 0.5, 401)).toBe(0.875);
  });

  // On a busy machine the engine took longer than a quarter of a second, and the next step began from an older value.
  it('returns a value that the engine has yet to confirm, however long that takes', async () => {
    const values = new LiveValues();
    let confirm = (): void => undefined;
    values.setLocally(0, 0.75, 0, new Promise((resolve) => (confirm = resolve)));
    const late = performance.now() + 60_000;
    expect(values.parameter(0, 0.5, late)).toBe(0.75);
    confirm();
    await Promise.resolve();
    expect(values.parameter(0, 0.5, performance.now())).toBe(0.75);
    expect(values.parameter(0, 0.5, late)).toBe(0.5);
  });

  it('falls back to the document when no telemetry arrives', () => {
    const values = new LiveValues();
    values.receive(
      message(({ parameters, scalars }) => {
        parameters.fill(0.25);
        scalars[TELEMETRY.totalLoad] = 0.5;
      }),
      0,
    );
    expect(values.isCurrent(100)).toBe(true);
    expect(values.scalar('totalLoad')).toBe(0.5);
    expect(values.isCurrent(2000)).toBe(false);
    expect(values.parameter(0, 0.5, 2000)).toBe(0.5);
  });

  it('shows an input that moves by itself where it was heard last', () => {
    const values = new LiveValues();
    const fader = { source: { kind: 'pad' }, value: 0.5 } as const;
    const lfo = { kind: 'lfo', shape: 'sine', period: 1, unit: 'beats', phase: 0, seed: 0 } as const;
    const moving = { source: lfo, value: 0.5 };
    expect(values.input(1, moving, 0)).toBe(0.5);
    values.receive(
      message(({ parameters }) => parameters.fill(0.25)),
      0,
    );
    for (const [now, shown] of [
      [100, 0.25],
      [2000, 0.5],
    ] as const) {
      expect(values.input(0, fader, now)).toBe(shown);
      expect(values.input(1, moving, now)).toBe(0.25);
    }
  });

  // Regression: the load was minus infinity until the first telemetry.
  it('has no load and silent levels before the first telemetry', () => {
    const values = new LiveValues();
    expect([values.scalar('modelLoad'), values.scalar('totalLoad')]).toEqual([0, 0]);
    expect(values.scalar('outputPeakLeft')).toBe(-Infinity);
  });
});
