import { useState } from 'react';
import { usePage } from '../../engine-client/page.js';
import { TagButton } from '../../shared/controls/badge.js';
import { IconButton } from '../../shared/controls/button.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { NO_FILTER, toggled, type LibraryFilter } from './library-filter.js';
import { ModelsList } from './models-list.js';
import { PresetDetails } from './preset-details.js';
import { PresetsList } from './presets-list.js';
import { TrashList } from './trash-list.js';
import form from '../../shared/controls/form.module.css';
import textField from '../../shared/controls/text-field.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './library-panel.module.css';

type Page = 'presets' | 'models' | 'details' | 'trash';

/** Presets, models, the details of the current preset, and what was deleted. */
export function LibraryPanel() {
  const missing = usePage(({ model }) => model.missing !== null);
  const [page, setPage] = useState<Page>(missing ? 'models' : 'presets');
  const [filter, setFilter] = useState(NO_FILTER);
  const toggleTag = (tag: string) => setFilter((last) => ({ ...last, tags: toggled(last.tags, tag) }));
  return (
    <div className={utilities.panel}>
      <div className={`${form.row} ${styles.head}`}>
        <Segmented<Page>
          label="Library"
          value={page}
          choices={[
            { value: 'presets', label: 'Presets' },
            { value: 'models', label: 'Models' },
            {
              value: 'details',
              label: 'Details',
              help: 'Name, author, tags, description and seed of the current preset.',
            },
            { value: 'trash', label: 'Trash', help: 'Deleted presets and models, to restore them.' },
          ]}
          onChange={setPage}
        />
        {(page === 'presets' || page === 'models') && (
          <Narrowing page={page} filter={filter} onChange={setFilter} />
        )}
      </div>
      {page === 'presets' && filter.tags.length > 0 && (
        <div className={styles.tags} role="group" aria-label="Only with these tags">
          {filter.tags.map((tag) => (
            <TagButton key={tag} tag={tag} pressed onPress={() => toggleTag(tag)} />
          ))}
        </div>
      )}
      {page === 'presets' && <PresetsList filter={filter} onTag={toggleTag} />}
      {page === 'models' && <ModelsList filter={filter} />}
      {page === 'details' && <PresetDetails />}
      {page === 'trash' && <TrashList />}
    </div>
  );
}

/** The search and the switch for favourites. */
function Narrowing({
  page,
  filter,
  onChange,
}: {
  page: Page;
  filter: LibraryFilter;
  onChange: (filter: LibraryFilter) => void;
}) {
  const { search, favourites } = filter;
  return (
    <>
      <input
        className={`${textField.field} ${styles.search}`}
        type="search"
        placeholder="Search"
        aria-label={`Search ${page}`}
        value={search}
        onChange={(event) => onChange({ ...filter, search: event.currentTarget.value })}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Escape') onChange({ ...filter, search: '' });
        }}
      />
      <IconButton
        label="Favourites only"
        icon={favourites ? 'starred' : 'star'}
        pressed={favourites}
        onPress={() => onChange({ ...filter, favourites: !favourites })}
      />
    </>
  );
}
