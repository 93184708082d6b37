import { figureWords, lightWords } from '../../../protocol/light-words.js';
import type { ModelCard } from '../../../protocol/interface.js';
import { edit, perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button } from '../../shared/controls/button.js';
import { FormLine } from '../../shared/controls/form-line.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { Toggle } from '../../shared/controls/toggle.js';
import utilities from '../../shared/styles/utilities.module.css';

/** Whether the panel has something to say of a model's precision: its light form, that it could be made, or that the preset asks for it. */
export const hasPrecision = (card: ModelCard, precision: 'exact' | 'light'): boolean =>
  precision === 'light' || card.report?.light !== undefined || card.removable;

/** Whether the model plays exactly or in its light form, and in what a bounce differs. */
export function Precision({ card }: { card: ModelCard }) {
  const { precision, bounceExact, framesPerCall } = usePage((state) => state.output);
  const isTrying = usePage(({ library }) => library.tryingLight === card.sha256);
  const light = card.report?.light;
  const isOffered = light?.outcome === 'made' || precision === 'light';
  return (
    <>
      <FormLine title="Precision">
        {isOffered && (
          <Segmented
            label="Precision"
            value={precision}
            choices={[
              { value: 'exact', label: 'Exact', help: 'As the model’s file has it.' },
              {
                value: 'light',
                label: 'Light',
                help: 'Weights in 8 bits where that is faster. What is exported sounds as it is played.',
              },
            ]}
            onChange={(chosen) => edit({ type: 'set-output', change: { precision: chosen } })}
          />
        )}
        {isTrying ? (
          <span role="status" className={utilities.note}>
            Trying a light form…
          </span>
        ) : (
          <>
            <span className={utilities.note}>{sentenceOf(card, precision, framesPerCall === 4 ? 4 : 1)}</span>
            {light === undefined && card.removable && (
              <Button
                label="Try a light form"
                tone="quiet"
                help="Weights in 8 bits, where this machine plays them faster. The model plays on meanwhile."
                onPress={() => perform({ type: 'try-light', sha256: card.sha256 })}
              />
            )}
          </>
        )}
      </FormLine>
      {precision === 'light' && light?.outcome === 'made' && (
        <FormLine title="In a bounce">
          <Toggle
            label="Exact"
            help="An offline render plays exactly. Off, it sounds as it is played."
            checked={bounceExact}
            onChange={(on) => edit({ type: 'set-output', change: { bounceExact: on } })}
          />
        </FormLine>
      )}
    </>
  );
}

function sentenceOf(card: ModelCard, precision: 'exact' | 'light', frames: 1 | 4): string {
  const light = card.report?.light;
  if (light === undefined)
    return precision === 'light' ? 'This model has no light form and plays exactly.' : 'Exact.';
  if (light.outcome !== 'made') {
    const words = lightWords(light);
    const reason = `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
    return precision === 'light' ? `${reason} It plays exactly.` : `Exact. ${reason}`;
  }
  const { loads } = light.figures;
  const figures = `Light: ${figureWords(light.figures)}.`;
  if (loads.some((load) => load.frames === frames)) return figures;
  return `${figures} With ${frames === 1 ? 'low latency' : 'low load'} it plays exactly.`;
}
