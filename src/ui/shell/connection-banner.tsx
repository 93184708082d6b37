import { usePage } from '../engine-client/page.js';
import styles from './connection-banner.module.css';

/** Says that the connection to the engine is lost; the page stays usable. */
export function ConnectionBanner() {
  const connection = usePage((state) => state.connection);
  const kind = usePage((state) => state.kind);
  const known = usePage((state) => state.engine !== '');
  if (connection === 'open' || (connection === 'connecting' && !known)) return null;
  const reopen =
    kind === 'plugin'
      ? 'Close this window and open it again from the plugin.'
      : 'Open the address that the engine printed when it started.';
  return (
    <div className={styles.banner} role="status" data-refused={connection === 'refused'}>
      {connection === 'refused' ? (
        <>
          <strong>This page belongs to an engine that has ended.</strong> {reopen}
        </>
      ) : (
        <>
          <strong>The engine is restarting.</strong> Nothing is lost; the page reconnects by itself.
        </>
      )}
    </div>
  );
}
