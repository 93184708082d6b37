"""Strings and tubes by digital waveguides: a delay line of one period in a loop with its losses.

Extended Karplus-Strong strings (Jaffe & Smith, "Extensions of the Karplus-Strong plucked-string algorithm", 1983); a tube
closed at one end returns the wave with its sign turned, hence odd harmonics only.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from corpus.sources import SAMPLE_RATE, fade_out


def loop(excitation: np.ndarray, hertz: float, decay: float, brightness: float, sign: float = 1.0) -> np.ndarray:
    """`excitation` [samples] through a loop of one period (half of one where `sign` is -1) of `hertz`.

    `decay` is the time to -60 dB of the lowest partial in seconds; `brightness` from 0 (dull) to 1 (no further loss at the top).
    The loop's filter has three taps, symmetric, so that its delay is one sample whatever the brightness; the rest of the period
    is interpolated linearly.
    """
    period = SAMPLE_RATE / hertz * (1.0 if sign > 0 else 0.5) - 1
    whole = int(period)
    part = period - whole
    gain = sign * 10 ** (-3 / (decay * hertz * (1 if sign > 0 else 2)))
    side = 0.25 * (1 - brightness)
    loss = gain * np.array([side, 1 - 2 * side, side])
    taps = np.convolve(loss, [1 - part, part])
    feedback = np.zeros(whole + len(taps))
    feedback[0] = 1
    feedback[whole : whole + len(taps)] -= taps
    return np.asarray(lfilter([1.0], feedback, excitation))


def plucked_string(rng: np.random.Generator) -> np.ndarray:
    """A plucked or struck string, 65 to 900 Hz, softly or sharply, anywhere along its length [samples]."""
    hertz = 10 ** rng.uniform(np.log10(65), np.log10(900))
    decay = rng.uniform(0.8, 5)
    count = int(min(5.0, decay) * SAMPLE_RATE)
    excitation = np.zeros(count)
    burst = int(SAMPLE_RATE / hertz)
    excitation[:burst] = lfilter([1 - 0.9 * rng.random()], [1, -0.9 * rng.random()], rng.uniform(-1, 1, burst))
    away = max(1, int(burst * rng.uniform(0.08, 0.5)))
    excitation[away:] -= excitation[:-away].copy()
    return fade_out(loop(excitation, hertz, decay, rng.uniform(0.2, 0.98)).astype(np.float32), 0.05)


def blown_tube(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Breath through a tube or across a bottle, 40 to 700 Hz, swelling [samples]."""
    count = int(seconds * SAMPLE_RATE)
    knots = max(3, int(seconds * rng.uniform(0.5, 3)))
    swell = np.interp(np.linspace(0, knots - 1, count), np.arange(knots), rng.random(knots) ** 1.5)
    hertz = 10 ** rng.uniform(np.log10(40), np.log10(700))
    sign = rng.choice([-1.0, 1.0])
    air = lfilter([1.0], [1, -rng.uniform(0, 0.95)], rng.standard_normal(count)) * swell
    tube = loop(air, hertz, 10 ** rng.uniform(-1.3, 0.5), rng.uniform(0.3, 0.95), sign)
    return fade_out((tube / np.std(tube) + rng.uniform(0, 0.5) * air / np.std(air)).astype(np.float32), 0.1)
