import { usePage } from '../engine-client/page.js';
import type { Connection, PageState } from '../engine-client/page-state.js';
import styles from './connection-banner.module.css';

const REOPEN = {
  plugin: 'Close this window and open it again from the plugin.',
  live: 'Open the address that the engine printed when it started.',
  deck: 'Scan the code again on the machine that Tiller runs on.',
} as const;

/** What happened and what to do, where the page cannot reach its engine. */
function textOf(connection: Connection, kind: PageState['kind']): readonly [what: string, advice: string] {
  switch (connection) {
    case 'refused':
      if (kind === 'deck') return ['This code is no longer valid.', REOPEN.deck];
      return ['This page belongs to an engine that has ended.', REOPEN[kind]];
    case 'stopped':
      if (kind === 'deck') return ['The deck was switched off.', REOPEN.deck];
      return [
        'The engine was stopped.',
        kind === 'plugin'
          ? REOPEN.plugin
          : 'Your session is kept: start Tiller again, and open the address that it prints.',
      ];
    case 'no-token':
      if (kind === 'deck')
        return ['The code’s address is incomplete: the part from # on is missing.', REOPEN.deck];
      return [
        'This address is incomplete: the part from # on is missing.',
        'Open the whole address that the engine printed.',
      ];
    default:
      return ['The engine is restarting.', 'Nothing is lost; the page reconnects by itself.'];
  }
}

/** Says that there is no connection to the engine; the page stays usable. */
export function ConnectionBanner() {
  const connection = usePage((state) => state.connection);
  const kind = usePage((state) => state.kind);
  const known = usePage((state) => state.engine !== '');
  if (connection === 'open' || (connection === 'connecting' && !known)) return null;
  const [what, advice] = textOf(connection, kind);
  const waits = connection === 'lost' || connection === 'connecting';
  return (
    <div className={styles.banner} role="status" data-refused={!waits}>
      <strong>{what}</strong> {advice}
    </div>
  );
}
