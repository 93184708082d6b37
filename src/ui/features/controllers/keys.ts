import { perform } from '../../engine-client/commands.js';
import { client, store } from '../../engine-client/page.js';

/** Keys that are not assigned: they end the wait, move the focus, or only modify others. */
const NOT_ASSIGNED = new Set([
  'Escape',
  'Tab',
  'Shift',
  'Control',
  'Alt',
  'AltGraph',
  'Meta',
  'CapsLock',
  'Dead',
]);

const nameOf = (key: string) => (key.length === 1 ? key.toLowerCase() : key);

const isAssigned = (key: string) =>
  store
    .getState()
    .controllers.assignments.some(({ source }) => source.kind === 'key' && source.key === nameOf(key));

const send = (key: string, value: 0 | 1) =>
  client.send({ type: 'control', source: { kind: 'key', key: nameOf(key) }, value });

/**
 * A key was pressed: it is assigned where an action waits for a controller, else it does what it is assigned to.
 * @returns whether it was used
 */
export function pressAssigned({ key, repeat }: Pick<KeyboardEvent, 'key' | 'repeat'>): boolean {
  const waits = store.getState().controllers.learning !== null;
  if (waits && key === 'Escape') perform({ type: 'learn-controller', action: null });
  if (NOT_ASSIGNED.has(key) || key.length > 20 || !(waits || isAssigned(key))) return false;
  if (!repeat) send(key, 1);
  return true;
}

/** A key was released. */
export function releaseAssigned(key: string): void {
  if (isAssigned(key)) send(key, 0);
}
