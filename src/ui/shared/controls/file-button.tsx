import { useRef } from 'react';
import { Button } from './button.js';
import type { IconName } from './icon.js';

/** Chooses files from disk: the same as dropping them on the window. */
export function FileButton({
  label,
  accept,
  icon = 'upload',
  onFiles,
}: {
  label: string;
  accept: string;
  icon?: IconName;
  onFiles: (files: Iterable<File>) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={accept}
        multiple
        hidden
        aria-label={label}
        onChange={(event) => {
          onFiles(event.currentTarget.files ?? []);
          event.currentTarget.value = '';
        }}
      />
      <Button label={label} icon={icon} tone="quiet" onPress={() => input.current?.click()} />
    </>
  );
}
