import { Toast } from 'radix-ui';
import { store, usePage } from '../engine-client/page.js';
import type { Toast as Message } from '../engine-client/page-state.js';
import { dismissToast } from '../engine-client/toasts.js';
import { Icon } from '../shared/controls/icon.js';
import buttons from '../shared/controls/button.module.css';
import styles from './toasts.module.css';

const SHOWN_MILLISECONDS = { info: 6000, warning: 10_000, error: 15_000 };
/** A toast with a button is shown at least this long. */
const ACTION_MILLISECONDS = 12_000;

/** Short messages. F8 moves the focus to them; with the pointer or the focus on one, all stay. */
export function Toasts() {
  const toasts = usePage((state) => state.toasts);
  return (
    <Toast.Provider label="Message" swipeDirection="right">
      {toasts.map((toast) => (
        <ToastView key={toast.id} toast={toast} />
      ))}
      <Toast.Viewport className={styles.toasts} label="Messages ({hotkey})" />
    </Toast.Provider>
  );
}

function ToastView({ toast: { id, level, text, hint, actions } }: { toast: Message }) {
  const shown = Math.max(SHOWN_MILLISECONDS[level], actions.length === 0 ? 0 : ACTION_MILLISECONDS);
  return (
    <Toast.Root
      className={styles.toast}
      data-testid="toast"
      data-level={level}
      type={level === 'error' ? 'foreground' : 'background'}
      duration={shown}
      onOpenChange={(open) => !open && dismissToast(store, id)}
    >
      <div className={styles.text}>
        <Toast.Title asChild>
          <strong>{text}</strong>
        </Toast.Title>
        {hint !== null && (
          <Toast.Description asChild>
            <p>{hint}</p>
          </Toast.Description>
        )}
      </div>
      {actions.map(({ label, run }) => (
        <Toast.Action
          key={label}
          className={buttons.button}
          data-tone="quiet"
          altText={label}
          onClick={() => {
            dismissToast(store, id);
            run();
          }}
        >
          {label}
        </Toast.Action>
      ))}
      <Toast.Close className={buttons.iconButton} aria-label="Dismiss" data-help="Dismiss">
        <Icon name="close" />
      </Toast.Close>
    </Toast.Root>
  );
}
