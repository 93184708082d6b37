import { usePage } from '../session.js';

/** The import that runs, whichever window began it. */
export function ImportBar() {
  const importing = usePage(({ library }) => library.importing);
  if (importing === null) return null;
  const { file, step, progress } = importing;
  return (
    <div className="import-bar" role="group" aria-label="Import">
      <div className="import-text" role="status">
        <strong className="clip">Importing {file}</strong>
        <span className="note">{step}</span>
      </div>
      <progress max={1} value={progress} aria-label={`Import of ${file}`} />
    </div>
  );
}
