"""Makes a data set of a player's own recordings.

    python3 own_data.py ~/field-recordings --name fields --out ~/tiller-own

Takes every audio file under the folder that libsndfile opens (WAV, AIFF, FLAC, OGG, Opus, MP3, CAF), and others (M4A, WMA, video)
by way of `ffmpeg` where that is installed. Channels are averaged, the rate becomes 44.1 kHz, each recording is brought to a
peak of -3 dBFS, and silence longer than a second is shortened to half of one. About a tenth, in stretches of up to ten
seconds, is held out of training and only measured.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import soundfile as sf
from scipy.signal import resample_poly

from about import About
from corpus.sources import SAMPLE_RATE, fade_out, to_peak
from data import write_set

LEAST_SECONDS = 120.0
SILENT_DB = -60.0
SUFFIXES = {".wav", ".wave", ".aif", ".aiff", ".aifc", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".caf", ".w64", ".rf64", ".au"}
FFMPEG_SUFFIXES = {".m4a", ".aac", ".mp4", ".mov", ".wma", ".webm", ".mkv", ".amr", ".3gp"}


def read_mono(path: Path) -> np.ndarray:
    """A recording as float32 [samples] at 44.1 kHz, channels averaged, samples that are not finite silenced."""
    audio, rate = sf.read(path, dtype="float32", always_2d=True)
    mono = np.nan_to_num(audio.mean(axis=1), posinf=0.0, neginf=0.0)
    if rate == SAMPLE_RATE or not len(mono):
        return mono
    divisor = math.gcd(int(rate), SAMPLE_RATE)
    return resample_poly(mono, SAMPLE_RATE // divisor, int(rate) // divisor).astype(np.float32)


def decode(path: Path) -> np.ndarray:
    """`read_mono` of any file; what libsndfile does not know goes through ffmpeg first."""
    if path.suffix.lower() not in FFMPEG_SUFFIXES:
        return read_mono(path)
    if not shutil.which("ffmpeg"):
        raise RuntimeError("needs ffmpeg, which is not installed")
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "decoded.wav"
        command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-vn", "-ar", str(SAMPLE_RATE), str(wav)]
        subprocess.run(command, check=True, capture_output=True)
        return read_mono(wav)


def shorten_silence(audio: np.ndarray, longest: float = 1.0, kept: float = 0.5) -> np.ndarray:
    """A copy of audio [samples] in which silence (under -60 dBFS RMS in 50 ms) beyond `longest` seconds is cut to `kept` seconds."""
    step = SAMPLE_RATE // 20
    count = -(-len(audio) // step)
    padded = np.pad(audio, (0, count * step - len(audio))).reshape(count, step)
    silent = np.sqrt(np.mean(padded.astype(np.float64) ** 2, axis=1)) < 10 ** (SILENT_DB / 20)
    keep = np.ones(count, dtype=bool)
    start = 0
    for index in range(count + 1):
        if index < count and silent[index]:
            continue
        if (index - start) * step > longest * SAMPLE_RATE:
            half = int(kept * SAMPLE_RATE / step / 2)
            keep[start + half : index - half] = False
        start = index + 1
    return padded[keep].ravel()[: len(audio)]


def read_folder(folder: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """Every recording under `folder` by its relative name, and a line for each file that could not be read."""
    recordings, unread = {}, []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix.lower() not in SUFFIXES | FFMPEG_SUFFIXES:
            continue
        try:
            audio = shorten_silence(decode(path))
        except (RuntimeError, OSError, ValueError, subprocess.CalledProcessError) as error:
            unread.append(f"{path.relative_to(folder)}: {error}")
            continue
        if len(audio) and float(np.max(np.abs(audio))) > 10 ** (SILENT_DB / 20):
            recordings[str(path.relative_to(folder))] = to_peak(audio, -3)
        else:
            unread.append(f"{path.relative_to(folder)}: nothing but silence")
    return recordings, unread


def split(recordings: dict[str, np.ndarray], rng: np.random.Generator) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Training segments [samples], and held-out clips of up to ten seconds that make up about a tenth, at most eight of them.

    Recordings are cut into stretches of ten seconds; a stretch is either held out or trained on.
    """
    stretch = 10 * SAMPLE_RATE
    pieces = [(name, start) for name, audio in recordings.items() for start in range(0, len(audio), stretch)]
    long_enough = [p for p in pieces if len(recordings[p[0]]) - p[1] >= 3 * SAMPLE_RATE]
    total = sum(map(len, recordings.values()))
    wanted = max(1, min(8, round(total / 10 / stretch)))
    if not long_enough:
        raise SystemExit("every recording is shorter than three seconds: join some of them, so that a part can be held out")
    chosen = {long_enough[i] for i in rng.permutation(len(long_enough))[:wanted]}
    held_out, training = {}, []
    for number, (name, start) in enumerate(sorted(chosen), 1):
        stem = "".join(c if c.isalnum() else "-" for c in Path(name).stem)[:40]
        held_out[f"{number}-{stem}"] = recordings[name][start : start + stretch]
    for name, audio in recordings.items():
        run: list[np.ndarray] = []
        for start in [*range(0, len(audio), stretch), None]:
            if start is not None and (name, start) not in chosen:
                run.append(audio[start : start + stretch])
            elif run:
                training.append(fade_out(np.concatenate(run)))
                run = []
    return training, held_out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        raise SystemExit(f"there is no folder {arguments.folder}")
    recordings, unread = read_folder(arguments.folder)
    for message in unread:
        print(f"left out {message}")
    seconds = sum(map(len, recordings.values())) / SAMPLE_RATE
    if seconds < LEAST_SECONDS:
        raise SystemExit(
            f"{arguments.folder} holds {seconds:.0f} seconds of audio (silence taken out) in {len(recordings)} readable files; "
            f"a model needs {LEAST_SECONDS:.0f} seconds at least, and gets better up to an hour or so"
        )
    rng = np.random.default_rng(arguments.seed)
    training, held_out = split(recordings, rng)
    facts = {"seed": arguments.seed, "recordings": sorted(recordings), "leftOut": unread}
    write_set(arguments.out / arguments.name, training, held_out, rng.permutation(len(training)), facts)
    about = About(
        title=arguments.name,
        character=f"made of {len(recordings)} recordings, {seconds / 60:.1f} minutes",
        trained_on=f"{seconds / 60:.1f} minutes in {len(recordings)} files, a tenth of them held out",
        licence="whoever made the recordings decides",
        notice="",
        weak="Not listened to yet: replace this text. The figures above show the weakest clips.",
    )
    (arguments.out / arguments.name / "about.json").write_text(json.dumps(asdict(about), indent=2) + "\n")


if __name__ == "__main__":
    main()
