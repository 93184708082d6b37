"""Writes a model's card: `README.md`, `card.json` and its pictures, all measured on the exported file.

    python3 card.py percussion --runs ~/tiller-runs/percussion ~/tiller-runs/percussion-2 --data ~/tiller-data

refreshes `../percussion/`. Run it again after every export; without `--runs` after an export of the same weights: what it says of
the training then stays. `own.sh` writes the card of a player's own model with it.
"""

from __future__ import annotations

import argparse
import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from about import ABOUT, About
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
from measure import ExportedModel
from pictures import plot_reconstructions, plot_sweeps, plot_training

MODELS = Path(__file__).resolve().parent.parent

STAGES = {
    1: "The weights are from the first stage, without a discriminator.",
    2: "The weights are from the second stage, in which the encoder is frozen and the decoder is trained against a discriminator.",
}


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


def card_json(
    about: About, name: str, model: ExportedModel, sweeps: list[DimensionSweep], training: History
) -> dict[str, object]:
    return {
        "name": name,
        "title": about.title,
        "character": about.character,
        "licence": about.licence,
        **({"notice": "NOTICE"} if about.notice else {}),
        "trainedOn": about.trained_on,
        "trainingHours": round(training.hours, 2),
        "steps": training.steps,
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


def earlier(before: dict[str, Any]) -> str:
    """What the weights had been trained for when training began, in words; nothing where it began from scratch."""
    if not before.get("file"):
        return ""
    return f", from the weights of {Path(before['file']).stem} ({before['steps']} steps in {before['seconds'] / 3600:.2f} h)"


@dataclass(frozen=True)
class History:
    """How a model was trained. `words` says it for the card; steps and hours count all trainings, one upon the other."""

    steps: int
    hours: float
    words: str
    stages: str


def run_history(runs: list[Path], noise: float, folder: Path) -> History:
    """The history that the folders of a training's stages tell; also draws its curves."""
    training = plot_training(runs, noise, folder / "training.png")
    stages: list[dict[str, Any]] = [load_checkpoint(run / "checkpoint.pt")[1] for run in runs]
    facts = stages[-1]
    before: Any = facts.get("before") or {"steps": 0, "seconds": 0.0}
    processor = sum(stage.get("processorSeconds", 0.0) for stage in stages) / 3600
    time = f"{training['hours']:.2f} h" + (f" ({processor:.2f} h of processor time)" if processor else "")
    words = f"{training['step']:.0f} steps in {time} on {facts['hardware']}{earlier(before)}"
    steps, hours = int(training["step"]) + int(before["steps"]), training["hours"] + before["seconds"] / 3600
    return History(steps, hours, words, STAGES[len(runs)])


def card_history(folder: Path) -> History:
    """The history that the card in `folder` tells."""
    card, text = json.loads((folder / "card.json").read_text()), (folder / "README.md").read_text()
    words = next(line.split("|")[2].strip() for line in text.splitlines() if line.startswith("| trained for |"))
    return History(card["steps"], card["trainingHours"], words, next(stage for stage in STAGES.values() if stage in text))


def readme(
    about: About,
    model: ExportedModel,
    path: Path,
    figures: list[ClipFigures],
    baselines: list[Baselines],
    sweeps: list[DimensionSweep],
    training: History,
) -> str:
    facts = [
        ["trained on", about.trained_on],
        ["trained for", training.words],
        ["licence", f"{about.licence}. {about.notice}".strip()],
        [
            "sample rate, hop",
            f"{model.sample_rate} Hz, {model.hop} samples ({model.hop / model.sample_rate * 1000:.1f} ms)",
        ],
        [
            "own delay",
            f"{model.delay} samples ({model.delay / model.sample_rate * 1000:.1f} ms), in addition to the hop that has to be collected",
        ],
        [
            "latents",
            f"{model.latents}, rotated by PCA, scaled to unit variance, with signs chosen so that higher values are louder on the "
            "training audio; nominal range -3 to 3",
        ],
        ["cumulative share of variance, by dimension", ", ".join(f"{value:.3f}" for value in model.fidelity)],
        ["size", f"{path.stat().st_size / 1e6:.1f} MB"],
        [
            "speed",
            f"real-time factor {real_time_factor(str(path)):.3f} for encode + decode, TorchScript, one thread, 4 hops a call",
        ],
    ]
    clips = [
        [f.clip, *figure_cells(f), f"{f.noise:.3f}", f"{b.silence:.3f}", str(b.measured_delay)] for f, b in zip(figures, baselines)
    ]
    mean = mean_figures(figures)
    silence = np.mean([b.silence for b in baselines])
    clips.append(["**mean**", *figure_cells(mean), f"{mean.noise:.3f}", f"{silence:.3f}", ""])
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
    slope_columns = ["dimension", "with rising value", "loudness dB", "brightness octaves", "flatness"]
    spread_columns = ["loudness range dBFS", "colour dB", "largest step dB"]
    return f"""# {about.title}

{about.character[0].upper() + about.character[1:]}.

{table(["", ""], facts)}

## Figures on held-out audio

Measured after alignment by the model's delay; lower is better. In brackets: the mean with its sign (positive: the output is
louder, or its attacks are slower).

- **distance**: mean absolute difference of the natural-log magnitudes (+ 1e-4) over STFTs of 2048, 1024, 512, 256 and 128
  points (Hann, hop a quarter). For comparison, the distance of white noise with the input's energy in 16 bands of each
  1024-point frame, and of silence.
- **attack**: difference of the 10–90 % rise times at the input's onsets.
- **pitch**: median distance on the input's tonal frames, and the share of frames within 50 cents.
- **loudness**: difference of the K-weighted level in windows of 100 ms.
- **treble**: level above 8 kHz relative to the input's; the mean is of absolute values.
- **measured lag**: samples by which the output's envelope follows the input's.

{table(clip_columns, clips)}

![Training curve](training.png)

Steps that train only the placement of the tones have no distance and are not drawn. {training.stages}

## Reconstructions

![Spectrograms of held-out audio, input left, reconstruction right](reconstruction.png)

## What each latent dimension does

Each dimension is held at values from -3 to 3 in steps of 0.5, the others at zero, and the steady sound is measured. Slopes
are per unit. Colour is the mean absolute level difference over 24 bands between both ends; the last column is the largest such
difference between neighbouring steps.

{table([*slope_columns, *spread_columns], dimensions)}

![Loudness, brightness and noisiness over each dimension](latents.png)

## Where it sounds poor

{about.weak}

Written by `models/training/card.py` on {datetime.date.today().isoformat()}.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--folder", type=Path, help="where the model is and the card goes; ../NAME unless given")
    parser.add_argument("--about", type=Path, help="JSON of the fields of `about.About`, for a model that is not bundled")
    parser.add_argument("--runs", type=Path, nargs="+", default=[], help="folder of each stage, the first one's first")
    parser.add_argument("--data", type=Path, default=Path.home() / "tiller-data")
    arguments = parser.parse_args()
    if arguments.about:
        about = About(**json.loads(arguments.about.read_text()))
    elif arguments.name in ABOUT:
        about = ABOUT[arguments.name]
    else:
        parser.error(f"{arguments.name} is none of {', '.join(sorted(ABOUT))}: give --about")
    folder = arguments.folder or MODELS / arguments.name
    path = folder / f"{arguments.name}.ts"
    model = ExportedModel(str(path))
    clips = load_clips(arguments.data / arguments.name / "held-out")
    measured = [evaluate_clip(model, name, audio) for name, audio in clips.items()]
    figures, baselines = [f for f, _ in measured], [b for _, b in measured]
    sweeps = [sweep(model, index) for index in range(model.latents)]
    shown = sorted(figures, key=lambda f: f.distance)
    plot_reconstructions(model, clips, [shown[0].clip, shown[len(shown) // 2].clip, shown[-1].clip], folder / "reconstruction.png")
    plot_sweeps(sweeps, folder / "latents.png")
    noise = mean_figures(figures).noise
    training = run_history(arguments.runs, noise, folder) if arguments.runs else card_history(folder)
    card = json.dumps(card_json(about, arguments.name, model, sweeps, training), indent=2, ensure_ascii=False)
    (folder / "card.json").write_text(card + "\n")
    text = readme(about, model, path, figures, baselines, sweeps, training)
    (folder / "README.md").write_text(text)
    for f in figures:
        print(line(f))


if __name__ == "__main__":
    main()
