"""Strings, tubes and exhaust pipes by digital waveguides: a delay line of one period in a loop with its losses.

Extended Karplus-Strong strings (Jaffe & Smith, "Extensions of the Karplus-Strong plucked-string algorithm", 1983); a tube
closed at one end returns the wave with its sign turned, hence odd harmonics only. An engine's cylinders fire into such a tube.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from corpus.curves import speed_curve
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


def exhaust_pulses(rng: np.random.Generator, firing: np.ndarray, cylinders: int) -> np.ndarray:
    """Pressure at the exhaust ports [samples] of an engine that fires `firing` times a second [samples], above zero.

    One pulse a firing, falling within milliseconds; its strength is the cylinder's own, differs a little from cycle to cycle, and
    is nothing where a firing fails.
    """
    fired = np.flatnonzero(np.diff(np.floor(np.cumsum(firing) / SAMPLE_RATE)) > 0)
    own = rng.uniform(0.6, 1.0, cylinders)
    strength = own[np.arange(len(fired)) % cylinders] * np.exp(rng.uniform(0.02, 0.25) * rng.standard_normal(len(fired)))
    strength *= rng.random(len(fired)) > rng.choice([0.0, 0.0, 0.04])
    impulses = np.zeros(len(firing))
    impulses[fired] = strength
    for milliseconds in (rng.uniform(0.15, 1.0), rng.uniform(1.0, 8.0)):
        pole = np.exp(-1000 / (milliseconds * SAMPLE_RATE))
        impulses = np.asarray(lfilter([1 - pole], [1, -pole], impulses))
    return impulses


def engine(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """A four-stroke engine of one to eight cylinders, idling to racing: each firing's pulse and the rush of gas that goes with it,
    sent through an exhaust pipe closed at the engine's end, and the rattle of its valves [samples]."""
    count = int(seconds * SAMPLE_RATE)
    cylinders = int(rng.choice([1, 2, 3, 4, 4, 6, 8]))
    revolutions = np.clip(speed_curve(rng, count, seconds, 10 ** rng.uniform(0.9, 1.8)), 5, 120)
    pulses = exhaust_pulses(rng, revolutions * cylinders / 2, cylinders)
    pulses /= np.std(pulses) + 1e-9
    gas = lfilter([1.0], [1, -rng.uniform(0.3, 0.95)], rng.standard_normal(count)) * np.maximum(pulses, 0)
    flow = pulses - pulses.mean() + rng.uniform(0.05, 0.7) * gas / (np.std(gas) + 1e-9)
    pipe = loop(flow, 10 ** rng.uniform(1.5, 2.4), 10 ** rng.uniform(-1.6, -0.3), rng.uniform(0.2, 0.9), -1.0)
    phase = np.cumsum(revolutions / 2 * cylinders * 2) / SAMPLE_RATE
    ticks = np.append(0.0, np.diff(np.floor(phase))) * rng.uniform(0, 1, count)
    rattle = lfilter([1.0, 0, -1.0], [1, -2 * 0.97 * np.cos(2 * np.pi * rng.uniform(1500, 6000) / SAMPLE_RATE), 0.97**2], ticks)
    audio = pipe / np.std(pipe) + rng.uniform(0, 0.4) * rattle / (np.std(rattle) + 1e-9)
    return fade_out(audio.astype(np.float32), 0.1)
