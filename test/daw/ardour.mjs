// Tiller in a real DAW without a screen: Ardour makes a session with a track, Tiller and drawn automation, saves it,
// loads it again and exports it twice. The export must be steered, aligned to the sample and the same both times.
import {
  FRAME,
  RATE,
  SECONDS,
  STOCK,
  TILLER,
  TILLER_LV2,
  check,
  exportSession,
  firstDifference,
  makeSession,
  meanDifference,
  savedState,
  scenario,
} from './ardour-host.mjs';
import { makeBursts } from './wav.mjs';

/** Where a step begins to rise, in samples, and how long it does, in seconds. */
const DRAWN = 3 * RATE;
const RISE = 0.005;
/** Ardour keeps points in ticks, a 1920th of a beat, in samples at 120 beats a minute. */
const TICK = 12.5;
/** A frame begins up to its length before what it holds, and the model's onset lies about as much before its middle. */
const EARLIEST = 2 * FRAME;

const milliseconds = (samples) => `${((1000 * samples) / RATE).toFixed(1)} ms`;

await scenario(async () => {
  const input = makeBursts(SECONDS * RATE);
  const step = (from, to) =>
    `0=${from} ${DRAWN / RATE}=${from} ${DRAWN / RATE + RISE}=${to} ${SECONDS}=${to}`;
  const tiller = (offset) => `Dry/wet: 0=0 1=0 1.2=1 6=1; Offset latent 1: ${step(0.5, offset)}`;
  const steered = makeSession('steered', TILLER, input, { automation: tiller(0.8) });
  const plain = makeSession('plain', TILLER, input, { automation: tiller(0.5) });
  const louder = makeSession('louder', STOCK, input, { automation: `Input gain (dB): ${step(-6, -3)}` });
  const level = makeSession('level', STOCK, input, { automation: `Input gain (dB): ${step(-6, -6)}` });
  const first = await exportSession(steered.folder, 'first');
  const second = await exportSession(steered.folder, 'second');
  const other = await exportSession(plain.folder, 'other');
  const stockSplit = firstDifference(
    await exportSession(louder.folder, 'louder'),
    await exportSession(level.folder, 'level'),
  );
  const lv2 = makeSession('lv2', TILLER_LV2, input);
  const lv2First = await exportSession(lv2.folder, 'lv2-first');
  const lv2Second = await exportSession(lv2.folder, 'lv2-second');
  const lv2Difference = meanDifference(lv2First[0], input, 2 * RATE, SECONDS * RATE);
  const lv2State = savedState(lv2.folder);

  // Ardour moves such a plugin's parameters at the points of the line only.
  const jump = DRAWN + Math.round(RISE * RATE);
  const length = Math.min(first[0].length, input.length);
  const same = firstDifference(first, second);
  const split = firstDifference(first, other);
  const heard = split - DRAWN - steered.latency;
  // The dry stretch is the first second; what is compared leaves the limiter's rounding aside.
  const dryError = meanDifference(first[0], input, 0, RATE);
  const shifted = Math.min(
    ...[-2, -1, 1, 2].map((by) =>
      meanDifference(first[0].subarray(10 + by), input.subarray(10), 0, RATE - 20),
    ),
  );
  const wetDifference = meanDifference(first[0], input, 2 * RATE, length);
  check(
    'exported twice, the same bits',
    same === first[0].length && first[0].length === second[0].length,
    `${first[0].length} samples, first difference at ${same}`,
  );
  check(
    'aligned to the sample',
    dryError < 1e-4 && shifted > 20 * dryError,
    `mean error ${dryError.toExponential(1)}, ${shifted.toExponential(1)} one sample aside`,
  );
  check(
    'the model is heard',
    wetDifference > 1e-3,
    `mean difference from the track ${wetDifference.toExponential(1)}`,
  );
  check(
    "Ardour passes automation on late by the plugin's own latency, to a plugin of the distribution's as well",
    Math.abs(stockSplit - jump - louder.latency) <= TICK && louder.latency > 100,
    `its gain, drawn at ${jump}, is heard from ${stockSplit}; its latency is ${louder.latency} samples`,
  );
  check(
    'Tiller steers within the latent frame of the sample at which Ardour passes automation on',
    heard > -EARLIEST && heard < FRAME && meanDifference(first[0], other[0], split, length) > 1e-4,
    `drawn at ${DRAWN}, handed over at ${DRAWN + steered.latency}, first heard at ${split}: ` +
      `${milliseconds(split - DRAWN)} after where it was drawn`,
  );
  check(
    'the LV2 plays the model, twice the same, from the state that the session keeps',
    lv2Difference > 1e-3 && firstDifference(lv2First, lv2Second) === lv2First[0].length && lv2State > 1000,
    `mean difference from the track ${lv2Difference.toExponential(1)}, state of ${lv2State} bytes`,
  );
});
