"""Writes a model's card: `README.md`, `card.json` and its pictures, all measured on the exported file.

    python3 card.py percussion --runs ~/tiller-runs/percussion ~/tiller-runs/percussion-2 --data ~/tiller-data

refreshes `../percussion/`. Run it again after every export.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from evaluate import (
    SWEEP,
    Baselines,
    ClipFigures,
    DimensionSweep,
    evaluate_clip,
    line,
    load_clips,
    mean_figures,
    real_time_factor,
    sweep,
)
from export import load_checkpoint
from measure import Audio, ExportedModel

MODELS = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class About:
    """What no measurement can tell of a model."""

    title: str
    character: str
    trained_on: str
    licence: str
    notice: str
    weak: str


FLUID_NOTICE = (
    "FluidR3 GM: copyright 2000-2002, 2008 Frank Wen; 2008 Toby Smithe; released under the MIT licence, whose notice is in "
    "[`NOTICE`](../NOTICE). Sonic Pi's samples: CC0-1.0, from freesound.org."
)
ABOUT = {
    "percussion": About(
        title="Percussion",
        character="drums, tabla, metal and electronic hits",
        trained_on=(
            "textures layered from 105 one-shots of Sonic Pi's samples (drums, bass drums, snares, tabla, percussion, electronic, "
            "glitch), random drum patterns on eight General MIDI kits of FluidR3 GM played by FluidSynth, and eight Sonic Pi loops "
            "at three speeds"
        ),
        licence="CC0-1.0",
        notice=FLUID_NOTICE,
        weak=(
            "Loud, sharply pitched moments come out a few decibels under the input: eight latents cannot place every partial,"
            " and the distance it was trained on prefers too soft to wrong. The pitch of toms, tabla and bells is "
            "approximate: tones lie on an equal-tempered grid of semitones, so glides (the tabla's bass, 808 kicks) move in "
            "steps, and two neighbouring tones beat. Partials above 8 kHz become noise. Attacks lose their very first edge: "
            "noise moves in 0.7 ms and tones in 3 ms. Faint hiss behind a recording is often dropped."
        ),
    ),
    "voices": About(
        title="Voices and strings",
        character="choirs, oohs, bowed strings, flute and organ; sustained and pitched",
        trained_on=(
            "random melodies and chords on fourteen General MIDI programs of FluidR3 GM (choirs, voices, strings, flute, organ) "
            "with swells and vibrato, played by FluidSynth, and nine sustained Sonic Pi samples at five pitches"
        ),
        licence="CC0-1.0",
        notice=FLUID_NOTICE,
        weak=(
            "One voice at a time is what eight latents carry well. Chords keep their register and colour but their notes "
            "smear into a cluster, most of all in choirs. At a note's start the pitch is unsettled for 50 to 100 ms, and the "
            "envelope lags up to 30 ms behind. Tones lie on a grid of quarter tones at A = 440 Hz, so vibrato and slides move"
            " in steps, and an instrument tuned elsewhere is retuned. Partials above 6.5 kHz become noise. Instruments "
            "outside the training set are replaced by the nearest string or choir: on the slide guitar and the synthetic "
            "voice its figure is worse than that of the noise baseline, on the string section and the choir hardly better. (The "
            "baseline is given the input's energies 172 times a second.)"
        ),
    ),
}


STAGES = {
    1: "The weights are those of the first stage, without the adversarial one.",
    2: "The weights are those of the second stage: the encoder frozen, the decoder against a discriminator.",
}


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


def label_of(s: DimensionSweep) -> str:
    """The sweep's strongest effects in words, weakest to strongest end; an effect counts from half of its unit on.

    Units for a sweep of six: 6 dB of loudness, half an octave of brightness, a factor 4 of flatness.
    """
    flatness = np.log([max(1e-6, step.noisiness) for step in s.steps])
    effects = [
        (s.loudness_db_per_unit * 6 / 6, "soft", "loud"),
        (s.brightness_octaves_per_unit * 6 / 0.5, "dark", "bright"),
        (float(np.polyfit(SWEEP, flatness, 1)[0]) * 6 / np.log(4), "tonal", "noisy"),
    ]
    strong = sorted((e for e in effects if abs(e[0]) >= 0.5), key=lambda e: -abs(e[0]))
    ends = [(low, high) if size > 0 else (high, low) for size, low, high in strong]
    return ", ".join(f"{low} to {high}" for low, high in ends) or "colour"


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def figure_cells(f: ClipFigures) -> list[str]:
    """The figures of one clip for the card's table; a dash where a clip has no onsets or no tonal frames."""

    def cell(value: float, text: str) -> str:
        return text if np.isfinite(value) else "–"

    return [
        f"{f.distance:.3f}",
        cell(f.attack_ms, f"{f.attack_ms:.2f} ({f.signed_attack_ms:+.2f})"),
        cell(f.pitch_cents, f"{f.pitch_cents:.0f}"),
        cell(f.pitch_within_50, f"{100 * f.pitch_within_50:.0f} %"),
        cell(f.loudness_db, f"{f.loudness_db:.1f} ({f.signed_loudness_db:+.1f})"),
        f"{f.treble_db:+.1f}",
    ]


def card_json(name: str, model: ExportedModel, sweeps: list[DimensionSweep], training: dict[str, float]) -> dict[str, object]:
    about = ABOUT[name]
    return {
        "name": name,
        "title": about.title,
        "character": about.character,
        "licence": about.licence,
        "notice": "NOTICE",
        "trainedOn": about.trained_on,
        "trainingHours": round(training["hours"], 2),
        "steps": int(training["step"]),
        "sampleRate": model.sample_rate,
        "hop": model.hop,
        "delaySamples": model.delay,
        "latentDims": model.latents,
        "dimensions": [
            {
                "index": s.index,
                "label": label_of(s),
                "loudnessDbPerUnit": round(s.loudness_db_per_unit, 2),
                "brightnessOctavesPerUnit": round(s.brightness_octaves_per_unit, 3),
                "noisinessPerUnit": round(s.noisiness_per_unit, 4),
                "colourDb": round(s.colour_db, 1),
            }
            for s in sweeps
        ],
        "date": datetime.date.today().isoformat(),
    }


def readme(
    name: str,
    model: ExportedModel,
    path: Path,
    figures: list[ClipFigures],
    baselines: list[Baselines],
    sweeps: list[DimensionSweep],
    training: dict[str, float],
    stages: str,
    hardware: str,
) -> str:
    about = ABOUT[name]
    facts = [
        ["trained on", f"{about.trained_on} (`models/training/data.py`)"],
        ["trained for", f"{training['step']:.0f} steps in {training['hours']:.2f} h on {hardware}"],
        ["licence", f"{about.licence}. {about.notice}"],
        [
            "sample rate, hop",
            f"{model.sample_rate} Hz, {model.hop} samples ({model.hop / model.sample_rate * 1000:.1f} ms)",
        ],
        [
            "own delay",
            f"{model.delay} samples ({model.delay / model.sample_rate * 1000:.1f} ms), beyond the hop that has to be collected",
        ],
        [
            "latents",
            f"{model.latents}, rotated by PCA, scaled to unit variance, signed so that louder moments of the training audio lie "
            "upwards; nominal range -3 to 3",
        ],
        ["variance held by the first dimensions", ", ".join(f"{value:.3f}" for value in model.fidelity)],
        ["size", f"{path.stat().st_size / 1e6:.1f} MB"],
        [
            "speed",
            f"real-time factor {real_time_factor(str(path)):.3f} for encode + decode, TorchScript, one thread, 4 hops a call",
        ],
    ]
    clips = [
        [f.clip, *figure_cells(f), f"{b.noise:.3f}", f"{b.silence:.3f}", str(b.measured_delay)] for f, b in zip(figures, baselines)
    ]
    means = [f"{np.mean([getattr(b, key) for b in baselines]):.3f}" for key in ("noise", "silence")]
    clips.append(["**mean**", *figure_cells(mean_figures(figures)), *means, ""])
    clip_columns = [
        "clip", "distance", "attack ms", "pitch cents", "within 50 cents", "loudness dB", "treble dB",
        "16-band noise", "silence", "measured lag",
    ]  # fmt: skip
    dimensions = []
    for s in sweeps:
        loudness = [step.loudness_db for step in s.steps]
        slopes = [f"{s.loudness_db_per_unit:+.2f}", f"{s.brightness_octaves_per_unit:+.3f}", f"{s.noisiness_per_unit:+.4f}"]
        spread = [f"{min(loudness):.0f} to {max(loudness):.0f}", f"{s.colour_db:.1f}", f"{s.largest_step_db:.1f}"]
        dimensions.append([str(s.index + 1), label_of(s), *slopes, *spread])
    slope_columns = ["dimension", "upwards", "loudness dB", "brightness octaves", "flatness"]
    spread_columns = ["loudness range dBFS", "colour dB", "largest step dB"]
    return f"""# {about.title}

{about.character[0].upper() + about.character[1:]}.

{table(["", ""], facts)}

## Figures on held-out audio

After alignment by the model's delay. Lower is nearer; what stands in brackets is the mean with its sign (positive: the output
has more, or is slower).

- **distance**: mean absolute difference of the natural-log magnitudes (+ 1e-4) over STFTs of 2048, 1024, 512, 256 and 128
  points (Hann, hop a quarter). Beside it, that of white noise given the input's energy in 16 bands of each 1024-point frame,
  and that of silence.
- **attack**: difference of the 10–90 % rise times at the input's onsets.
- **pitch**: median distance on the input's tonal frames, and the share of them that is nearer than 50 cents.
- **loudness**: difference of the K-weighted level in windows of 100 ms.
- **treble**: level above 8 kHz less the input's; its mean is that of the absolute values.
- **measured lag**: samples by which the output's envelope follows the input's.

{table(clip_columns, clips)}

![Training curve](training.png)

The curves begin after the steps that only place tones. {stages}

## Reconstructions

![Spectrograms of held-out audio, input left, reconstruction right](reconstruction.png)

## What each latent dimension does

Each dimension is held at values from -3 to 3 in steps of 0.5, the others at zero, and the steady sound is measured. Slopes
are per unit. Colour is how far the levels of 24 bands lie apart between both ends (mean absolute difference); the last column
is the same between neighbouring steps, at its largest.

{table([*slope_columns, *spread_columns], dimensions)}

![Loudness, brightness and noisiness over each dimension](latents.png)

## Where it sounds poor

{about.weak}

Written by `models/training/card.py` on {datetime.date.today().isoformat()}.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(ABOUT))
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="folder of each stage, the first one's first")
    parser.add_argument("--data", type=Path, default=Path.home() / "tiller-data")
    arguments = parser.parse_args()
    folder = MODELS / arguments.name
    path = folder / f"{arguments.name}.ts"
    model = ExportedModel(str(path))
    clips = load_clips(arguments.data / arguments.name / "held-out")
    measured = [evaluate_clip(model, name, audio) for name, audio in clips.items()]
    figures, baselines = [f for f, _ in measured], [b for _, b in measured]
    sweeps = [sweep(model, index) for index in range(model.latents)]
    shown = sorted(figures, key=lambda f: f.distance)
    plot_reconstructions(model, clips, [shown[0].clip, shown[len(shown) // 2].clip, shown[-1].clip], folder / "reconstruction.png")
    plot_sweeps(sweeps, folder / "latents.png")
    training = plot_training(arguments.runs, float(np.mean([b.noise for b in baselines])), folder / "training.png")
    card = json.dumps(card_json(arguments.name, model, sweeps, training), indent=2, ensure_ascii=False)
    (folder / "card.json").write_text(card + "\n")
    _, facts = load_checkpoint(arguments.runs[-1] / "checkpoint.pt")
    text = readme(
        arguments.name, model, path, figures, baselines, sweeps, training, STAGES[len(arguments.runs)], str(facts["hardware"])
    )
    (folder / "README.md").write_text(text)
    for f in figures:
        print(line(f))


if __name__ == "__main__":
    main()
