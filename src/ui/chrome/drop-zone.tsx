import { useEffect } from 'react';
import { uploadAny } from '../actions.js';
import { Icon } from '../controls/icon.js';
import { store, usePage } from '../session.js';
import { setView } from '../store/store.js';

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** Takes files that are dropped anywhere on the window. */
export function DropZone() {
  const dropping = usePage(({ view }) => view.dropping);
  const plugin = usePage(({ kind }) => kind === 'plugin');
  const importing = usePage(({ library }) => library.importing);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (!store.getState().view.dropping) setView(store, { dropping: true });
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setView(store, { dropping: false });
    };
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setView(store, { dropping: false });
      for (const file of event.dataTransfer?.files ?? []) uploadAny(file);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  return (
    <>
      {dropping && (
        <div className="drop" aria-hidden="true">
          <Icon name="upload" />
          <p>Drop a RAVE model (.ts){plugin ? ' or a preset' : ', a preset, or audio'}</p>
        </div>
      )}
      {importing !== null && (
        <div className="import-bar" role="status">
          <strong className="clip">Importing {importing.file}</strong>
          <span className="note">{importing.step}</span>
          <progress max={1} value={importing.progress} aria-label={`Import of ${importing.file}`} />
        </div>
      )}
    </>
  );
}
