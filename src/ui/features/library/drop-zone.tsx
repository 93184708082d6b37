import { useEffect } from 'react';
import { store, usePage } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { Icon } from '../../shared/controls/icon.js';
import { positionOnPad } from '../starter-map/place-on-pad.js';
import { droppedFiles } from '../starter-map/dropped-files.js';
import { addFiles, addFolder } from './add-files.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './drop-zone.module.css';

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** Adds the files that are dropped anywhere on the window. */
export function DropZone() {
  const dropping = usePage(({ view }) => view.dropping);
  const plugin = usePage(({ kind }) => kind === 'plugin');
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
      const onPad = positionOnPad(event);
      void droppedFiles(event.dataTransfer).then(({ files, hasFolder }) =>
        hasFolder && onPad !== null ? addFolder(files) : addFiles(files, onPad),
      );
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
  if (!dropping) return null;
  return (
    <div className={styles.drop} aria-hidden="true">
      <Icon name="upload" />
      <p>Drop RAVE models (.ts){plugin ? ' or presets' : ', presets, or audio'}</p>
      <p className={utilities.note}>Audio on the pad becomes an example there, a folder of audio a map</p>
    </div>
  );
}
