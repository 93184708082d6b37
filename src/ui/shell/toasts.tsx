import { useEffect, useState } from 'react';
import { store, usePage } from '../engine-client/page.js';
import type { Toast } from '../engine-client/page-state.js';
import { dismissToast } from '../engine-client/toasts.js';
import { Button, IconButton } from '../shared/controls/button.js';
import styles from './toasts.module.css';

const SHOWN_MILLISECONDS = { info: 6000, warning: 10_000, error: 15_000 };
/** A toast with a button is shown at least this long. */
const ACTION_MILLISECONDS = 12_000;

/** Short messages, over the panels. */
export function Toasts() {
  const toasts = usePage((state) => state.toasts);
  return (
    <div className={styles.toasts} role="region" aria-label="Messages" aria-live="polite">
      {toasts.map((toast) => (
        <ToastView key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastView({ toast: { id, level, text, hint, actions } }: { toast: Toast }) {
  /** A toast with the pointer or the focus on it stays. */
  const [held, setHeld] = useState(false);
  const shown = Math.max(SHOWN_MILLISECONDS[level], actions.length === 0 ? 0 : ACTION_MILLISECONDS);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismissToast(store, id), shown);
    return () => clearTimeout(timer);
  }, [id, shown, held]);
  return (
    <div
      className={styles.toast}
      data-testid="toast"
      data-level={level}
      role={level === 'error' ? 'alert' : 'status'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <div className={styles.text}>
        <strong>{text}</strong>
        {hint !== null && <p>{hint}</p>}
      </div>
      {actions.map(({ label, run }) => (
        <Button
          key={label}
          label={label}
          tone="quiet"
          onPress={() => {
            dismissToast(store, id);
            run();
          }}
        />
      ))}
      <IconButton label="Dismiss" icon="close" onPress={() => dismissToast(store, id)} />
    </div>
  );
}
