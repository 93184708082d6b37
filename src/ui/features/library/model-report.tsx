import type { ModelCard } from '../../../protocol/interface.js';
import { effectWords, isHeard } from '../../../protocol/effect-words.js';
import { lightWords } from '../../../protocol/light-words.js';
import type {
  LatentEffect,
  LightReport,
  ModelLoad,
  ModelReport as Report,
} from '../../../protocol/model-report.js';
import styles from './model-report.module.css';

const signed = (value: number, digits: number): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
const ranged = (value: number): string => value.toFixed(1).replace('-', '−');

/** What the import of the model that plays measured, folded away at first. */
export function ModelReport({ card, report }: { card: ModelCard; report: Report }) {
  const { notes, loads, processor, memoryBytes, light } = report;
  const isEffect = card.latentDims === 0;
  return (
    <details className={styles.report}>
      <summary className={styles.summary}>What was measured</summary>
      {notes.length > 0 && (
        <ul className={styles.notes}>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <table className={styles.table}>
        <caption>
          Share of real time on {processor}
          {memoryBytes !== null && ` · ${Math.round(memoryBytes / 2 ** 20)} MB of memory`}
        </caption>
        <tbody>
          {loads.map((load) => (
            <tr key={`${load.frames} ${load.batch}`}>
              <th scope="row">{loadName(load)}</th>
              <td>{(100 * load.shareOfRealTime).toFixed(1)} %</td>
              {isEffect ? (
                <td>{load.decodeMs.toFixed(2)} ms for a call</td>
              ) : (
                <>
                  <td>{load.encodeMs.toFixed(2)} ms to encode</td>
                  <td>{load.decodeMs.toFixed(2)} ms to decode</td>
                  {load.priorMs !== undefined && <td>{load.priorMs.toFixed(2)} ms for the prior</td>}
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {light !== undefined && <LightLine light={light} />}
      {!isEffect && <LatentTable card={card} report={report} />}
    </details>
  );
}

function LightLine({ light }: { light: LightReport }) {
  const words = lightWords(light);
  return (
    <p className={styles.light}>
      {light.outcome === 'made'
        ? `Light form: ${words}; spectra ${light.figures.spectralDistanceDb.toFixed(1)} dB apart.`
        : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`}
    </p>
  );
}

function loadName({ frames, batch }: ModelLoad): string {
  const setting = frames === 1 ? 'Low latency' : frames === 4 ? 'Low load' : `${frames} frames per call`;
  return `${setting}, ${batch === 1 ? 'mono' : 'stereo'}`;
}

/** What each latent does to a held sound from the low to the high end of its range. */
function LatentTable({ card, report }: { card: ModelCard; report: Report }) {
  return (
    <table className={styles.table}>
      <caption>
        {report.latents.filter(isHeard).length} of {report.latents.length} latents change the sound. From the
        low to the high end of its range, each does this:
      </caption>
      <thead>
        <tr>
          <th scope="col">Latent</th>
          <th scope="col">Range</th>
          <th
            scope="col"
            data-help="How much the latent moves while the test signal is encoded: its standard deviation."
          >
            Activity
          </th>
          <th scope="col">Loudness</th>
          <th scope="col" data-help="In octaves.">
            Brightness
          </th>
          <th scope="col" data-help="0 is a pure tone, 1 is noise.">
            Noisiness
          </th>
          <th scope="col" data-help="How far the spectra differ in their shape, without level.">
            Timbre
          </th>
        </tr>
      </thead>
      {report.latents.map((latent, d) => {
        const [low, high] = card.latentRanges[d] ?? [0, 0];
        return (
          <tbody key={d}>
            <tr>
              <th scope="row">{d + 1}</th>
              <td>
                {ranged(low)} … {ranged(high)}
              </td>
              <td>{latent.activity.toFixed(2)}</td>
              {latent.effect === null ? (
                <td colSpan={4}>not measured</td>
              ) : (
                <EffectCells effect={latent.effect} />
              )}
            </tr>
            {latent.effect !== null && (
              <tr>
                <td />
                <td colSpan={6} className={styles.words}>
                  {effectWords(latent)}
                </td>
              </tr>
            )}
          </tbody>
        );
      })}
    </table>
  );
}

function EffectCells({ effect }: { effect: LatentEffect }) {
  return (
    <>
      <td>{signed(effect.loudnessDb, 1)} dB</td>
      <td>{signed(effect.brightnessOctaves, 1)} oct</td>
      <td>{signed(effect.noisiness, 2)}</td>
      <td>{effect.timbreDb.toFixed(1)} dB</td>
    </>
  );
}
