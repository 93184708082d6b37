"""The pictures of a model's card: training curves, spectrograms, sweeps of the latents."""

from __future__ import annotations

import csv
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from evaluate import SWEEP, DimensionSweep
from measure import Audio, ExportedModel


def read_columns(path: Path) -> dict[str, np.ndarray]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


def plot_training(runs: list[Path], noise: float, out: Path) -> dict[str, float]:
    """Draws the distance in training and on held-out audio over the steps of `runs`, one after another.

    Returns their steps and hours.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.2))
    steps, hours = 0.0, 0.0
    for run, colour, stage in zip(runs, ("C0", "C1"), ("first stage", "adversarial stage")):
        log, held_out = read_columns(run / "log.csv"), read_columns(run / "held-out.csv")
        left.plot(steps + log["step"], log["log"], colour, linewidth=0.8)
        right.plot(steps + held_out["step"], held_out["mean"], colour, marker=".", label=stage)
        steps += float(log["step"][-1])
        hours += float(log["seconds"][-1]) / 3600
    left.set(title="log-magnitude distance, training", xlabel="step", xlim=(0, None), ylim=(0.5, 1.2))
    right.axhline(noise, color="grey", linestyle="--", label="16-band noise")
    right.set(title="held-out figure (mean over clips)", xlabel="step", xlim=(0, None), ylim=(0.5, 1.2))
    right.legend()
    figure.tight_layout()
    figure.savefig(out, dpi=80)
    plt.close(figure)
    return {"step": steps, "hours": hours}


def plot_reconstructions(model: ExportedModel, clips: dict[str, Audio], names: list[str], out: Path) -> None:
    figure, axes = plt.subplots(len(names), 2, figsize=(12, 2.6 * len(names)), squeeze=False)
    for row, name in zip(axes, names):
        target, output = model.reconstruct(clips[name][: 5 * model.sample_rate])
        for axis, audio, title in zip(row, (target, output), (f"{name}: input", "reconstruction")):
            axis.specgram(audio + 1e-7, NFFT=1024, noverlap=768, Fs=model.sample_rate, vmin=-130, vmax=-30)
            axis.set(title=title, ylim=(0, 16000))
    figure.tight_layout()
    figure.savefig(out, dpi=70)
    plt.close(figure)


def plot_sweeps(sweeps: list[DimensionSweep], out: Path) -> None:
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.4))
    for s in sweeps:
        for axis, values in zip(
            axes,
            ([d.loudness_db for d in s.steps], [d.brightness_hz for d in s.steps], [d.noisiness for d in s.steps]),
        ):
            axis.plot(SWEEP, values, label=str(s.index + 1))
    for axis, title in zip(axes, ("loudness (dBFS RMS)", "brightness (Hz, centroid)", "noisiness (flatness)")):
        axis.set(title=title, xlabel="latent value")
    axes[2].legend(title="dimension", fontsize=7)
    figure.tight_layout()
    figure.savefig(out, dpi=80)
    plt.close(figure)
