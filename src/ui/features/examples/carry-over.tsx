import { edit, perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button, IconButton } from '../../shared/controls/button.js';
import utilities from '../../shared/styles/utilities.module.css';

/**
 * Offers to carry the examples that the preset keeps for other models over to the present one, or to remove them, and shows how
 * far carrying is.
 */
export function CarryOver() {
  const otherModels = usePage((state) => state.otherModels).filter(({ examples }) => examples > 0);
  const carrying = usePage((state) => state.carrying);
  const playing = usePage(({ model }) => model.card !== null);
  if (carrying !== null)
    return (
      <div role="group" aria-label="Carrying examples over">
        <p role="status" className={utilities.note}>
          Looking for the places that sound like the examples of {carrying.model}…
        </p>
        <progress max={1} value={carrying.progress} aria-label="Examples carried over" />
        <Button label="Cancel" tone="quiet" onPress={() => perform({ type: 'cancel-carry' })} />
      </div>
    );
  return (
    <>
      {otherModels.map(({ model, examples }) => (
        <div key={model.sha256}>
          <p className={utilities.note}>
            {examples === 1 ? '1 example' : `${examples} examples`} made with {model.name} stay with it.
          </p>
          <Button
            label={`Carry over from ${model.name}`}
            help="Adds each of them at the place of this model that sounds most like it: in loudness, brightness, noisiness and pitch."
            disabled={!playing}
            onPress={() => perform({ type: 'carry-examples', from: model.sha256 })}
          />
          <IconButton
            label={`Remove the examples of ${model.name}`}
            icon="bin"
            help="The preset drops them, with the mapping and the latents’ settings that belong to that model. Undo brings them back."
            onPress={() => edit({ type: 'remove-other-model', sha256: model.sha256 })}
          />
        </div>
      ))}
    </>
  );
}
