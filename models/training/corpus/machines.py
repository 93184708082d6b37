"""Machines and air: drones, wind, motors, engines, fans, radio, hum, steam, robots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from corpus.sequences import phrase
from corpus.sources import FLUID_FONT, MUSESCORE_FONT, fade_out, load_mono, render, respeed, to_peak
from corpus.textures import drone, fan, grains, hum, motor, radio, steam, wind
from corpus.waveguides import blown_tube, engine

HELD_OUT = ["ambi_lunar_land", "mehackit_robot3", "vinyl_rewind", "ambi_dark_woosh"]
SAMPLED = [
    "ambi_drone", "ambi_haunted_hum", "ambi_soft_buzz", "ambi_swoosh", "ambi_sauna", "loop_drone_g_97", "loop_3d_printer",
    "mehackit_robot1", "mehackit_robot2", "mehackit_robot4", "mehackit_robot5", "mehackit_robot6", "mehackit_robot7",
    "mehackit_phone1", "mehackit_phone2", "mehackit_phone3", "mehackit_phone4", "vinyl_hiss", "vinyl_backspin", "glitch_robot1",
    "glitch_robot2", "misc_cineboom", "bass_dnb_f", "bass_drop_c", "perc_swash", "perc_swoosh",
]  # fmt: skip
# General MIDI programs, counted from 0: pads and effects.
PROGRAMS = [(89, 36, 72), (92, 40, 79), (93, 40, 79), (95, 33, 72), (97, 36, 72), (101, 40, 79), (122, 48, 72), (125, 48, 72)]
TEXTURES: list[Callable[[np.random.Generator, float], np.ndarray]] = [
    wind, wind, steam, motor, engine, engine, fan, hum, radio, radio, drone, drone, blown_tube,
]  # fmt: skip


def texture(rng: np.random.Generator, seconds: float, index: int) -> np.ndarray:
    """One of `TEXTURES`, alone or with another 3 to 20 dB under it; faded at both ends."""
    audio = to_peak(TEXTURES[index % len(TEXTURES)](rng, seconds), 0)
    if rng.random() < 0.35:
        other = to_peak(TEXTURES[int(rng.integers(len(TEXTURES)))](rng, seconds), rng.uniform(-20, -3))
        count = min(len(audio), len(other))
        audio = audio[:count] + other[:count]
    return to_peak(fade_out(fade_out(audio, 0.2)[::-1], 0.05)[::-1], rng.uniform(-14, -1))


def build(rng: np.random.Generator, minutes: float) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Training segments and extra held-out clips: synthesised textures, grains of CC0 samples, the samples, sound-font pads."""
    fonts = (FLUID_FONT, MUSESCORE_FONT)
    segments = [texture(rng, 16, i) for i in range(int(minutes * 1.9))]
    for name in SAMPLED:
        audio = load_mono(name)
        for semitones in (-7, -3, 0, 4):
            segments.append(to_peak(fade_out(respeed(audio, 2 ** (semitones / 12)), 0.05), rng.uniform(-12, -2)))
    for index in range(int(minutes * 0.6)):
        material = load_mono(SAMPLED[index % len(SAMPLED)])
        segments.append(to_peak(grains(rng, 12, material), rng.uniform(-14, -2)))
    for index in range(int(minutes * 0.25)):
        program, low, high = PROGRAMS[index // 2 % len(PROGRAMS)]
        segments.append(render(phrase(rng, 25, low, high, 0.5), 25, program, 0, rng, swell=True, font=fonts[index % 2]))
    synthesised = (wind, motor, engine, radio, drone, hum)
    held_out = {make.__name__: to_peak(fade_out(make(rng, 8), 0.1), -6) for make in synthesised}
    return segments, held_out
