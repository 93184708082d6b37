import type { Fault } from '../../protocol/interface.js';
import type { PageStore, Toast } from './page-state.js';

const MAX_TOASTS = 3;
let lastToast = 0;

/**
 * The toasts to show: at most `MAX_TOASTS`, the oldest without a button go first. Those with a button stay until they are
 * dismissed or their time is over, however many there are: a button such as Undo may be the only way back.
 */
function bounded(toasts: readonly Toast[]): Toast[] {
  let excess = Math.max(0, toasts.length - MAX_TOASTS);
  // The newest is always shown.
  return toasts.filter((toast, i) => {
    const goes = excess > 0 && toast.actions.length === 0 && i < toasts.length - 1;
    if (goes) excess -= 1;
    return !goes;
  });
}

/**
 * Shows a message; it replaces one of the same text, and the oldest one without a button where there are too many.
 * @returns the message's identifier, for `dismissToast`
 */
export function toast(
  store: PageStore,
  content: Pick<Toast, 'level' | 'text' | 'hint'> & Partial<Pick<Toast, 'actions'>>,
): number {
  const id = ++lastToast;
  const { level, text, hint } = content;
  const next: Toast = { id, level, text, hint, actions: content.actions ?? [] };
  store.setState(({ toasts }) => ({
    toasts: bounded([...toasts.filter((shown) => shown.text !== text), next]),
  }));
  return id;
}

/** Shows a fault of the engine with its hint. */
export const toastFault = (store: PageStore, fault: Fault): number =>
  toast(store, { level: 'error', text: fault.message, hint: fault.hint ?? null });

/** Removes a toast; nothing where it is gone already. */
export function dismissToast(store: PageStore, id: number): void {
  store.setState(({ toasts }) => ({ toasts: toasts.filter((shown) => shown.id !== id) }));
}
