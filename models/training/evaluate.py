"""Measures a model: figures on held-out audio, sweeps of each latent dimension, delay and speed.

    python3 evaluate.py --bundled --data ~/tiller-data
    python3 evaluate.py ../percussion/percussion.ts --held-out ~/tiller-data/percussion/held-out
    python3 evaluate.py ~/tiller-runs/*/checkpoint.pt --held-out ~/tiller-data/percussion/held-out --only-means

prints a report; `card.py` writes the same as the model's card. `--bundled` prints one line for each bundled model, on the held-out
audio of its own data set. Of a checkpoint only the figures are measured, on one pass
through the model with latents that are not sampled. The figures:

- distance: `losses.log_distance`; in brackets that of white noise given the input's energy in 16 bands;
- attack: how far 10-90 % rise times lie from the input's at its onsets, in ms (`attacks.py`);
- pitch: median distance in cents on the input's tonal frames, and the share of those within 50 cents (`pitch.py`);
- loudness: mean distance in dB of the K-weighted level in windows of 100 ms, and its mean with its sign (`loudness.py`);
- treble: level above 8 kHz less the input's, in dB.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import soundfile as sf
import torch

from attacks import attack_error
from export import load_checkpoint
from loudness import loudness_error, treble_db
from measure import Audio, Descriptors, ExportedModel, band_levels, describe, figure, measured_delay, noise_baseline
from pitch import pitch_error

SWEEP = np.linspace(-3, 3, 13)


@dataclass(frozen=True)
class ClipFigures:
    """Figures of one clip. NaN where a clip has no onset or no tonal frame; signed ones are positive where the output has more.
    `noise` is the distance of white noise with the clip's energy in 16 bands, which a model has to beat."""

    clip: str
    distance: float
    noise: float
    attack_ms: float
    signed_attack_ms: float
    onsets: int
    pitch_cents: float
    pitch_within_50: float
    tonal_frames: int
    loudness_db: float
    signed_loudness_db: float
    treble_db: float
    input_db: float
    output_db: float


@dataclass(frozen=True)
class Baselines:
    """Distance of silence from a clip, and the lag at which output and input correlate best."""

    silence: float
    measured_delay: int


def compare(clip: str, output: Audio, target: Audio, sample_rate: int) -> ClipFigures:
    """Figures of an output against its target, both [samples] and aligned."""
    attack, pitch = attack_error(output, target, sample_rate), pitch_error(output, target, sample_rate)
    loudness = loudness_error(output, target, sample_rate)
    return ClipFigures(
        clip=clip,
        distance=figure(output, target),
        noise=figure(noise_baseline(target), target),
        attack_ms=attack.milliseconds,
        signed_attack_ms=attack.signed_milliseconds,
        onsets=attack.onsets,
        pitch_cents=pitch.cents,
        pitch_within_50=pitch.within_50,
        tonal_frames=pitch.frames,
        loudness_db=loudness.decibels,
        signed_loudness_db=loudness.signed_decibels,
        treble_db=treble_db(output, sample_rate) - treble_db(target, sample_rate),
        input_db=describe(target, sample_rate).loudness_db,
        output_db=describe(output, sample_rate).loudness_db,
    )


def mean_figures(figures: list[ClipFigures]) -> ClipFigures:
    """Means over clips, of attack weighted by onsets and of treble without its sign; the median of pitch weighted by tonal frames;
    sums of counts."""

    def mean(key: str, by: str | None = None) -> float:
        values = np.array([getattr(f, key) for f in figures], dtype=float)
        weights = np.array([getattr(f, by) if by else 1 for f in figures], dtype=float)
        known = np.isfinite(values) & (weights > 0)
        return float(np.average(values[known], weights=weights[known])) if known.any() else float("nan")

    def median(key: str, by: str) -> float:
        known = sorted((getattr(f, key), getattr(f, by)) for f in figures if getattr(f, by) > 0)
        if not known:
            return float("nan")
        reached = np.cumsum([count for _, count in known])
        return float(known[int(np.searchsorted(reached, reached[-1] / 2))][0])

    return ClipFigures(
        clip="mean",
        distance=mean("distance"),
        noise=mean("noise"),
        attack_ms=mean("attack_ms", "onsets"),
        signed_attack_ms=mean("signed_attack_ms", "onsets"),
        onsets=sum(f.onsets for f in figures),
        pitch_cents=median("pitch_cents", "tonal_frames"),
        pitch_within_50=mean("pitch_within_50", "tonal_frames"),
        tonal_frames=sum(f.tonal_frames for f in figures),
        loudness_db=mean("loudness_db"),
        signed_loudness_db=mean("signed_loudness_db"),
        treble_db=float(np.mean([abs(f.treble_db) for f in figures])),
        input_db=mean("input_db"),
        output_db=mean("output_db"),
    )


HEADER = "distance (noise) | attack ms (signed) | pitch cents (within 50) | loudness dB (signed) | treble dB"


def line(f: ClipFigures) -> str:
    """One row under `HEADER`."""
    attack = f"{f.attack_ms:5.2f} ({f.signed_attack_ms:+5.2f}) of {f.onsets:3d}"
    pitch = f"{f.pitch_cents:6.1f} ({100 * f.pitch_within_50:3.0f} %) of {f.tonal_frames:4d}"
    loudness = f"{f.loudness_db:4.1f} ({f.signed_loudness_db:+5.1f})"
    return f"{f.clip:22s} {f.distance:.3f} ({f.noise:.3f}) | {attack} | {pitch} | {loudness} | {f.treble_db:+5.1f}"


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


def evaluate_clip(model: ExportedModel, name: str, audio: Audio) -> tuple[ClipFigures, Baselines]:
    target, output = model.reconstruct(audio)
    whole = audio[: len(audio) // model.hop * model.hop]
    baselines = Baselines(
        silence=figure(np.zeros_like(target), target),
        measured_delay=measured_delay(model.decode(model.encode(audio)), whole),
    )
    return compare(name, output, target, model.sample_rate), baselines


def evaluate_checkpoint(path: Path, clips: dict[str, Audio]) -> list[ClipFigures]:
    """Figures of a checkpoint's averaged weights."""
    model, _ = load_checkpoint(path)
    model.eval()
    torch.manual_seed(0)
    hop, delay, rate = model.config.hop, model.config.delay, model.config.sample_rate
    figures = []
    for name, audio in clips.items():
        whole = audio[: len(audio) // hop * hop]
        with torch.no_grad():
            output = model(torch.as_tensor(whole).reshape(1, 1, -1))[0, 0].numpy()
        figures.append(compare(name, output[delay:], whole[: len(whole) - delay], rate))
    return figures


def load_clips(folder: Path, seconds: float = 10.0) -> dict[str, Audio]:
    """Every WAV of `folder` as float32 mono, cut to `seconds`."""
    clips = {}
    for path in sorted(folder.glob("*.wav")):
        audio, rate = sf.read(path, dtype="float32", always_2d=True)
        clips[path.stem] = audio.mean(axis=1)[: int(seconds * rate)]
    if not clips:
        raise FileNotFoundError(f"no WAV files in {folder}; build the data set first (build_data.sh)")
    return clips


def bundled_models() -> list[Path]:
    """The exported files that come with Tiller."""
    folders = sorted(Path(__file__).resolve().parent.parent.iterdir())
    return [path for folder in folders if (path := folder / f"{folder.name}.ts").is_file()]


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


def report(path: str, clips: dict[str, Audio]) -> list[ClipFigures]:
    """Prints figures, sweeps and speed of an exported model; returns the figures."""
    model = ExportedModel(path)
    print(f"{'':22s} {HEADER}")
    figures = []
    for name, audio in clips.items():
        measured, baselines = evaluate_clip(model, name, audio)
        figures.append(measured)
        print(f"{line(measured)} | silence {baselines.silence:.3f}, lag {baselines.measured_delay}")
    print(line(mean_figures(figures)))
    print("dimension  dB/unit  octaves/unit  flatness/unit  colour dB  largest step dB")
    for index in range(model.latents):
        s = sweep(model, index)
        slopes = f"{s.loudness_db_per_unit:7.2f}  {s.brightness_octaves_per_unit:12.3f}  {s.noisiness_per_unit:13.4f}"
        print(f"{index + 1:9d}  {slopes}  {s.colour_db:9.1f}  {s.largest_step_db:15.1f}")
    print(f"real-time factor of encode + decode (TorchScript, one thread): {real_time_factor(path):.3f}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", help="exported models (.ts) or checkpoints (.pt)")
    parser.add_argument("--held-out", type=Path, help="folder of the clips to measure on")
    parser.add_argument("--bundled", action="store_true", help="measure every bundled model on the held-out audio of its data set")
    parser.add_argument("--data", type=Path, default=Path.home() / "tiller-data", help="data sets of the bundled models")
    parser.add_argument("--only-means", action="store_true", help="one line a model")
    parser.add_argument("--json", type=Path, help="also write every figure here")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.bundled == bool(arguments.models) or arguments.bundled == bool(arguments.held_out):
        parser.error("give models and --held-out, or --bundled and --data")
    if arguments.bundled:
        arguments.only_means = True
        held_out = {str(path): arguments.data / path.stem / "held-out" for path in bundled_models()}
    else:
        held_out = dict.fromkeys(arguments.models, arguments.held_out)
    if arguments.only_means:
        print(f"{'':22s} {HEADER}")
    everything = {}
    for path, folder in held_out.items():
        clips = load_clips(folder)
        if path.endswith(".pt"):
            figures = evaluate_checkpoint(Path(path), clips)
        elif arguments.only_means:
            model = ExportedModel(path)
            figures = [evaluate_clip(model, name, audio)[0] for name, audio in clips.items()]
        else:
            figures = report(path, clips)
        title = Path(path).parent.name if path.endswith(".pt") else Path(path).stem
        mean = replace(mean_figures(figures), clip=title)
        if path.endswith(".pt") and not arguments.only_means:
            print(f"{'':22s} {HEADER}", *map(line, figures), sep="\n")
        if arguments.only_means or path.endswith(".pt"):
            print(line(mean), flush=True)
        everything[path] = [asdict(f) for f in [*figures, mean]]
    if arguments.json:
        arguments.json.write_text(json.dumps(everything, indent=1) + "\n")


if __name__ == "__main__":
    main()
