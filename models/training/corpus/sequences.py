"""Random music for the sound fonts and the samples: patterns, phrases, layers, scenes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from corpus.sources import SAMPLE_RATE, respeed, to_peak
from midi import Note

SCALES = [(0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 7, 10)]


def layered_one_shots(rng: np.random.Generator, pool: dict[str, np.ndarray], seconds: float) -> np.ndarray:
    """A texture of a few one-shots: on a tempo grid, at random times, or one after the other with their full decays."""
    length = int(seconds * SAMPLE_RATE)
    out = np.zeros(length, dtype=np.float32)
    style = rng.choice(["grid", "grid", "random", "single"])
    names = list(rng.choice(list(pool), size=rng.integers(3, 9), replace=False))
    step = 60 / rng.uniform(75, 160) / 4
    density = rng.uniform(0.15, 0.45)
    time = rng.uniform(0, 0.2)
    while time < seconds - 0.1:
        hits = 1 if style == "single" else 1 + (rng.random() < 0.3)
        for name in rng.choice(names, size=hits, replace=False):
            ratio = 1.0 if rng.random() < 0.4 else float(2 ** rng.uniform(-0.6, 0.6))
            hit = respeed(pool[str(name)], ratio) * 10 ** (rng.uniform(-20, 0) / 20)
            at = int(time * SAMPLE_RATE)
            count = min(len(hit), length - at)
            out[at : at + count] += hit[:count]
        if style == "grid":
            time += step * rng.geometric(density)
        elif style == "random":
            time += rng.exponential(0.18) + 0.01
        else:
            time += max(0.15, len(hit) / SAMPLE_RATE * rng.uniform(0.6, 1.3))
    return to_peak(out, rng.uniform(-14, -1))


def drum_pattern(rng: np.random.Generator, seconds: float) -> list[Note]:
    """A random repeating pattern for General MIDI percussion (channel 10), with fills and changing velocities."""
    step = 60 / rng.uniform(75, 165) / 4
    notes = [36, 38, 42, 46] + [int(n) for n in rng.integers(35, 82, size=5)]
    probabilities = rng.uniform(0.05, 0.4, size=(len(notes), 16))
    probabilities[0, [0, 8]], probabilities[1, [4, 12]] = 0.9, 0.9
    events = []
    for index in range(int(seconds / step)):
        for row, note in enumerate(notes):
            if rng.random() < probabilities[row, index % 16]:
                events.append(Note(index * step + rng.uniform(0, 0.008), 0.3, note, int(rng.integers(35, 127)), channel=9))
        if index % 64 == 63:
            notes[int(rng.integers(2, len(notes)))] = int(rng.integers(35, 82))
    return events


def phrase(rng: np.random.Generator, seconds: float, low: int, high: int, monophonic: float) -> list[Note]:
    """A random melody or chord progression on a scale, with rests, steps more often than leaps, and mixed note lengths."""
    scale = SCALES[int(rng.integers(len(SCALES)))]
    root = int(rng.integers(12))
    pitches = [p for p in range(low, high + 1) if (p - root) % 12 in scale]
    mono = rng.random() < monophonic
    typical = float(rng.choice([0.25, 0.5, 1.0, 2.0, 3.5]))
    degree, time, events = int(rng.integers(len(pitches))), 0.05, []
    while time < seconds - 1:
        length = typical * float(rng.choice([0.5, 1, 1, 1.5, 2]))
        degree = int(np.clip(degree + rng.choice([-4, -2, -1, -1, 1, 1, 2, 4]), 0, len(pitches) - 1))
        velocity = int(rng.integers(35, 120))
        for offset in [0] if mono else [0, 2, 4][: int(rng.integers(2, 4))]:
            if degree + offset < len(pitches):
                events.append(Note(time, length * rng.uniform(0.7, 1.05), pitches[degree + offset], velocity, channel=0))
        time += length + (rng.uniform(0.2, 0.8) if rng.random() < 0.12 else 0)
    return events


def scene(rng: np.random.Generator, seconds: float, rate: float, make: Callable[[], np.ndarray]) -> np.ndarray:
    """Sounds from `make` [samples], `rate` a second on average, at random times or evenly, at random levels; peaks at -14 to -1 dBFS."""
    length = int(seconds * SAMPLE_RATE)
    out = np.zeros(length, dtype=np.float32)
    even = rng.random() < 0.4
    time = rng.uniform(0, 0.3)
    while time < seconds - 0.2:
        sound = make()
        at = int(time * SAMPLE_RATE)
        count = min(len(sound), length - at)
        out[at : at + count] += to_peak(sound, rng.uniform(-20, 0))[:count]
        time += (1 if even else rng.exponential(1) + 0.05) / rate
    return to_peak(out, rng.uniform(-14, -1))
