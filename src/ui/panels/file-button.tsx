import { useRef } from 'react';
import { Button } from '../controls/buttons.js';
import type { IconName } from '../controls/icon.js';

/** Chooses a file from disk: the same as dropping it on the window. */
export function FileButton({
  label,
  accept,
  icon = 'upload',
  onFile,
}: {
  label: string;
  accept: string;
  icon?: IconName;
  onFile: (file: File) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        aria-label={label}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file !== undefined) onFile(file);
          event.currentTarget.value = '';
        }}
      />
      <Button label={label} icon={icon} tone="quiet" onPress={() => input.current?.click()} />
    </>
  );
}
