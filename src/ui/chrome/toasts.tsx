import { useEffect } from 'react';
import { Button, IconButton } from '../controls/buttons.js';
import { store, usePage } from '../session.js';
import { dismissToast, type Toast } from '../store/store.js';

const SHOWN_MILLISECONDS = { info: 6000, warning: 10_000, error: 15_000 };

/** What happened and what to do about it, out of the way of the hands. */
export function Toasts() {
  const toasts = usePage((state) => state.toasts);
  return (
    <div className="toasts" role="region" aria-label="Messages" aria-live="polite">
      {toasts.map((toast) => (
        <ToastView key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastView({ toast: { id, level, text, hint, action } }: { toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => dismissToast(store, id), SHOWN_MILLISECONDS[level]);
    return () => clearTimeout(timer);
  }, [id, level]);
  return (
    <div className="toast" data-level={level} role={level === 'error' ? 'alert' : 'status'}>
      <div className="toast-text">
        <strong>{text}</strong>
        {hint !== null && <p>{hint}</p>}
      </div>
      {action !== null && (
        <Button
          label={action.label}
          tone="quiet"
          onPress={() => {
            dismissToast(store, id);
            action.run();
          }}
        />
      )}
      <IconButton label="Dismiss" icon="close" onPress={() => dismissToast(store, id)} />
    </div>
  );
}
