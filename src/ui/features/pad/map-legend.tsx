import { useEffect, useRef } from 'react';
import type { MapPicture } from '../../../protocol/interface-frames.js';
import { usePage } from '../../engine-client/page.js';
import { formatValue } from '../../shared/controls/units.js';
import { legendImage } from './map-image.js';
import type { LegendMode } from './map-shades.js';
import styles from './map-legend.module.css';

const WIDTH = 64;

/** The map's colour scale with the values at its ends; in the loudness map the ceiling is marked. */
export function MapLegend({ map }: { map: MapPicture }) {
  const gainDb = usePage(({ output }) => output.outputGainDb);
  const ceilingDb = usePage(({ output }) => output.ceilingDb);
  const level = (db: number) => formatValue(db + gainDb, 'dB');
  const value = (latent: number) => formatValue(latent, 'latent');
  const measuring = map.mode === 'loudness' && map.confidence?.every((known) => known === 0) === true;
  const hatched = (
    <span
      className={styles.hatched}
      data-help="Hatched areas would exceed the ceiling: the limiter holds them there."
    >
      too loud
    </span>
  );
  const tooLoud = map.loud?.some((cell) => cell > 127) === true;
  if (map.mode === 'latents') return tooLoud ? <div className={styles.legend}>{hatched}</div> : null;
  const ends = {
    dimension: { title: `latent ${map.dimension + 1}`, low: value(map.low), high: value(map.high) },
    confidence: { title: '', low: 'low', high: 'high' },
    loudness: { title: measuring ? 'measuring …' : '', low: level(map.low), high: level(map.high) },
  }[map.mode];
  const ceiling = (ceilingDb - gainDb - map.low) / (map.high - map.low);
  return (
    <div className={styles.legend}>
      {ends.title !== '' && <span>{ends.title}</span>}
      <span>{ends.low}</span>
      <span className={styles.shades}>
        <Shades mode={map.mode} />
        {map.mode === 'loudness' && ceiling <= 1 && (
          <i
            className={styles.ceiling}
            data-help="The ceiling; hatched areas would exceed it."
            style={{ left: `${ceiling * 100}%` }}
          />
        )}
      </span>
      <span>{ends.high}</span>
      {tooLoud && hatched}
    </div>
  );
}

function Shades({ mode }: { mode: LegendMode }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = usePage(({ view }) => view.theme);
  useEffect(() => {
    const scale = legendImage(mode, theme === 'light', WIDTH);
    if (scale !== null) canvas.current?.getContext('2d')?.drawImage(scale, 0, 0);
  }, [mode, theme]);
  return <canvas ref={canvas} width={WIDTH} height={1} aria-hidden="true" />;
}
