import { useState } from 'react';
import { CAPTURE_STEP } from '../../protocol/interface-document.js';
import { edit } from '../actions.js';
import { store, usePage } from '../session.js';
import { setView } from '../store/store.js';

/** The label of what was just captured, asked where it lives. Enter keeps it, Escape keeps the one proposed. */
export function CaptureLabel({ id, xInput, yInput }: { id: string; xInput: number; yInput: number }) {
  const example = usePage(({ examples }) => examples.find((candidate) => candidate.id === id));
  const [draft, setDraft] = useState<string | null>(null);
  if (example === undefined) return null;
  const done = () => setView(store, { capturing: false });
  const accept = () => {
    const label = draft?.trim() ?? '';
    if (label !== '' && label !== example.label)
      edit({ type: 'edit-example', id, change: { label } }, CAPTURE_STEP);
    done();
  };
  const x = example.inputs[xInput] ?? 0.5;
  const y = example.inputs[yInput] ?? 0.5;
  return (
    <div
      className="capture-label"
      data-side={x > 0.6 ? 'left' : 'right'}
      style={{ left: `${x * 100}%`, top: `${(1 - y) * 100}%` }}
      onPointerDown={(event) => event.stopPropagation()}
    >
      <input
        autoFocus
        aria-label="Label of the captured sound"
        placeholder={example.label}
        value={draft ?? ''}
        maxLength={120}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={accept}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') accept();
          if (event.key === 'Escape') done();
        }}
      />
      <kbd aria-hidden="true">↵</kbd>
    </div>
  );
}
