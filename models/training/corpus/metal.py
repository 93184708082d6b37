"""Metal and glass: bells, gongs, mallets, plates, bowls, cymbals."""

from __future__ import annotations

import numpy as np

from corpus.modal import gong, rubbed_object, struck_object
from corpus.sequences import layered_one_shots, phrase, scene
from corpus.sources import FLUID_FONT, MUSESCORE_FONT, fade_out, load_mono, render, respeed, to_peak
from midi import Note

HELD_OUT = ["perc_bell2", "elec_chime", "ambi_glass_rub"]
ONE_SHOTS = [
    "perc_bell", "elec_bell", "elec_triangle", "elec_ping", "elec_bong", "elec_cymbal", "elec_twang", "drum_cowbell",
    "drum_cymbal_closed", "drum_cymbal_hard", "drum_cymbal_open", "drum_cymbal_soft", "drum_splash_hard", "drum_splash_soft",
    "perc_impact1", "perc_impact2", "perc_till",
]  # fmt: skip
SUSTAINED = ["ambi_glass_hum", "ambi_piano", "guit_harmonics"]
# General MIDI programs, counted from 0: (program, lowest note, highest note, share of monophonic phrases).
PROGRAMS = [
    (8, 60, 96, 0.8), (9, 67, 100, 0.8), (10, 55, 91, 0.75), (11, 53, 89, 0.75), (12, 45, 89, 0.8), (13, 62, 98, 0.9),
    (14, 53, 77, 0.9), (108, 53, 84, 0.8), (112, 60, 88, 0.9), (113, 55, 84, 0.9), (114, 52, 84, 0.8), (98, 48, 84, 0.8),
]  # fmt: skip
METAL_NOTES = [49, 51, 52, 53, 55, 57, 59, 56, 67, 68, 80, 81, 83, 84, 42, 46]


def cymbals(rng: np.random.Generator, seconds: float) -> list[Note]:
    """Random strokes on the General MIDI kit's metal (channel 10)."""
    time, events = 0.1, []
    while time < seconds - 1:
        events.append(Note(time, 0.5, int(rng.choice(METAL_NOTES)), int(rng.integers(25, 127)), channel=9))
        time += rng.exponential(0.5) + 0.06
    return events


def build(rng: np.random.Generator, minutes: float) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Training segments and extra held-out clips: synthesised objects, mallets and cymbals of two sound fonts, CC0 samples."""
    fonts = (FLUID_FONT, MUSESCORE_FONT)
    segments = [scene(rng, 20, rng.uniform(0.3, 2), lambda: struck_object(rng)) for _ in range(int(minutes * 0.7))]
    segments += [scene(rng, 20, rng.uniform(0.15, 0.5), lambda: rubbed_object(rng)) for _ in range(int(minutes * 0.35))]
    segments += [scene(rng, 20, rng.uniform(0.12, 0.4), lambda: gong(rng)) for _ in range(int(minutes * 0.25))]
    for index in range(int(minutes * 1.2)):
        program, low, high, mono = PROGRAMS[index // 2 % len(PROGRAMS)]
        segments.append(render(phrase(rng, 28, low, high, mono), 28, program, 0, rng, swell=False, font=fonts[index % 2]))
    for index in range(int(minutes * 0.2)):
        segments.append(render(cymbals(rng, 25), 25, [0, 8, 16, 48][index % 4], 9, rng, swell=False, font=fonts[index % 2]))
    pool = {name: fade_out(to_peak(load_mono(name), -3)) for name in ONE_SHOTS}
    segments += [layered_one_shots(rng, pool, 20) for _ in range(int(minutes * 0.5))]
    for name in SUSTAINED:
        for semitones in (-5, -2, 0, 3, 7):
            segments.append(to_peak(fade_out(respeed(load_mono(name), 2 ** (semitones / 12)), 0.05), rng.uniform(-12, -2)))
    held_out = {
        "struck": scene(rng, 8, 1.5, lambda: struck_object(rng)),
        "rubbed": scene(rng, 8, 0.4, lambda: rubbed_object(rng)),
        "gong": scene(rng, 8, 0.3, lambda: gong(rng)),
        "vibraphone": render(phrase(rng, 8, 53, 89, 0.5), 8, 11, 0, rng, swell=False),
        "tubular-bells": render(phrase(rng, 8, 53, 77, 0.8), 8, 14, 0, rng, swell=False, font=MUSESCORE_FONT),
    }
    return segments, held_out
