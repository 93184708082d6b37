import { useRef } from 'react';
import { store, usePage } from '../../engine-client/page.js';
import type { Labelling } from '../../engine-client/page-state.js';
import { setView } from '../../engine-client/view.js';
import { useTemporaryFocus } from '../../shared/controls/use-temporary-focus.js';
import { acceptLabel, MAX_LABEL, setLabelText } from './capture.js';
import styles from './capture-label.module.css';

interface CaptureLabelProps {
  labelling: Labelling;
  xInput: number;
  yInput: number;
}

/** Asks for the label of a captured example, beside it on the pad. Enter accepts the text, Escape keeps the proposed label. */
export function CaptureLabel({ labelling, xInput, yInput }: CaptureLabelProps) {
  const example = usePage(({ examples }) => examples.find(({ id }) => id === labelling.example));
  if (example === undefined) return null;
  const x = example.inputs[xInput] ?? 0.5;
  const y = example.inputs[yInput] ?? 0.5;
  return (
    <div
      className={styles.captureLabel}
      data-side={x > 0.6 ? 'left' : 'right'}
      style={{ left: `${x * 100}%`, top: `${(1 - y) * 100}%` }}
      onPointerDown={(event) => event.stopPropagation()}
    >
      <LabelField text={labelling.text} proposed={example.label} />
      <kbd aria-hidden="true">↵</kbd>
    </div>
  );
}

function LabelField({ text, proposed }: { text: string; proposed: string }) {
  const input = useRef<HTMLInputElement>(null);
  useTemporaryFocus(input);
  return (
    <input
      ref={input}
      aria-label="Label of the captured sound"
      placeholder={proposed}
      value={text}
      maxLength={MAX_LABEL}
      onChange={(event) => setLabelText(event.currentTarget.value)}
      onBlur={acceptLabel}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== 'Enter' && event.key !== 'Escape') return;
        // The focus goes back while the key is down: its default action would press a button that gets it.
        event.preventDefault();
        if (event.key === 'Enter') acceptLabel();
        else setView(store, { labelling: null });
      }}
    />
  );
}
