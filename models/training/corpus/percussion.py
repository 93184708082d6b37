"""Percussion: drums, tabla, metal and electronic hits."""

from __future__ import annotations

import numpy as np

from corpus.sequences import drum_pattern, layered_one_shots
from corpus.sources import MUSESCORE_FONT, SAMPLES, fade_out, load_mono, render, respeed, to_peak

HELD_OUT = ["loop_tabla", "loop_perc1", "loop_perc2", "loop_industrial", "loop_electric"]
ONE_SHOTS = ("drum_", "tabla_", "perc_", "elec_", "glitch_perc", "bd_", "sn_", "bass_hit", "vinyl_scratch")
LOOPS = [
    "loop_mehackit1",
    "loop_mehackit2",
    "loop_3d_printer",
    "loop_safari",
    "loop_weirdo",
    "loop_garzul",
    "loop_mika",
    "loop_compus",
]
DRUM_KITS = [0, 8, 16, 24, 25, 32, 40, 48]
MORE_KITS = [0, 2, 4, 8, 10, 16, 24, 25, 32, 34, 40, 41, 48, 56, 58, 59]


def build(rng: np.random.Generator, minutes: float) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Training segments and extra held-out clips: layered one-shots, the kits of two sound fonts, loops at three speeds."""
    names = sorted(p.stem for p in SAMPLES.glob("*.flac") if p.stem.startswith(ONE_SHOTS))
    pool = {name: fade_out(to_peak(load_mono(name), -3)) for name in names}
    layers = [layered_one_shots(rng, pool, 20) for _ in range(int(minutes * 0.62 * 3))]
    kits = [
        render(drum_pattern(rng, 40), 40, DRUM_KITS[i % len(DRUM_KITS)], 9, rng, swell=False)
        for i in range(int(minutes * 0.28 * 1.5))
    ]
    loops = [respeed(to_peak(load_mono(n), -3), ratio) for n in LOOPS for ratio in (0.89, 1.0, 1.12)]
    held_out = {"gm-kit": render(drum_pattern(rng, 8), 8, 16, 9, rng, swell=False)}
    more = [
        render(drum_pattern(rng, 40), 40, MORE_KITS[i % len(MORE_KITS)], 9, rng, swell=False, font=MUSESCORE_FONT)
        for i in range(int(minutes * 0.25 * 1.5))
    ]
    return layers + kits + loops + more, held_out
