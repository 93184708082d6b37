"""Measures an exported model: figures on held-out audio, sweeps of each latent dimension, delay and speed.

    python3 evaluate.py ../percussion/percussion.ts --held-out ~/tiller-data/percussion/held-out

prints a report; `card.py` writes the same as the model's card.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import torch

from measure import Audio, Descriptors, ExportedModel, band_levels, describe, figure, measured_delay, noise_baseline

SWEEP = np.linspace(-3, 3, 13)


@dataclass(frozen=True)
class ClipFigures:
    """Figures of one clip (lower is nearer; see `losses.log_distance`), and its level against the reconstruction's in dBFS."""

    clip: str
    model: float
    noise: float
    silence: float
    input_db: float
    output_db: float
    measured_delay: int


@dataclass(frozen=True)
class DimensionSweep:
    """One latent dimension moved from -3 to 3 in thirteen steps, the others at zero.

    Slopes are least-squares lines over the sweep, per unit. `colour_db` is how far the levels of 24 bands lie apart between
    both ends (mean absolute difference), `largest_step_db` the same between neighbours half a unit apart, at its largest.
    """

    index: int
    steps: list[Descriptors]
    loudness_db_per_unit: float
    brightness_octaves_per_unit: float
    noisiness_per_unit: float
    colour_db: float
    largest_step_db: float


def evaluate_clip(model: ExportedModel, name: str, audio: Audio) -> ClipFigures:
    target, output = model.reconstruct(audio)
    return ClipFigures(
        clip=name,
        model=figure(output, target),
        noise=figure(noise_baseline(target), target),
        silence=figure(np.zeros_like(target), target),
        input_db=describe(target, model.sample_rate).loudness_db,
        output_db=describe(output, model.sample_rate).loudness_db,
        measured_delay=measured_delay(model.decode(model.encode(audio)), audio[: len(audio) // model.hop * model.hop]),
    )


def load_clips(folder: Path, seconds: float = 10.0) -> dict[str, Audio]:
    """Every WAV of `folder` as float32 mono, cut to `seconds`."""
    clips = {}
    for path in sorted(folder.glob("*.wav")):
        audio, rate = sf.read(path, dtype="float32", always_2d=True)
        clips[path.stem] = audio.mean(axis=1)[: int(seconds * rate)]
    if not clips:
        raise FileNotFoundError(f"no WAV files in {folder}; build the data set first (build_data.sh)")
    return clips


def sweep(model: ExportedModel, index: int) -> DimensionSweep:
    sounds = []
    for value in SWEEP:
        latent = np.zeros(model.latents, dtype=np.float32)
        latent[index] = value
        sounds.append(model.hold(latent, 0.7))
    steps = [describe(sound, model.sample_rate) for sound in sounds]
    levels = np.stack([band_levels(sound, model.sample_rate) for sound in sounds])

    def slope(values: np.ndarray) -> float:
        return float(np.polyfit(SWEEP, values, 1)[0])

    return DimensionSweep(
        index=index,
        steps=steps,
        loudness_db_per_unit=slope(np.array([step.loudness_db for step in steps])),
        brightness_octaves_per_unit=slope(np.log2([step.brightness_hz for step in steps])),
        noisiness_per_unit=slope(np.array([step.noisiness for step in steps])),
        colour_db=float(np.mean(np.abs(levels[-1] - levels[0]))),
        largest_step_db=float(np.max(np.mean(np.abs(np.diff(levels, axis=0)), axis=1))),
    )


def real_time_factor(path: str, blocks: int = 160, frames: int = 4) -> float:
    """Processor seconds of encode + decode per second of audio, TorchScript on one thread, `frames` hops a call.

    The tenth percentile over `blocks` calls, so that other work on the machine counts little.
    """
    torch.set_num_threads(1)
    script = torch.jit.load(path)
    hop = int(script.encode_params[3])
    audio = torch.randn(1, 1, hop * frames) * 0.1
    durations = []
    with torch.no_grad():
        for _ in range(blocks):
            start = time.process_time()
            script.decode(script.encode(audio))
            durations.append(time.process_time() - start)
    return float(np.percentile(durations[blocks // 4 :], 10)) / (hop * frames / int(script.sr))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--held-out", type=Path, required=True)
    arguments = parser.parse_args()
    model = ExportedModel(arguments.model)
    print("clip                model   noise silence  input dB output dB delay")
    figures = [evaluate_clip(model, name, audio) for name, audio in load_clips(arguments.held_out).items()]
    for f in figures:
        row = f"{f.clip:18s} {f.model:6.3f}  {f.noise:6.3f}  {f.silence:6.3f}"
        print(f"{row}  {f.input_db:8.1f}  {f.output_db:8.1f} {f.measured_delay:5d}")
    print(f"{'mean':18s} {np.mean([f.model for f in figures]):6.3f}  {np.mean([f.noise for f in figures]):6.3f}")
    print("dimension  dB/unit  octaves/unit  flatness/unit  colour dB  largest step dB")
    for index in range(model.latents):
        s = sweep(model, index)
        slopes = f"{s.loudness_db_per_unit:7.2f}  {s.brightness_octaves_per_unit:12.3f}  {s.noisiness_per_unit:13.4f}"
        print(f"{index + 1:9d}  {slopes}  {s.colour_db:9.1f}  {s.largest_step_db:15.1f}")
    print(f"real-time factor of encode + decode (TorchScript, one thread): {real_time_factor(arguments.model):.3f}")


if __name__ == "__main__":
    main()
