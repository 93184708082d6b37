import { UPLOAD_ENDINGS } from '../../../protocol/uploads.js';
import { addFiles } from '../library/add-files.js';

/** Asks for audio files of this machine, and adds them to the list. */
export function chooseAudioFiles(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = UPLOAD_ENDINGS.audio.join();
  input.addEventListener('change', () => addFiles(input.files ?? []));
  input.click();
}
