import { store, usePage } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { Select } from '../../shared/controls/select.js';

/** Chooses whether settings are for all latents or for the selected one. */
export function LatentScope() {
  const dimension = usePage(({ view }) => view.dimension);
  const count = usePage(({ steering }) => steering.dimensions.length);
  const choices = [
    { value: 'all', label: 'All latents' },
    ...Array.from({ length: count }, (_, i) => ({ value: String(i), label: `Latent ${i + 1}` })),
  ];
  return (
    <Select
      label="Latents that these settings are for"
      help="Settings for all latents, or for one: press a latent's column to select it."
      value={dimension === null ? 'all' : String(dimension)}
      choices={choices}
      onChange={(value) => setView(store, { dimension: value === 'all' ? null : Number(value) })}
    />
  );
}
