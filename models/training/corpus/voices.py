"""Voices and strings: choirs, bowed and plucked strings, flute and organ; sustained and pitched."""

from __future__ import annotations

import numpy as np

from corpus.sequences import phrase, scene
from corpus.sources import MUSESCORE_FONT, fade_out, load_mono, render, respeed, to_peak
from corpus.waveguides import plucked_string

HELD_OUT = ["bass_voxy_c", "ambi_glass_rub", "guit_e_slide"]
SUSTAINED = [
    "ambi_choir", "ambi_glass_hum", "ambi_haunted_hum", "ambi_drone", "bass_voxy_hit_c", "bass_woodsy_c",
    "guit_harmonics", "guit_em9", "loop_drone_g_97",
]  # fmt: skip
# General MIDI programs, counted from 0: (program, lowest note, highest note, share of monophonic phrases).
PROGRAMS = {
    "choir aahs": (52, 43, 81, 0.5), "voice oohs": (53, 45, 81, 0.6), "synth voice": (54, 45, 81, 0.6),
    "halo choir": (91, 45, 76, 0.5), "strings": (48, 36, 88, 0.4), "slow strings": (49, 36, 88, 0.4),
    "tremolo strings": (44, 43, 84, 0.5), "violin": (40, 55, 93, 1.0), "viola": (41, 48, 84, 1.0), "cello": (42, 36, 72, 1.0),
    "contrabass": (43, 28, 55, 1.0), "pizzicato": (45, 43, 84, 0.7), "flute": (73, 60, 93, 1.0), "church organ": (19, 36, 84, 0.4),
}  # fmt: skip
MORE_PROGRAMS = [
    (40, 55, 93, 1.0), (41, 48, 84, 1.0), (42, 36, 72, 1.0), (43, 28, 55, 1.0), (48, 36, 88, 0.4), (49, 36, 88, 0.5),
    (44, 43, 84, 0.5), (52, 43, 81, 0.5), (53, 45, 81, 0.7), (85, 48, 84, 1.0), (91, 45, 76, 0.5), (46, 36, 88, 0.6),
    (73, 60, 93, 1.0), (110, 55, 88, 1.0),
]  # fmt: skip


def build(rng: np.random.Generator, minutes: float) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Training segments and extra held-out clips: phrases on two sound fonts, sustained CC0 samples at several speeds, strings."""
    programs = list(PROGRAMS.values())
    segments = []
    for index in range(int(minutes * 2)):
        program, low, high, mono = programs[index % len(programs)]
        segments.append(render(phrase(rng, 28, low, high, mono), 28, program, 0, rng, swell=True))
    for name in SUSTAINED:
        for semitones in (-5, -2, 0, 3, 5):
            note = respeed(load_mono(name), 2 ** (semitones / 12))
            segments.append(to_peak(fade_out(note, 0.05), rng.uniform(-12, -2)))
    held_out = {}
    for name in ("choir aahs", "strings", "violin", "voice oohs"):
        program, low, high, mono = PROGRAMS[name]
        held_out[name.replace(" ", "-")] = render(phrase(rng, 8, low, high, mono), 8, program, 0, rng, swell=True)
    for index in range(int(minutes * 0.6)):
        program, low, high, mono = MORE_PROGRAMS[index % len(MORE_PROGRAMS)]
        segments.append(render(phrase(rng, 28, low, high, mono), 28, program, 0, rng, swell=True, font=MUSESCORE_FONT))
    segments += [scene(rng, 20, rng.uniform(0.6, 3), lambda: plucked_string(rng)) for _ in range(int(minutes * 0.2))]
    return segments, held_out
