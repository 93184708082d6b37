import { edit } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { FormLine, TextLine } from '../../shared/controls/form-line.js';
import { TypedNumber } from '../../shared/controls/number-field.js';
import form from '../../shared/controls/form.module.css';
import styles from './preset-details.module.css';

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
    <div className={`${form.form} ${styles.details}`}>
      <TextLine title="Name" value={name} onAccept={(typed) => describe({ name: typed })} />
      <TextLine optional title="Author" value={author} onAccept={(typed) => describe({ author: typed })} />
      <TextLine
        optional
        title="Tags"
        help="Words between commas, to search by."
        placeholder="drums, dark, live"
        maxLength={1300}
        value={tags.join(', ')}
        onAccept={(typed) => describe({ tags: parseTags(typed) })}
      />
      <TextLine
        optional
        title="Description"
        placeholder="What it does, and how it wants to be played."
        lines={3}
        maxLength={4000}
        value={description}
        onAccept={(typed) => describe({ description: typed })}
      />
      <FormLine title="Seed">
        <TypedNumber
          label="Seed"
          help="Draws the model's noise: the same seed, the same noise."
          value={seed}
          min={0}
          max={0xffffffff}
          initial={1}
          unit="count"
          onAccept={(typed) => edit({ type: 'set-seed', seed: typed })}
        />
      </FormLine>
    </div>
  );
}
