import type { ModelCard } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button } from '../../shared/controls/button.js';
import { FormLine } from '../../shared/controls/form-line.js';
import { Select } from '../../shared/controls/select.js';
import { Toggle } from '../../shared/controls/toggle.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './listen-with.module.css';

const OWN = 'own';

/** Whether one model's encoder can be played with another's decoder. */
const fits = (listened: ModelCard, player: ModelCard): boolean =>
  listened.sha256 !== player.sha256 &&
  listened.hasEncoder &&
  listened.sampleRate === player.sampleRate &&
  listened.hop === player.hop &&
  listened.inputChannels === player.inputChannels &&
  // Latents are adapted to those that the player's own encoder gives.
  (player.hasEncoder || listened.latentDims === player.latentDims);

/** Whose encoder hears the track: that of the model, or of another one that cuts the sound into the same frames. */
export function ListenWith({ card }: { card: ModelCard }) {
  const { model, adapted, preparing } = usePage((state) => state.listenWith);
  const models = usePage(({ library }) => library.models);
  if (card.latentDims === 0) return null;
  const fitting = models.filter((other) => fits(other, card));
  const listened = models.find(({ sha256 }) => sha256 === model?.sha256);
  const choices = [
    { value: OWN, label: card.hasEncoder ? 'Its own encoder' : 'Nothing: it has no encoder' },
    ...fitting.map(({ sha256, name }) => ({ value: sha256, label: name })),
    ...(model !== null && !fitting.some(({ sha256 }) => sha256 === model.sha256)
      ? [{ value: model.sha256, label: `${model.name} (missing)` }]
      : []),
  ];
  const listen = (sha256: string | null, isAdapted: boolean) =>
    perform({ type: 'listen-with', sha256, adapted: isAdapted });
  const choose = (chosen: string) => {
    const other = fitting.find(({ sha256 }) => sha256 === chosen);
    listen(other?.sha256 ?? null, other?.latentDims !== card.latentDims);
  };
  return (
    <FormLine title="Listen with">
      {preparing === null ? (
        <>
          <Select
            label="Whose encoder listens"
            help="Another model’s encoder hears the track, and this model’s decoder plays. Models of the same rate and hop are listed."
            value={model?.sha256 ?? OWN}
            choices={choices}
            onChange={choose}
          />
          {model !== null && listened !== undefined && (
            <Toggle
              label="Adapted"
              help="Its latents are changed to those of this model, as both hear the same loops. Off, they are taken as they are."
              checked={adapted}
              disabled={listened.latentDims !== card.latentDims || !card.hasEncoder}
              onChange={(on) => listen(model.sha256, on)}
            />
          )}
        </>
      ) : (
        <span className={styles.preparing}>
          <span role="status" className={utilities.note}>
            Listening with {preparing.model}…
          </span>
          <progress max={1} value={preparing.progress} aria-label="Prepared" />
          <Button label="Cancel" tone="quiet" onPress={() => perform({ type: 'cancel-listen-with' })} />
        </span>
      )}
    </FormLine>
  );
}
