import { useEffect } from 'react';

/**
 * Keeps the screen on while the component is shown. Browsers have wake locks in secure contexts only (this machine's own
 * address among them), and end them whenever the page is hidden; elsewhere nothing is done.
 */
export function useWakeLock(): void {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let ended = false;
    const hold = async () => {
      const granted = await navigator.wakeLock.request('screen');
      if (ended) await granted.release();
      else lock = granted;
    };
    const request = () => {
      // Refused, for instance, to save the battery: the screen then goes off as it always does.
      if (document.visibilityState === 'visible') hold().catch(() => undefined);
    };
    request();
    document.addEventListener('visibilitychange', request);
    return () => {
      ended = true;
      document.removeEventListener('visibilitychange', request);
      void lock?.release().catch(() => undefined);
    };
  }, []);
}
