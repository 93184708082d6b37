"""Builds the demo loops in `models/loops/` from the CC0 samples of Debian's `sonic-pi-samples`.

    python3 make_loops.py [--samples /usr/share/sonic-pi/samples] [--out ../loops]

Every loop is 44.1 kHz, 16-bit, seamless (tails wrap round to its start) and peaks at -3 dBFS.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soundfile as sf

SAMPLE_RATE = 44100
PEAK = 10 ** (-3 / 20)


def load(samples: Path, name: str) -> np.ndarray:
    """One sample as float64 [frames, 2]; mono sources are doubled."""
    audio, rate = sf.read(samples / f"{name}.flac", always_2d=True)
    if rate != SAMPLE_RATE:
        raise ValueError(f"{name}: expected {SAMPLE_RATE} Hz, found {rate} Hz")
    return np.repeat(audio, 2, axis=1) if audio.shape[1] == 1 else audio


def respeed(audio: np.ndarray, ratio: float) -> np.ndarray:
    """Plays `audio` [frames, 2] at `ratio` times its speed (tape-like, linear interpolation)."""
    positions = np.arange(0, len(audio) - 1, ratio)
    return np.stack([np.interp(positions, np.arange(len(audio)), channel) for channel in audio.T], axis=1)


def place(loop: np.ndarray, audio: np.ndarray, at_seconds: float, gain: float, pan: float = 0.0) -> None:
    """Adds `audio` to `loop` in place, wrapping past its end; `pan` from -1 (left) to 1 (right)."""
    angle = (pan + 1) * np.pi / 4
    sides = np.array([np.cos(angle), np.sin(angle)]) * np.sqrt(2) * gain
    indices = (int(round(at_seconds * SAMPLE_RATE)) + np.arange(len(audio))) % len(loop)
    np.add.at(loop, indices, audio * sides)


def kit_beat(samples: Path) -> np.ndarray:
    """Two bars at 104 bpm, swung: kick, snare, ghost notes, hats, an open cymbal, toms and a cowbell."""
    sixteenth = 60 / 104 / 4
    swing = 0.12 * sixteenth
    loop = np.zeros((int(round(32 * sixteenth * SAMPLE_RATE)), 2))

    def hits(name: str, steps: dict[int, float], pan: float = 0.0, ratio: float = 1.0) -> None:
        audio = respeed(load(samples, name), ratio)
        for step, gain in steps.items():
            place(loop, audio, step * sixteenth + (swing if step % 2 else 0), gain, pan)

    hits("bd_haus", {0: 1.0, 7: 0.7, 10: 0.9, 16: 1.0, 23: 0.6, 26: 0.9, 29: 0.5})
    hits("drum_snare_hard", {4: 0.8, 12: 0.85, 20: 0.8, 28: 0.85}, pan=0.05)
    hits("drum_snare_soft", {9: 0.3, 15: 0.22, 25: 0.3, 30: 0.35, 31: 0.45}, pan=0.05)
    hits("drum_cymbal_closed", {s: 0.5 if s % 4 == 2 else 0.28 for s in range(32) if s not in (14, 15)}, pan=0.3)
    hits("drum_cymbal_open", {14: 0.3}, pan=0.3)
    hits("drum_tom_mid_hard", {22: 0.4}, pan=-0.3)
    hits("drum_tom_lo_hard", {24: 0.4}, pan=-0.45)
    hits("drum_cowbell", {3: 0.12, 6: 0.16, 19: 0.12}, pan=-0.2, ratio=1.12)
    return loop


def tabla(samples: Path) -> np.ndarray:
    """The start of `loop_tabla`, cut at its quietest point between 8.4 and 9.2 s, with a 4 ms fade."""
    audio = load(samples, "loop_tabla")
    limit, fade = int(9.2 * SAMPLE_RATE), int(0.004 * SAMPLE_RATE)
    window = int(0.02 * SAMPLE_RATE)
    searched = np.arange(int(8.4 * SAMPLE_RATE), limit, window)
    energies = [float(np.mean(audio[i - window : i] ** 2)) for i in searched]
    loop = audio[: int(searched[int(np.argmin(energies))])].mean(axis=1, keepdims=True).copy()
    loop[-fade:] *= np.linspace(1, 0, fade)[:, None]
    return loop


def choir_pad(samples: Path) -> np.ndarray:
    """Four three-part chords of `ambi_choir`, each voice respeeded to its note."""
    length = 8 * SAMPLE_RATE
    loop = np.zeros((length, 2))
    choir = load(samples, "ambi_choir")
    chords = [(0, 4, 7), (-3, 4, 9), (-7, 0, 5), (-5, 2, 7)]
    for index, chord in enumerate(chords):
        for voice, semitones in enumerate(chord):
            note = respeed(choir, 2 ** (semitones / 12))
            ramp = np.minimum(1, np.arange(len(note)) / (0.25 * SAMPLE_RATE))
            release = np.minimum(1, np.arange(len(note))[::-1] / (0.35 * SAMPLE_RATE))
            for repeat in range(2):
                place(
                    loop,
                    note * (ramp * release)[:, None],
                    2 * index + repeat * 0.9 + 0.04 * voice,
                    0.4,
                    (voice - 1) * 0.5,
                )
    return loop.mean(axis=1, keepdims=True)


def bells(samples: Path) -> np.ndarray:
    """Eight seconds of bells, a triangle and pings in two phrases, at five pitches."""
    loop = np.zeros((8 * SAMPLE_RATE, 2))
    pattern = [("perc_bell2", 0, 0), ("elec_chime", 4, 3), ("elec_bell", 7, 5), ("perc_bell2", -5, 7), ("elec_ping", 0, 9),
               ("elec_triangle", 0, 11), ("elec_chime", 0, 12), ("perc_bell2", 2, 16), ("elec_bell", 7, 19), ("elec_chime", -3, 21),
               ("elec_ping", 5, 23), ("perc_bell2", -7, 25), ("elec_triangle", 0, 28), ("elec_chime", 9, 29)]  # fmt: skip
    for index, (name, semitones, step) in enumerate(pattern):
        audio = respeed(load(samples, name), 2 ** (semitones / 12))[: 3 * SAMPLE_RATE].copy()
        audio *= np.minimum(1, np.arange(len(audio))[::-1] / (0.3 * SAMPLE_RATE))[:, None]
        place(loop, audio / np.max(np.abs(audio)), step * 0.25, 0.5 if index % 3 else 0.7)
    return loop.mean(axis=1, keepdims=True)


def machine_room(samples: Path) -> np.ndarray:
    """Eight seconds: a dark whoosh and a drone under a robot's motions and a record that is wound back."""
    loop = np.zeros((8 * SAMPLE_RATE, 2))
    events = [("ambi_lunar_land", 0.0, 0.6), ("ambi_dark_woosh", 2.0, 0.7), ("mehackit_robot3", 1.0, 0.5), ("vinyl_rewind", 5.5, 0.4),
              ("mehackit_robot3", 6.5, 0.35), ("ambi_lunar_land", 4.0, 0.6)]  # fmt: skip
    for name, at, gain in events:
        audio = load(samples, name)[: 5 * SAMPLE_RATE].copy()
        ramp = np.minimum(1, np.arange(len(audio)) / (0.05 * SAMPLE_RATE)) * np.minimum(1, np.arange(len(audio))[::-1] / SAMPLE_RATE)
        place(loop, audio / np.max(np.abs(audio)) * ramp[:, None], at, gain)
    return loop.mean(axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, default=Path("/usr/share/sonic-pi/samples"))
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "loops")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    loops = (("kit-beat", kit_beat), ("tabla", tabla), ("choir-pad", choir_pad), ("bells", bells), ("machine-room", machine_room))
    for name, build in loops:
        loop = build(arguments.samples)
        loop *= PEAK / np.max(np.abs(loop))
        sf.write(arguments.out / f"{name}.wav", loop, SAMPLE_RATE, subtype="PCM_16")
        print(f"{name}.wav: {len(loop) / SAMPLE_RATE:.2f} s, {loop.shape[1]} channel(s)")


if __name__ == "__main__":
    main()
