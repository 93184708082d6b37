import { useEffect, useRef } from 'react';
import type { MapPicture } from '../../../protocol/interface-frames.js';
import { usePage } from '../../engine-client/page.js';
import { formatValue } from '../../shared/controls/units.js';
import { legendImage } from './map-image.js';
import type { LegendMode } from './map-shades.js';
import styles from './map-legend.module.css';

const WIDTH = 64;

/** What the ends of the map's shades mean, with the ceiling marked among the levels. */
export function MapLegend({ map }: { map: MapPicture }) {
  const gainDb = usePage(({ output }) => output.outputGainDb);
  const ceilingDb = usePage(({ output }) => output.ceilingDb);
  if (map.mode === 'latents') return null;
  const level = (db: number) => formatValue(db + gainDb, 'dB').replace(/\.0 dB$/, '');
  const value = (latent: number) => formatValue(latent, 'latent');
  const measuring = map.mode === 'loudness' && map.certainty?.every((known) => known === 0) === true;
  const ends = {
    dimension: { title: `latent ${map.dimension + 1}`, low: value(map.low), high: value(map.high) },
    certainty: { title: '', low: 'guessed', high: 'sure' },
    loudness: { title: measuring ? 'measuring …' : '', low: level(map.low), high: `${level(map.high)} dB` },
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
            data-help="The ceiling: hatched zones would pass it."
            style={{ left: `${ceiling * 100}%` }}
          />
        )}
      </span>
      <span>{ends.high}</span>
    </div>
  );
}

function Shades({ mode }: { mode: LegendMode }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = usePage(({ view }) => view.theme);
  useEffect(() => {
    const strip = legendImage(mode, theme === 'light', WIDTH);
    if (strip !== null) canvas.current?.getContext('2d')?.drawImage(strip, 0, 0);
  }, [mode, theme]);
  return <canvas ref={canvas} width={WIDTH} height={1} aria-hidden="true" />;
}
