"""Struck, rubbed and bowed solids by modal synthesis: bars, plates, bells, bowls and gongs.

A solid is a set of damped modes (Fletcher & Rossing, "The Physics of Musical Instruments", 2nd ed. 1998; section numbers below
are theirs). Each mode is a two-pole resonator driven by the force of a mallet or of friction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from corpus.sources import SAMPLE_RATE, fade_out

HIGHEST_HZ = 20000.0


@dataclass(frozen=True)
class Modes:
    """Frequencies in Hz, decay times to -60 dB in seconds, and gains at the point that is struck, all [modes]."""

    hertz: np.ndarray
    decay: np.ndarray
    gain: np.ndarray

    def audible(self) -> Modes:
        heard = (self.hertz > 20) & (self.hertz < HIGHEST_HZ)
        return Modes(self.hertz[heard], self.decay[heard], self.gain[heard])


def damping(rng: np.random.Generator, hertz: np.ndarray, longest: float) -> np.ndarray:
    """Decay times [modes] that fall with frequency: a constant loss (air, support) and one with its square (the material's own)."""
    corner = rng.uniform(1500, 9000)
    return longest / (1 + (hertz / corner) ** 2) * rng.uniform(0.7, 1.3, len(hertz))


def bar(rng: np.random.Generator, base: float, longest: float) -> Modes:
    """A bar with free ends (2.15): partials as (2n + 1)^2, tuned towards 1 : 4 : 10 as marimba and vibraphone bars are, or not."""
    free = np.array([3.0112, 5.0, 7.0, 9.0, 11.0, 13.0]) ** 2 / 3.0112**2
    tuned = np.array([1.0, 4.0, 10.0, 17.5, 27.0, 38.0])
    hertz = base * (free + (tuned - free) * rng.choice([0.0, 1.0])) * rng.normal(1, 0.003, 6)
    place = rng.uniform(0.05, 0.5)
    gain = np.abs(np.cos(np.pi * np.arange(1, 7) * place)) * rng.uniform(0.5, 1, 6) / np.arange(1, 7) ** 0.7
    return Modes(hertz, damping(rng, hertz, longest), gain)


def plate(rng: np.random.Generator, base: float, longest: float, count: int = 90) -> Modes:
    """A rectangular plate with hinged edges (3.6): frequencies as m^2 + (n / aspect)^2, struck anywhere."""
    aspect = rng.uniform(0.4, 1.0)
    m, n = np.meshgrid(np.arange(1, 33), np.arange(1, 33))
    ratio = (m**2 + (n * aspect) ** 2).ravel() / (1 + aspect**2)
    order = np.argsort(ratio)[:count]
    hertz = base * ratio[order] * rng.normal(1, 0.004, count)
    x, y = rng.uniform(0.1, 0.9, 2)
    gain = (np.sin(np.pi * m * x) * np.sin(np.pi * n * y)).ravel()[order]
    return Modes(hertz, damping(rng, hertz, longest), gain)


def bell(rng: np.random.Generator, base: float, longest: float) -> Modes:
    """A church bell (21.1): hum, prime, tierce, quint, nominal and those above, each a pair that beats."""
    ratios = np.array([0.5, 1.0, rng.choice([1.2, 1.25]), 1.5, 2.0, 2.5, 2.67, 3.0, 4.0, 5.33, 6.67, 8.1])
    ratios = ratios * rng.normal(1, 0.006, len(ratios))
    hertz = base * np.concatenate([ratios, ratios * (1 + rng.uniform(0.0003, 0.003, len(ratios)))])
    gain = np.tile(rng.uniform(0.3, 1, len(ratios)) / np.arange(1, len(ratios) + 1) ** 0.4, 2)
    return Modes(hertz, damping(rng, hertz, longest), gain)


def bowl(rng: np.random.Generator, base: float, longest: float) -> Modes:
    """A singing bowl or a wine glass (20.11): ring modes as the square of their number, in pairs that beat."""
    numbers = np.arange(2, 9)
    ratios = numbers**2 / 4 * rng.normal(1, 0.02, len(numbers))
    hertz = base * np.concatenate([ratios, ratios * (1 + rng.uniform(0.0005, 0.006, len(ratios)))])
    gain = np.tile(rng.uniform(0.4, 1, len(ratios)) / (numbers - 1), 2)
    return Modes(hertz, damping(rng, hertz, longest), gain)


def mallet(rng: np.random.Generator) -> np.ndarray:
    """Force [samples] of one blow: half a sine of 0.1 ms (steel) to 8 ms (felt), now and then with a scrape of noise."""
    contact = 10 ** rng.uniform(-4, -2.1)
    pulse = np.sin(np.pi * np.linspace(0, 1, max(3, int(contact * SAMPLE_RATE))))
    pulse /= pulse.sum()
    if rng.random() < 0.3:
        scrape = rng.standard_normal(int(0.03 * SAMPLE_RATE)) * np.exp(-np.linspace(0, 6, int(0.03 * SAMPLE_RATE))) * 0.02
        scrape[: len(pulse)] += pulse[: len(scrape)]
        return scrape
    return pulse


def friction(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Force [samples] of a bow or a wet finger: noise whose strength swells, with pauses of its own."""
    count = int(seconds * SAMPLE_RATE)
    knots = max(3, int(seconds * rng.uniform(1, 4)))
    swell = np.interp(np.linspace(0, knots - 1, count), np.arange(knots), rng.random(knots) ** 2)
    return rng.standard_normal(count) * swell * 0.02


def ring(modes: Modes, force: np.ndarray, seconds: float) -> np.ndarray:
    """The sum of all modes driven by `force` [samples], float32 [seconds * 44100]."""
    modes = modes.audible()
    driven = np.zeros(int(seconds * SAMPLE_RATE))
    driven[: len(force)] = force[: len(driven)]
    out = np.zeros_like(driven)
    for hertz, decay, gain in zip(modes.hertz, modes.decay, modes.gain):
        radius = 10 ** (-3 / (max(decay, 0.01) * SAMPLE_RATE))
        angle = 2 * np.pi * hertz / SAMPLE_RATE
        out += lfilter([gain * np.sin(angle)], [1, -2 * radius * np.cos(angle), radius**2], driven)
    return fade_out(out.astype(np.float32), 0.05)


def struck_object(rng: np.random.Generator) -> np.ndarray:
    """One blow on a random bar, plate, bell or bowl [samples]."""
    shape = rng.choice([bar, bar, plate, bell, bowl])
    base = 10 ** rng.uniform(np.log10(60 if shape in (plate, bell) else 150), np.log10(1800))
    longest = 10 ** rng.uniform(-0.5, 0.9)
    return ring(shape(rng, base, longest), mallet(rng), min(6.0, longest * 1.1 + 0.1))


def rubbed_object(rng: np.random.Generator) -> np.ndarray:
    """A bowl, a bar or a plate rubbed or bowed for a few seconds [samples]."""
    shape = rng.choice([bowl, bowl, bar, plate])
    base = 10 ** rng.uniform(np.log10(90), np.log10(1200))
    seconds = rng.uniform(2, 6)
    return ring(shape(rng, base, rng.uniform(1, 8)), friction(rng, seconds * 0.8), seconds)


def gong(rng: np.random.Generator) -> np.ndarray:
    """A gong or a tam-tam [samples]: a low plate whose high modes swell in after the blow (20.2), by a slow force of noise."""
    modes = plate(rng, rng.uniform(40, 140), rng.uniform(3, 7), count=300)
    seconds = 6.0
    count = int(2 * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    bloom = rng.uniform(0.05, 0.5)
    swell = (time / bloom) * np.exp(1 - time / bloom)
    force = rng.standard_normal(count) * swell * rng.uniform(0.002, 0.01)
    blow = mallet(rng)
    force[: len(blow)] += blow
    return ring(modes, force, seconds)
