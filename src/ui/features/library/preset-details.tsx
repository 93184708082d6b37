import { edit } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { FormLine, TextLine } from '../../shared/controls/form-line.js';
import { TypedNumber } from '../../shared/controls/number-field.js';
import form from '../../shared/controls/form.module.css';
import styles from './preset-details.module.css';

const MAX_TAGS = 32;
/** In characters. */
const MAX_TAG = 40;

/** The tags of a comma-separated text, without duplicates. */
function parseTags(text: string): string[] {
  const words = text.split(',').map((word) => word.trim().slice(0, MAX_TAG).trim());
  return [...new Set(words.filter((word) => word !== ''))].slice(0, MAX_TAGS);
}

/** The current preset's description and noise seed. */
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
        help="Comma-separated words to search by."
        placeholder="drums, dark, live"
        maxLength={1300}
        value={tags.join(', ')}
        onAccept={(typed) => describe({ tags: parseTags(typed) })}
      />
      <TextLine
        optional
        title="Description"
        placeholder="What it does, and how to play it."
        lines={3}
        maxLength={4000}
        value={description}
        onAccept={(typed) => describe({ description: typed })}
      />
      <FormLine title="Seed">
        <TypedNumber
          label="Seed"
          help="Seed of the model's noise: the same seed gives the same noise."
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
