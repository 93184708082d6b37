import { closeSpeaker } from '../../audio/speaker.js';
import { perform } from '../../engine-client/commands.js';
import { client, store, values } from '../../engine-client/page.js';

/** For this long after a seek, the position that was asked for is shown in place of telemetry, which may still have the old one. */
const ECHO_MILLISECONDS = 400;
let asked = { seconds: 0, until: -Infinity };

/**
 * How far the live session's source has been heard, in seconds.
 * @param now milliseconds of `performance.now()`
 */
export function heardSeconds(now: number): number {
  if (now < asked.until) return asked.seconds;
  const { live } = store.getState();
  const heard = values.scalar('positionSeconds');
  if (live?.playing === true && values.isCurrent(now) && heard >= 0) return heard;
  return live?.positionSeconds ?? 0;
}

/** Goes to a position of the source, within its length. */
export function seek(seconds: number): void {
  const { waveform } = store.getState();
  if (waveform === null) return;
  const bounded = Math.min(Math.max(0, seconds), waveform.seconds);
  asked = { seconds: bounded, until: performance.now() + ECHO_MILLISECONDS };
  client.send({ type: 'seek', seconds: bounded });
}

/** As on a deck: goes back to the cue point and stops there, or, while nothing plays, sets the cue point. */
export async function cue(): Promise<void> {
  const { live, waveform, view } = store.getState();
  if (live === null || waveform === null) return;
  if (!live.playing) {
    perform({ type: 'set-cue', seconds: heardSeconds(performance.now()) });
    return;
  }
  await client.perform({ type: 'play', playing: false });
  seek(live.cueSeconds);
  if (view.speaking) await closeSpeaker();
}

/** "1:05" of 65.4 seconds. */
export function clockTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return `${minutes}:${String(rest).padStart(2, '0')}`;
}
