"""Builds the training and held-out audio of one model, and serves random crops of it.

    python3 data.py percussion --out ~/tiller-data
    python3 data.py voices --out ~/tiller-data

writes `<out>/<name>/train.npy` (int16 mono at 44.1 kHz, one long array), `<out>/<name>/held-out/*.wav` and
`<out>/<name>/sources.json` (what went in). Everything is drawn from a seeded generator.

Sources: Debian's `sonic-pi-samples` (CC0; `loop_amen*` and `loop_breakbeat` are left out as of doubtful origin) and
`fluid-soundfont-gm` (MIT-style licence) played by `fluidsynth`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

from midi import Note, write_midi

SAMPLE_RATE = 44100
SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
SAMPLES = Path("/usr/share/sonic-pi/samples")

HELD_OUT = {
    "percussion": ["loop_tabla", "loop_perc1", "loop_perc2", "loop_industrial", "loop_electric"],
    "voices": ["bass_voxy_c", "ambi_glass_rub", "guit_e_slide"],
}
PERCUSSION_ONE_SHOTS = ("drum_", "tabla_", "perc_", "elec_", "glitch_perc", "bd_", "sn_", "bass_hit", "vinyl_scratch")
PERCUSSION_LOOPS = [
    "loop_mehackit1",
    "loop_mehackit2",
    "loop_3d_printer",
    "loop_safari",
    "loop_weirdo",
    "loop_garzul",
    "loop_mika",
    "loop_compus",
]
SUSTAINED = [
    "ambi_choir", "ambi_glass_hum", "ambi_haunted_hum", "ambi_drone", "bass_voxy_hit_c", "bass_woodsy_c",
    "guit_harmonics", "guit_em9", "loop_drone_g_97",
]  # fmt: skip
DRUM_KITS = [0, 8, 16, 24, 25, 32, 40, 48]
# General MIDI programs, counted from 0: (program, lowest note, highest note, share of monophonic phrases).
VOICE_PROGRAMS = {
    "choir aahs": (52, 43, 81, 0.5), "voice oohs": (53, 45, 81, 0.6), "synth voice": (54, 45, 81, 0.6),
    "halo choir": (91, 45, 76, 0.5), "strings": (48, 36, 88, 0.4), "slow strings": (49, 36, 88, 0.4),
    "tremolo strings": (44, 43, 84, 0.5), "violin": (40, 55, 93, 1.0), "viola": (41, 48, 84, 1.0), "cello": (42, 36, 72, 1.0),
    "contrabass": (43, 28, 55, 1.0), "pizzicato": (45, 43, 84, 0.7), "flute": (73, 60, 93, 1.0), "church organ": (19, 36, 84, 0.4),
}  # fmt: skip
SCALES = [(0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 7, 10)]


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


def render(notes: list[Note], seconds: float, program: int, channel: int, rng: np.random.Generator, swell: bool) -> np.ndarray:
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
        command = ["fluidsynth", "-ni", "-q", "-g", "0.7", "-r", str(SAMPLE_RATE), "-R", str(int(reverb)), "-C", "0"]
        subprocess.run(
            [*command, "-F", str(wav), str(SOUND_FONT), str(midi)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        audio, _ = sf.read(wav, dtype="float32", always_2d=True)
    mono = audio.mean(axis=1)[: int(seconds * SAMPLE_RATE)]
    return to_peak(fade_out(mono, 0.05), rng.uniform(-12, -2))


def build_percussion(rng: np.random.Generator, minutes: float) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Training segments and extra held-out clips: half layered one-shots, a third kits, the rest loops at three speeds."""
    names = sorted(p.stem for p in SAMPLES.glob("*.flac") if p.stem.startswith(PERCUSSION_ONE_SHOTS))
    pool = {name: fade_out(to_peak(load_mono(name), -3)) for name in names}
    layers = [layered_one_shots(rng, pool, 20) for _ in range(int(minutes * 0.62 * 3))]
    kits = [
        render(drum_pattern(rng, 40), 40, DRUM_KITS[i % len(DRUM_KITS)], 9, rng, swell=False)
        for i in range(int(minutes * 0.28 * 1.5))
    ]
    loops = [respeed(to_peak(load_mono(n), -3), ratio) for n in PERCUSSION_LOOPS for ratio in (0.89, 1.0, 1.12)]
    held_out = {"gm-kit": render(drum_pattern(rng, 8), 8, 16, 9, rng, swell=False)}
    return layers + kits + loops, held_out


def build_voices(rng: np.random.Generator, minutes: float) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Training segments and extra held-out clips: FluidSynth phrases, and sustained CC0 samples at several speeds."""
    programs = list(VOICE_PROGRAMS.values())
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
        program, low, high, mono = VOICE_PROGRAMS[name]
        held_out[name.replace(" ", "-")] = render(phrase(rng, 8, low, high, mono), 8, program, 0, rng, swell=True)
    return segments, held_out


def build(name: str, out: Path, minutes: float, seed: int) -> None:
    """Writes the data set of model `name` under `out` (replacing an earlier one)."""
    rng = np.random.default_rng(seed)
    segments, held_out = {"percussion": build_percussion, "voices": build_voices}[name](rng, minutes)
    held_out.update({n: to_peak(load_mono(n), -3)[: 10 * SAMPLE_RATE] for n in HELD_OUT[name]})
    folder = out / name
    (folder / "held-out").mkdir(parents=True, exist_ok=True)
    audio = np.concatenate([segments[i] for i in rng.permutation(len(segments))])
    np.save(folder / "train.npy", np.clip(np.round(audio * 32767), -32768, 32767).astype(np.int16))
    for clip, samples in held_out.items():
        sf.write(folder / "held-out" / f"{clip}.wav", samples, SAMPLE_RATE, subtype="PCM_16")
    facts = {
        "seconds": round(len(audio) / SAMPLE_RATE, 1),
        "segments": len(segments),
        "seed": seed,
        "heldOut": sorted(held_out),
    }
    (folder / "sources.json").write_text(json.dumps(facts, indent=2) + "\n")
    print(f"{name}: {facts['seconds'] / 60:.1f} minutes of training audio, held out: {', '.join(facts['heldOut'])}")


@dataclass
class CropSampler:
    """Random crops of a training array, silence-aware: a crop whose RMS is under -60 dBFS is redrawn nine times in ten.

    Each crop has a random gain (-18 to +1 dB, kept under full scale) and a random sign. Resuming restores `rng`.
    """

    audio: np.ndarray
    crop: int
    rng: np.random.Generator

    def batch(self, size: int) -> np.ndarray:
        """float32 [size, crop] in -1..1."""
        out = np.empty((size, self.crop), dtype=np.float32)
        for row in range(size):
            while True:
                start = int(self.rng.integers(len(self.audio) - self.crop))
                clip = self.audio[start : start + self.crop].astype(np.float32) / 32768
                if float(np.mean(clip**2)) > 1e-6 or self.rng.random() < 0.1:
                    break
            gain = 10 ** (self.rng.uniform(-18, 1) / 20) * self.rng.choice([-1, 1])
            out[row] = clip * min(abs(gain), 1 / max(1e-6, float(np.max(np.abs(clip))))) * np.sign(gain)
        return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["percussion", "voices"])
    parser.add_argument("--out", type=Path, default=Path.home() / "tiller-data")
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    build(arguments.name, arguments.out, arguments.minutes, arguments.seed)


if __name__ == "__main__":
    main()
