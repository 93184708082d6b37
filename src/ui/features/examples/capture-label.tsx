import { store, usePage } from '../../engine-client/page.js';
import type { Labelling } from '../../engine-client/page-state.js';
import { setView } from '../../engine-client/view.js';
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
      <input
        autoFocus
        aria-label="Label of the captured sound"
        placeholder={example.label}
        value={labelling.text}
        maxLength={MAX_LABEL}
        onChange={(event) => setLabelText(event.currentTarget.value)}
        onBlur={acceptLabel}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') acceptLabel();
          if (event.key === 'Escape') setView(store, { labelling: null });
        }}
      />
      <kbd aria-hidden="true">↵</kbd>
    </div>
  );
}
