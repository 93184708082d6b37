import { edit } from '../actions.js';
import { FormLine } from '../controls/form-line.js';
import { NumberField } from '../controls/number-field.js';
import { TextField } from '../controls/text-field.js';
import { usePage } from '../session.js';

const MOST_TAGS = 32;
const LONGEST_TAG = 40;

/** Words between commas, each once. */
function parseTags(text: string): string[] {
  const words = text.split(',').map((word) => word.trim().slice(0, LONGEST_TAG).trim());
  return [...new Set(words.filter((word) => word !== ''))].slice(0, MOST_TAGS);
}

/** What the preset that plays is called and said to be. Saved with it; undone like every edit. */
export function PresetDetails() {
  const { name, author, tags, description, seed } = usePage((state) => state.about);
  const describe = (change: Partial<{ name: string; author: string; tags: string[]; description: string }>) =>
    edit({ type: 'describe', change });
  return (
    <div className="form details">
      <FormLine title="Name">
        <TextField label="Name" value={name} onAccept={(typed) => describe({ name: typed })} />
      </FormLine>
      <FormLine title="Author">
        <TextField optional label="Author" value={author} onAccept={(typed) => describe({ author: typed })} />
      </FormLine>
      <FormLine title="Tags">
        <TextField
          optional
          label="Tags"
          help="Words between commas, to search by."
          placeholder="drums, dark, live"
          maxLength={1300}
          value={tags.join(', ')}
          onAccept={(typed) => describe({ tags: parseTags(typed) })}
        />
      </FormLine>
      <FormLine title="Description">
        <TextField
          optional
          label="Description"
          placeholder="What it does, and how it wants to be played."
          lines={3}
          maxLength={4000}
          value={description}
          onAccept={(typed) => describe({ description: typed })}
        />
      </FormLine>
      <FormLine title="Seed">
        <NumberField
          label="Seed"
          help="Draws the model's noise: the same seed, the same noise."
          value={seed}
          min={0}
          max={0xffffffff}
          initial={1}
          unit="count"
          onChange={(value, gesture) => gesture === 'end' && edit({ type: 'set-seed', seed: value })}
        />
      </FormLine>
    </div>
  );
}
