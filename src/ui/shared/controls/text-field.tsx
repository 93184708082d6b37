import { useRef, useState, type KeyboardEvent } from 'react';
import { useTemporaryFocus } from './use-temporary-focus.js';
import styles from './text-field.module.css';

export interface TextFieldProps {
  label: string;
  value: string;
  maxLength?: number;
  /** `field` looks like a field at all times, `inline` like a label until it has the pointer or the focus. */
  look?: 'field' | 'inline';
  className?: string | undefined;
  help?: string;
  placeholder?: string;
  /** Whether an empty text is accepted. */
  optional?: boolean;
  /** Takes the focus when it appears, with its text selected; `onDone` removes it, and the focus goes back. */
  eager?: boolean;
  /** Number of visible lines; Enter then begins a new line. */
  lines?: number;
  /** Whether a text is valid; an invalid one is marked and not accepted. */
  accepts?: (typed: string) => boolean;
  onAccept: (typed: string) => void;
  /** Called when typing ends, whether the text was accepted or not. */
  onDone?: () => void;
}

/** A text field. Enter and loss of the focus accept the text, Escape restores the old one. */
export function TextField({
  label,
  value,
  maxLength = 120,
  look = 'field',
  className = '',
  help,
  placeholder,
  optional = false,
  eager = false,
  lines,
  accepts = () => true,
  onAccept,
  onDone,
}: TextFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  useTemporaryFocus(input, eager);
  /** An eager field types once: what happens while it is removed is not for it. */
  const ended = useRef(false);
  const invalid = draft !== null && !accepts(draft);
  const end = (typed: string | null) => {
    if (ended.current) return;
    ended.current = eager;
    const text = typed?.trim() ?? value;
    if (text !== value && (optional || text !== '') && accepts(text)) onAccept(text);
    setDraft(null);
    onDone?.();
  };
  const field = {
    className: `${styles[look]} ${className}`,
    'aria-label': label,
    'aria-invalid': invalid,
    'data-help': help,
    ref: input,
    value: draft ?? value,
    placeholder,
    maxLength,
    spellCheck: lines !== undefined,
    onFocus: (event: { currentTarget: { select(): void } }) => eager && event.currentTarget.select(),
    onChange: (event: { currentTarget: { value: string } }) => setDraft(event.currentTarget.value),
    onBlur: () => end(draft),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      event.stopPropagation();
      if (event.key === 'Enter' && lines === undefined) {
        if (!eager) event.currentTarget.blur();
        else {
          // The focus goes back while the key is down: its default action would press a button that gets it.
          event.preventDefault();
          end(draft);
        }
      }
      if (event.key === 'Escape') end(null);
    },
  };
  return lines === undefined ? <input {...field} /> : <textarea {...field} rows={lines} />;
}
