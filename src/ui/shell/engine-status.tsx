import { Popover } from 'radix-ui';
import { useEffect, useState } from 'react';
import { RecentGaps } from '../audio/recent-gaps.js';
import { speakerMilliseconds } from '../audio/speaker.js';
import { perform } from '../engine-client/commands.js';
import { usePage, values } from '../engine-client/page.js';
import { FormLine } from '../shared/controls/form-line.js';
import { Slider } from '../shared/controls/slider.js';
import styles from './engine-status.module.css';

const REFRESH_MILLISECONDS = 250;

interface Telemetry {
  load: number;
  modelLoad: number;
  /** True while the model is not called, since nothing would be heard of it. */
  modelRests: boolean;
  faults: number;
  /** Of the streaming thread: 1..99, 0 for an ordinary one, NaN where it is not known. */
  priority: number;
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
            modelRests: values.scalar('modelRests') === 1,
            faults: values.scalar('faults'),
            priority: values.scalar('realtimePriority'),
          }
        : null;
      setTelemetry(next);
    }, REFRESH_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);
  return telemetry;
}

/** Under-runs of the last ten seconds. @param underruns counted since the speaker opened; null while that is not known */
function useRecentGaps(underruns: number | null): number {
  const [recent] = useState(() => new RecentGaps());
  const [gaps, setGaps] = useState(0);
  useEffect(() => {
    const count = () => setGaps(recent.count(underruns, performance.now()));
    count();
    const timer = setInterval(count, REFRESH_MILLISECONDS);
    return () => clearInterval(timer);
  }, [recent, underruns]);
  return gaps;
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

  const latency = stream === null ? null : (1000 * stream.latencySamples) / stream.rate;
  const hostLatency = usePage((state) => state.hostLatency);
  // In a host, what is reported to it: the host adds its own buffers and shows the sum.
  const reported =
    hostLatency === null ? null : (hostLatency.fixedMilliseconds ?? hostLatency.neededMilliseconds);
  const outside = live === null ? 0 : live.bufferMilliseconds + speakerMilliseconds();
  const total = reported ?? (latency === null ? null : latency + outside);
  const gaps = useRecentGaps(live?.underruns ?? null);
  const hasProblem = connection !== 'open' || (telemetry?.load ?? 0) > 0.9 || gaps > 0;
  return (
    <Popover.Root>
      <Popover.Trigger
        className={styles.engine}
        data-problem={hasProblem}
        data-idle={telemetry === null}
        data-help="The engine: its load, the latency from input to speakers, and gaps of the last ten seconds. Press for details."
      >
        <span className={styles.light} aria-hidden="true" />
        <span>{STATE_NAMES[connection]}</span>
        <span className={styles.figure}>{telemetry === null ? '–' : percent(telemetry.load)}</span>
        <span className={styles.figure}>{total === null ? '– ms' : `${total.toFixed(1)} ms`}</span>
        {gaps > 0 && (
          <span className={styles.gaps}>
            {gaps} {gaps === 1 ? 'gap' : 'gaps'}
          </span>
        )}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={styles.details}
          aria-label="Engine"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          onKeyDown={(event) => event.stopPropagation()}
        >
          <dl className={styles.facts}>
            <dt>Load per block</dt>
            <dd>
              {telemetry === null
                ? 'no audio'
                : `${percent(telemetry.load)}, ${telemetry.modelRests ? 'model resting' : `model ${percent(telemetry.modelLoad)}`}`}
            </dd>
            <dt>Latency</dt>
            <dd>
              {stream === null || latency === null
                ? '–'
                : `${latency.toFixed(1)} ms, ${stream.latencySamples} samples`}
            </dd>
            {reported !== null && (
              <>
                <dt>reported to the host</dt>
                <dd>
                  {reported.toFixed(1)} ms{hostLatency?.fixedMilliseconds === null ? '' : ', fixed'}
                </dd>
              </>
            )}
            {live !== null && total !== null && (
              <>
                <dt>with the speakers</dt>
                <dd>
                  {total.toFixed(1)} ms: buffer {Math.round(live.bufferMilliseconds)} ms, system{' '}
                  {Math.round(speakerMilliseconds())} ms
                </dd>
              </>
            )}
            <dt>Rate</dt>
            <dd>
              {stream === null ? '–' : `${stream.rate} Hz, ${stream.channels === 1 ? 'mono' : 'stereo'}`}
            </dd>
            {live === null && telemetry !== null && !Number.isNaN(telemetry.priority) && (
              <>
                <dt>Priority</dt>
                <dd>{telemetry.priority > 0 ? 'real time' : 'ordinary: run “tiller doctor”'}</dd>
              </>
            )}
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
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
