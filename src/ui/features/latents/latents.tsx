import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { TelemetryFrame } from '../../../protocol/interface-frames.js';
import { usePage, values } from '../../engine-client/page.js';
import { SectionHead } from '../../shared/controls/section-head.js';
import { useCanvas, type Surface } from '../../shared/canvas/use-canvas.js';
import { ParameterSlider } from '../../shared/controls/parameter.js';
import { LatentMenu } from './latent-menu.js';
import { LatentColumn } from './latent-column.js';
import { paintLatents, paintOverview, type LatentsScene } from './latents-painter.js';
import { columnWidth, extentOf, DEFAULT_RANGE } from './latents-scale.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './latents.module.css';

/** Time constant of the smoothing that lets 30 telemetry frames a second look continuous. */
const SMOOTHING_SECONDS = 0.025;

/** Differences below this, in latent units, cannot be seen. */
const INVISIBLE = 1e-3;

/**
 * Moves `shown` towards `target` by `share` of the difference; a value that appears or becomes NaN is copied.
 * @returns whether anything moved visibly
 */
function smooth(shown: Float32Array, target: Float32Array, share: number): boolean {
  let moved = false;
  for (let i = 0; i < shown.length; i++) {
    const from = shown[i] ?? NaN;
    const to = target[i] ?? NaN;
    if (Number.isNaN(from) && Number.isNaN(to)) continue;
    const jumps = Number.isNaN(from) || Number.isNaN(to);
    if (!jumps && Math.abs(to - from) < INVISIBLE) continue;
    shown[i] = jumps ? to : from + (to - from) * share;
    moved = true;
  }
  return moved;
}

class SmoothedLatents {
  readonly encoded: Float32Array;
  readonly mapped: Float32Array;
  readonly decoded: Float32Array;
  /** Counts the changes, for the canvases that show them. */
  version = 0;
  constructor(readonly count: number) {
    this.encoded = new Float32Array(count).fill(NaN);
    this.mapped = new Float32Array(count).fill(NaN);
    this.decoded = new Float32Array(count);
  }

  follow(frame: TelemetryFrame, share: number): void {
    const encoded = smooth(this.encoded, frame.encoded, share);
    const mapped = smooth(this.mapped, frame.mapped, share);
    const decoded = smooth(this.decoded, frame.decoded, share);
    if (encoded || mapped || decoded) this.version += 1;
  }
}

/** One column per latent with the encoder's value, the mapped or held one, and the decoder's. */
export function Latents() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const overview = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(400);
  /** The column that the Tab key reaches. */
  const [stop, setStop] = useState(0);
  const dimensions = usePage(({ steering }) => steering.dimensions);
  const amount = usePage(({ steering }) => steering.amount);
  const card = usePage(({ model }) => model.card);
  const missing = usePage(({ model }) => model.missing);
  const holds = usePage((state) => state.holds);
  const selected = usePage(({ view }) => view.dimension);
  const count = dimensions.length;

  const scene = useMemo<LatentsScene>(() => {
    const calibrated = card?.latentRanges ?? [];
    const extents = dimensions.map((_, i) => extentOf(calibrated[i] ?? DEFAULT_RANGE));
    return { dimensions, calibrated, holds, selected, extents };
  }, [dimensions, card, holds, selected]);
  const column = columnWidth(width, count);
  const pans = column * count > width + 1;

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const smoothed = useRef<SmoothedLatents>(new SmoothedLatents(0));
  const painted = useRef({ running: false, scroll: 0, version: -1 });
  const paint = useCallback(
    ({ context, width: across, height, now, elapsed, stale }: Surface) => {
      const { frame } = values;
      const running = frame?.latents === count && values.isCurrent(now);
      if (smoothed.current.count !== count) smoothed.current = new SmoothedLatents(count);
      if (running) smoothed.current.follow(frame, 1 - Math.exp(-elapsed / SMOOTHING_SECONDS));
      const scroll = scroller.current?.scrollLeft ?? 0;
      const { version } = smoothed.current;
      const last = painted.current;
      if (!stale && last.running === running && last.scroll === scroll && last.version === version) return;
      painted.current = { running, scroll, version };
      paintLatents(
        context,
        scene,
        running ? smoothed.current : null,
        columnWidth(across, count),
        scroll,
        across,
        height,
      );
    },
    [scene, count],
  );
  useCanvas(canvas, paint);

  const strip = useRef({ scroll: 0, version: -1 });
  const paintStrip = useCallback(
    ({ context, width: across, height, stale }: Surface) => {
      const element = scroller.current;
      if (element === null) return;
      const { version } = smoothed.current;
      if (!stale && strip.current.scroll === element.scrollLeft && strip.current.version === version) return;
      strip.current = { scroll: element.scrollLeft, version };
      const total = Math.max(1, element.scrollWidth);
      const view = {
        from: element.scrollLeft / total,
        to: (element.scrollLeft + element.clientWidth) / total,
      };
      paintOverview(context, smoothed.current.decoded, scene.extents, view, across, height);
    },
    [scene],
  );
  useCanvas(overview, paintStrip);

  return (
    <section className={`${utilities.surface} ${styles.latents}`} aria-label="Latents">
      <SectionHead title="Latents">
        <ul className={styles.legend} aria-label="Colours">
          <li className={styles.encoded} data-help="The latents of the input, as encoded.">
            input
          </li>
          <li className={styles.mapped} data-help="The latents that the mapping gives, or that you hold.">
            control
          </li>
          <li className={styles.decoded} data-help="The latents that the decoder gets.">
            output
          </li>
        </ul>
        <div className={utilities.spacer} />
        <div className={styles.amount}>
          <span aria-hidden="true">Amount</span>
          <div className={styles.amountSlider}>
            <ParameterSlider of="amount" value={amount} />
          </div>
        </div>
      </SectionHead>
      <div className={styles.stage}>
        <canvas ref={canvas} className={styles.canvas} aria-hidden="true" />
        <div className={styles.scroll} data-testid="latents-scroll" ref={scroller} tabIndex={-1}>
          <LatentMenu>
            <div className={styles.columns} data-columns style={{ width: `${column * count}px` }}>
              {dimensions.map((dimension, i) => (
                <LatentColumn
                  key={i}
                  index={i}
                  width={column}
                  extent={scene.extents[i] ?? 1}
                  steering={dimension}
                  hold={holds[i] ?? null}
                  selected={selected === i}
                  tabStop={Math.min(stop, count - 1) === i}
                  onFocus={setStop}
                />
              ))}
            </div>
          </LatentMenu>
        </div>
        {count === 0 && (
          <p className={styles.empty}>
            {card?.latentDims === 0 ? (
              <>This model is an effect: it has no latents.</>
            ) : missing === null ? (
              <>No model is loaded. Drop a RAVE model (.ts) on this window, or choose one in the Library.</>
            ) : (
              <>
                The model “{missing.name}” is missing. Drop its .ts file here; the rest of the preset is kept.
              </>
            )}
          </p>
        )}
      </div>
      {pans && (
        <canvas
          ref={overview}
          className={styles.overview}
          aria-hidden="true"
          onPointerDown={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            const element = scroller.current;
            if (element === null) return;
            const place = (event.clientX - box.left) / box.width;
            element.scrollLeft = place * element.scrollWidth - element.clientWidth / 2;
          }}
        />
      )}
    </section>
  );
}
