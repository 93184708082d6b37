import { useState } from 'react';
import { client } from '../../engine-client/page.js';
import { Recent } from '../../engine-client/recent.js';

/** The value that a control has set last: see `Recent`. */
export function useRecent<T>(): Recent<T> {
  const [recent] = useState(() => new Recent<T>(() => client.settled()));
  return recent;
}
