import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Button } from '../../shared/controls/button.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './import-bar.module.css';

/** Progress of the running import, with a button to cancel it; every window shows it. */
export function ImportBar() {
  const importing = usePage(({ library }) => library.importing);
  if (importing === null) return null;
  const { id, file, step, progress } = importing;
  return (
    <div className={styles.importBar} role="group" aria-label="Import">
      <div className={styles.text} role="status">
        <strong className={utilities.clip}>Importing {file}</strong>
        <span className={utilities.note}>{step}</span>
      </div>
      <Button
        label="Cancel import"
        tone="quiet"
        help="Cancels the import; the library stays as it is."
        onPress={() => perform({ type: 'cancel-import', id })}
      />
      <progress max={1} value={progress} aria-label={`Import of ${file}`} />
    </div>
  );
}
