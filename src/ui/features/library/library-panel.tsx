import { useState } from 'react';
import { usePage } from '../../engine-client/page.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { ModelsList } from './models-list.js';
import { PresetDetails } from './preset-details.js';
import { PresetsList } from './presets-list.js';
import form from '../../shared/controls/form.module.css';
import textField from '../../shared/controls/text-field.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './library-panel.module.css';

type Page = 'presets' | 'models' | 'details';

/** Presets, models, and the details of the current preset. */
export function LibraryPanel() {
  const missing = usePage(({ model }) => model.missing !== null);
  const [page, setPage] = useState<Page>(missing ? 'models' : 'presets');
  const [search, setSearch] = useState('');
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
          ]}
          onChange={setPage}
        />
        {page !== 'details' && (
          <input
            className={`${textField.field} ${utilities.grow}`}
            type="search"
            placeholder="Search"
            aria-label={`Search ${page}`}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            onKeyDown={(event) => {
              event.stopPropagation();
              if (event.key === 'Escape') setSearch('');
            }}
          />
        )}
      </div>
      {page === 'presets' && <PresetsList search={search} />}
      {page === 'models' && <ModelsList search={search} />}
      {page === 'details' && <PresetDetails />}
    </div>
  );
}
