import { useEffect, useState } from 'react';
import { values } from '../../engine-client/page.js';
import styles from './musical-position.module.css';

const REFRESH_MILLISECONDS = 100;

/** "93.5 BPM, beat 2 of 4"; null while no audio runs. */
function describePosition(): string | null {
  const tempo = values.scalar('tempo');
  if (!values.isCurrent(performance.now()) || !(tempo > 0)) return null;
  const perMinute = `${tempo.toFixed(1)} BPM`;
  if (values.scalar('transportRuns') === 0) return `${perMinute}, stopped`;
  return `${perMinute}, beat ${Math.floor(values.scalar('beatOfBar')) + 1} of ${values.scalar('beatsPerBar')}`;
}

/** Tempo and position in the bar, as the engine has them. */
export function MusicalPosition() {
  const [text, setText] = useState(describePosition);
  useEffect(() => {
    const timer = setInterval(() => setText(describePosition()), REFRESH_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={styles.position} data-testid="musical-position">
      {text}
    </span>
  );
}
