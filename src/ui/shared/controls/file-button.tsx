import { useRef } from 'react';
import { Button, IconButton } from './button.js';
import type { IconName } from './icon.js';

/** A button that opens the system's file dialog. */
export function FileButton({
  label,
  accept,
  icon = 'upload',
  bare = false,
  onFiles,
}: {
  label: string;
  accept: string;
  icon?: IconName;
  /** Shows the icon only. */
  bare?: boolean;
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
      {bare ? (
        <IconButton label={label} icon={icon} onPress={() => input.current?.click()} />
      ) : (
        <Button label={label} icon={icon} tone="quiet" onPress={() => input.current?.click()} />
      )}
    </>
  );
}
