"""Sounds from collections: Sonic Pi's samples, and General MIDI sound fonts played by FluidSynth."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile as sf

from midi import Note, write_midi

SAMPLE_RATE = 44100
SAMPLES = Path("/usr/share/sonic-pi/samples")
FLUID_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
MUSESCORE_FONT = Path("/usr/share/sounds/sf3/MuseScore_General.sf3")


def load_mono(name: str) -> np.ndarray:
    """A Sonic Pi sample as float32 [frames], channels averaged."""
    audio, rate = sf.read(SAMPLES / f"{name}.flac", dtype="float32", always_2d=True)
    if rate != SAMPLE_RATE:
        raise ValueError(f"{name}: expected {SAMPLE_RATE} Hz, found {rate} Hz")
    return audio.mean(axis=1)


def respeed(audio: np.ndarray, ratio: float) -> np.ndarray:
    """`audio` [frames] played at `ratio` times its speed, by linear interpolation."""
    if ratio == 1.0:
        return audio
    return np.interp(np.arange(0, len(audio) - 1, ratio), np.arange(len(audio)), audio).astype(np.float32)


def fade_out(audio: np.ndarray, seconds: float = 0.01) -> np.ndarray:
    """A copy of `audio` whose last `seconds` fall linearly to zero, so that cut samples do not click."""
    count = min(len(audio), int(seconds * SAMPLE_RATE))
    faded = audio.copy()
    faded[len(audio) - count :] *= np.linspace(1, 0, count, dtype=np.float32)
    return faded


def to_peak(audio: np.ndarray, decibels: float) -> np.ndarray:
    return audio * (10 ** (decibels / 20) / max(1e-6, float(np.max(np.abs(audio)))))


def render(
    notes: list[Note],
    seconds: float,
    program: int,
    channel: int,
    rng: np.random.Generator,
    swell: bool,
    font: Path = FLUID_FONT,
) -> np.ndarray:
    """Plays `notes` with FluidSynth and returns float32 mono [frames]; `swell` adds expression and vibrato moves."""
    controls = []
    if swell:
        grid = np.arange(0, seconds, 0.05)
        loudness = 95 + 30 * np.sin(2 * np.pi * grid * rng.uniform(0.05, 0.4) + rng.uniform(0, 6)) * rng.random()
        vibrato = np.clip(45 * rng.random() * (1 + np.sin(2 * np.pi * grid * 0.2 + rng.uniform(0, 6))), 0, 90)
        controls = [(float(t), 11, int(np.clip(v, 30, 127))) for t, v in zip(grid, loudness)]
        controls += [(float(t), 1, int(v)) for t, v in zip(grid[::4], vibrato[::4])]
    reverb = bool(rng.random() < 0.35)
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "phrase.mid", Path(folder) / "phrase.wav"
        write_midi(midi, notes, program=program, channel=channel, controls=controls)
        # Only the samples of the program that is played are unpacked: the same sound for a fifth of the time.
        command = ["fluidsynth", "-ni", "-q", "-g", "0.7", "-r", str(SAMPLE_RATE), "-R", str(int(reverb)), "-C", "0"]
        command += ["-o", "synth.dynamic-sample-loading=1"]
        subprocess.run(
            [*command, "-F", str(wav), str(font), str(midi)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        audio, _ = sf.read(wav, dtype="float32", always_2d=True)
    mono = audio.mean(axis=1)[: int(seconds * SAMPLE_RATE)]
    return to_peak(fade_out(mono, 0.05), rng.uniform(-12, -2))
