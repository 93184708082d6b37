import type { Fault } from '../../protocol/interface.js';
import type { PageStore, Toast } from './page-state.js';

const MAX_TOASTS = 3;
let lastToast = 0;

/**
 * Shows a message; it replaces one of the same text, and the oldest one where there are too many.
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
    toasts: [...toasts.filter((shown) => shown.text !== text), next].slice(-MAX_TOASTS),
  }));
  return id;
}

export const toastFault = (store: PageStore, fault: Fault): number =>
  toast(store, { level: 'error', text: fault.message, hint: fault.hint ?? null });

export function dismissToast(store: PageStore, id: number): void {
  store.setState(({ toasts }) => ({ toasts: toasts.filter((shown) => shown.id !== id) }));
}
