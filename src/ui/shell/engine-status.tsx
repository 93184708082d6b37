import { useEffect, useRef, useState } from 'react';
import { perform } from '../engine-client/commands.js';
import { usePage, values } from '../engine-client/page.js';
import { FormLine } from '../shared/controls/form-line.js';
import { Popover } from '../shared/controls/popover.js';
import { Slider } from '../shared/controls/slider.js';
import styles from './engine-status.module.css';

const REFRESH_MILLISECONDS = 250;

interface Telemetry {
  load: number;
  modelLoad: number;
  faults: number;
}

/** Telemetry to be read as text, so updated only a few times a second; null while no audio runs. */
function useTelemetry(): Telemetry | null {
  const [telemetry, setTelemetry] = useState<Telemetry | null>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      const next = values.isCurrent(performance.now())
        ? {
            load: values.scalar('totalLoad'),
            modelLoad: values.scalar('modelLoad'),
            faults: values.scalar('faults'),
          }
        : null;
      setTelemetry(next);
    }, REFRESH_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);
  return telemetry;
}

const STATE_NAMES = {
  connecting: 'connecting',
  open: 'engine',
  lost: 'reconnecting',
  refused: 'other engine',
  stopped: 'stopped',
  'no-token': 'no engine',
} as const;

const percent = (share: number) => `${Math.round(100 * share)} %`;

/** State, load and latency of the engine; a press opens the details. */
export function EngineStatus() {
  const connection = usePage((state) => state.connection);
  const stream = usePage((state) => state.stream);
  const live = usePage((state) => state.live);
  const telemetry = useTelemetry();
  const [at, setAt] = useState<{ x: number; y: number } | null>(null);
  const button = useRef<HTMLButtonElement>(null);

  const latency = stream === null ? null : (1000 * stream.latencySamples) / stream.rate;
  const trouble = connection !== 'open' || (telemetry?.load ?? 0) > 0.9;
  return (
    <>
      <button
        ref={button}
        type="button"
        className={styles.engine}
        data-trouble={trouble}
        data-idle={telemetry === null}
        data-help="The engine: its load, and the latency from input to output. Press for details."
        onClick={() => {
          const box = button.current?.getBoundingClientRect();
          if (box !== undefined) setAt(at === null ? { x: box.right - 280, y: box.bottom + 6 } : null);
        }}
      >
        <span className={styles.light} aria-hidden="true" />
        <span>{STATE_NAMES[connection]}</span>
        <span className={styles.figure}>{telemetry === null ? '–' : percent(telemetry.load)}</span>
        <span className={styles.figure}>{latency === null ? '– ms' : `${latency.toFixed(1)} ms`}</span>
      </button>
      {at !== null && (
        <Popover label="Engine" at={at} opener={button} onClose={() => setAt(null)}>
          <dl className={styles.facts}>
            <dt>Load per block</dt>
            <dd>
              {telemetry === null
                ? 'no audio'
                : `${percent(telemetry.load)}, model ${percent(telemetry.modelLoad)}`}
            </dd>
            <dt>Latency</dt>
            <dd>
              {stream === null || latency === null
                ? '–'
                : `${latency.toFixed(1)} ms, ${stream.latencySamples} samples`}
            </dd>
            <dt>Rate</dt>
            <dd>
              {stream === null ? '–' : `${stream.rate} Hz, ${stream.channels === 1 ? 'mono' : 'stereo'}`}
            </dd>
            <dt>Faults</dt>
            <dd>{telemetry?.faults ?? 0}</dd>
            {live !== null && (
              <>
                <dt>Underruns</dt>
                <dd>{live.underruns}</dd>
              </>
            )}
          </dl>
          {live !== null && (
            <div className={styles.buffer}>
              <FormLine title="Buffer">
                <Slider
                  label="Buffer to the speakers"
                  help="A larger buffer avoids gaps on a busy machine, a smaller one has less latency."
                  value={live.bufferMilliseconds}
                  min={10}
                  max={500}
                  skew={0.5}
                  initial={80}
                  unit="ms"
                  onChange={(milliseconds, gesture) =>
                    gesture !== 'begin' && perform({ type: 'buffer', milliseconds: Math.round(milliseconds) })
                  }
                />
              </FormLine>
            </div>
          )}
        </Popover>
      )}
    </>
  );
}
