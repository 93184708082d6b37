"""Trains one model, resumably, in two stages.

    python3 train.py percussion --data ~/tiller-data --run ~/tiller-runs/percussion --hours 1.75
    python3 train.py percussion --data ~/tiller-data --run ~/tiller-runs/percussion-2 --hours 0.5 \
        --adversarial-from ~/tiller-runs/percussion/checkpoint.pt

A run folder holds `log.csv` (one row per `--log-every` steps), `held-out.csv` (one row per evaluation) and `checkpoint.pt`
(written atomically). The same command given again goes on from the checkpoint, with more hours if asked for. The learning
rate rises over 300 steps (60 with `--from`), then falls by a cosine over whichever of `--steps` and `--hours` ends first; a run bounded by
steps alone is reproducible from its seed (on a GPU to within rounding). Checkpoints open on either device.

The first steps (`--tones-first`) train only the encoder and the tone branch: they are quick, and pitch that is not learned early is
hardly learned later. The second stage freezes the encoder, so that latents keep their meaning, and adds a discriminator
(RAVE, section 3.2). `--adversarial-after` adds one within the first stage instead. `--set` changes sizes of the model
(`model.Config`), `--weight` weights of the losses (`objective.Weights`).

    python3 train.py mine --data ~/tiller-data --run ~/tiller-runs/mine --from percussion

starts from the weights of an exported model (a `.ts` file of Tiller's training, or the name of a bundled model) with a fresh
optimiser: to train it further, or on other sounds. Sizes are the file's; `--set` can add to them (`warm_start.py`).
"""

from __future__ import annotations

import argparse
import ast
import copy
import csv
import ctypes
import logging
import math
import os
import signal
import time
from dataclasses import fields, replace
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import soundfile as sf
import torch
from torch import Tensor

from adversarial import DISCRIMINATORS, Adversary
from data import CropSampler
from losses import log_distance
from model import Autoencoder, Config
from objective import Outcome, Weights, first_stage, second_stage
from warm_start import bundled, grown, open_exported, training_before

LOG = logging.getLogger(__name__)

CONFIGS = {
    "percussion": Config(),
    "voices": Config(tone_lowest=41.203, tones_per_octave=24, tones=176),
}
WARM_UP_STEPS, FROM_WARM_UP_STEPS = 300, 60
FRESH_RATE, FRESH_TONES_FIRST = 1.5e-3, 2000
NOTHING_BEFORE: dict[str, Any] = {"file": "", "steps": 0, "seconds": 0.0}
FROM_RATE = 6e-4  # with --from; a higher rate overwrites what the model has learned
SAVE_SECONDS = 300.0  # at the latest, however slow the steps


def keep_freed_memory() -> None:
    """Tells glibc not to give large blocks back to the kernel between steps: page faults cost a third of a step."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD
    except (OSError, AttributeError):
        pass


def configuration(name: str, settings: list[str]) -> Config:
    """The sizes of model `name` (those of `percussion` for a name that has none of its own) with `field=value` settings applied.

    Values are Python literals, as in `latents=16` or `encoder_dilations=(1,2,4)`.
    """
    return replace(CONFIGS.get(name, Config()), **changes_of_sizes(settings))


def changes_of_sizes(settings: list[str]) -> dict[str, Any]:
    """Fields of `model.Config` from `field=value` settings."""
    changes = {}
    for setting in settings:
        field, _, value = setting.partition("=")
        if field not in {f.name for f in fields(Config)}:
            raise SystemExit(f"--set {setting}: a model has no {field}")
        changes[field] = ast.literal_eval(value)
    return changes


def learning_rate(peak: float, step: int, progress: float, warm_up: int = WARM_UP_STEPS) -> float:
    """Linear warm-up, then a cosine from `peak` to a fiftieth of it; `progress` from 0 to 1."""
    warm = min(1.0, (step + 1) / warm_up)
    return peak * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


def held_out_figures(model: Autoencoder, clips: dict[str, Tensor]) -> dict[str, float]:
    """`log_distance` of each held-out clip [samples] after alignment by the model's delay."""
    model.eval()
    figures = {}
    with torch.no_grad():
        for name, clip in clips.items():
            length = len(clip) // model.config.hop * model.config.hop
            output = model(clip[:length].reshape(1, 1, -1))[0]
            delay = model.config.delay
            figures[name] = float(log_distance(output[:, delay:], clip[None, : length - delay]))
    model.train()
    return figures


def append_row(path: Path, row: dict[str, float]) -> None:
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        if fresh:
            writer.writeheader()
        writer.writerow({key: value if isinstance(value, int) else f"{value:.5g}" for key, value in row.items()})


def save(path: Path, state: dict[str, object]) -> None:
    """Writes a checkpoint so that an interruption leaves the old one or the new one, never half of one."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def average(slow: Autoencoder, fast: Autoencoder, step: int) -> None:
    """Moves the averaged weights towards the trained ones (decay 0.999, less in the first thousands of `step`s)."""
    decay = min(0.999, step / (step + 5))
    with torch.no_grad():
        for a, b in zip(slow.parameters(), fast.parameters()):
            a.lerp_(b, 1 - decay)


def choose_device(wanted: str) -> torch.device:
    """The device named `wanted`; for `auto` the current GPU, or the processor where there is none.

    On a GPU the kernels of a run are the same each time and keep full single precision: TF32's ten bits would put the filter
    bank's stop band at -60 dB instead of -90. What sums in an order of its own there (`scatter_add_`, `cumsum`) still rounds
    differently from run to run, so that a seed repeats a run to within rounding only.
    """
    if wanted == "cpu" or (wanted == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise SystemExit(f"--device {wanted}: this PyTorch sees no CUDA device; leave --device out, or give cpu")
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    index = torch.device("cuda" if wanted == "auto" else wanted).index
    return torch.device("cuda", torch.cuda.current_device() if index is None else index)


class Run:
    """One run: its model, optimisers, position and files."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.device = choose_device(arguments.device)
        torch.manual_seed(arguments.seed)
        self.weights = Weights.parse(arguments.weight)
        self.adversary: Adversary | None = None
        self.second_stage = bool(arguments.adversarial_from)
        if self.second_stage:
            start = torch.load(arguments.adversarial_from, map_location="cpu")
            self.model = Autoencoder(Config.from_dict(start["config"])).to(self.device)
            self.model.load_state_dict(start["average"])
            self.model.encoder.requires_grad_(False)
            self.before = start.get("before", NOTHING_BEFORE)
        elif arguments.start:
            path = bundled(arguments.start)
            try:
                self.model = grown(open_exported(path), changes_of_sizes(arguments.set)).to(self.device)
            except ValueError as error:
                raise SystemExit(f"--from {arguments.start}: {error}") from error
            self.before = {"file": path.name, **training_before(path)}
        else:
            self.model = Autoencoder(configuration(arguments.name, arguments.set)).to(self.device)
            self.before = NOTHING_BEFORE
        if self.second_stage or arguments.adversarial_after is not None:
            self.adversary = Adversary(arguments.discriminator, arguments.rate, self.device)
        self.tones_first = 0 if self.second_stage else arguments.tones_first
        self.stopping = False
        self.slow = copy.deepcopy(self.model)
        self.trainable = [p for p in self.model.parameters() if p.requires_grad]
        self.optimiser = torch.optim.Adam(self.trainable, lr=arguments.rate, betas=(0.8, 0.98))
        folder = Path(arguments.data) / arguments.name
        audio = np.load(folder / "train.npy", mmap_mode="r")
        self.sampler = CropSampler(audio, arguments.crop, np.random.default_rng(arguments.seed), arguments.varied)
        self.clips = {
            p.stem: torch.tensor(sf.read(p, dtype="float32")[0][: 6 * self.model.config.sample_rate], device=self.device)
            for p in sorted((folder / "held-out").glob("*.wav"))
        }
        self.folder = Path(arguments.run)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint = self.folder / "checkpoint.pt"
        self.step, self.seconds, self.processor_seconds = 0, 0.0, 0.0
        if self.checkpoint.exists():
            # Always by way of the host: a checkpoint opens wherever it was written, and Adam's step counts, which it reads
            # back at each step, stay there.
            self.restore(torch.load(self.checkpoint, map_location="cpu"))

    def restore(self, state: dict) -> None:
        """Goes on from `state`. A run that has moved to another kind of device goes on with other noise than it would have had."""
        if Config.from_dict(state["config"]) != self.model.config:
            raise SystemExit(f"{self.checkpoint} holds a model of other sizes; give the --set it was made with, or another --run")
        self.model.load_state_dict(state["model"])
        self.slow.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.sampler.rng.bit_generator.state = state["sampler"]
        torch.set_rng_state(state["generator"])
        if self.device.type == "cuda" and "deviceGenerator" in state:
            torch.cuda.set_rng_state(state["deviceGenerator"], self.device)
        self.step, self.seconds = state["step"], state["seconds"]
        self.processor_seconds = state.get("processorSeconds", 0.0)
        if self.adversary:
            self.adversary.restore(state["adversary"])

    def hardware(self) -> str:
        """What the model is trained on, in words, for its card."""
        if self.device.type == "cuda":
            return torch.cuda.get_device_name(self.device)
        threads = self.arguments.threads
        return "one shared CPU core" if threads == 1 else f"{threads} CPU cores"

    def store(self) -> None:
        state = {
            "name": self.arguments.name,
            "config": self.model.config.as_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "processorSeconds": self.processor_seconds,
            "hardware": self.hardware(),
            "before": self.before,
            "model": self.model.state_dict(),
            "average": self.slow.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "sampler": self.sampler.rng.bit_generator.state,
            "generator": torch.get_rng_state(),
        }
        if self.device.type == "cuda":
            state["deviceGenerator"] = torch.cuda.get_rng_state(self.device)
        if self.adversary:
            state["adversary"] = self.adversary.state()
        save(self.checkpoint, state)

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Signal handler: the step in hand is finished and stored."""
        self.stopping = True

    def progress(self) -> float:
        """0 at the start, 1 at the end of whichever bound comes first."""
        return max(self.step / self.arguments.steps, self.seconds / (3600 * self.arguments.hours))

    def losses(self, audio: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of audio [batch, 1, samples] and its parts; where there is a discriminator, also trains that."""
        outcome: Outcome
        if self.second_stage:
            outcome = second_stage(self.model, audio, self.weights)
        else:
            grown_in = 1.0 if self.arguments.start else min(1.0, self.progress() / 0.2)
            weights = replace(self.weights, kl=self.weights.kl * grown_in)
            outcome = first_stage(self.model, audio, weights, only_tones=self.step < self.tones_first)
        if not self.adversary:
            return outcome.loss, outcome.parts
        absent = torch.full_like(outcome.loss, math.nan)
        if outcome.pairs is None or (not self.second_stage and self.step < self.arguments.adversarial_after):
            return outcome.loss, {**outcome.parts, **dict.fromkeys(("adversarial", "matching", "discriminator"), absent)}
        adversarial, matching, own = self.adversary.step(*outcome.pairs)
        loss = outcome.loss + self.weights.adversarial * adversarial + self.weights.matching * matching
        return loss, {**outcome.parts, "adversarial": adversarial, "matching": matching, "discriminator": own}

    def train_step(self) -> dict[str, float]:
        """One step of the optimiser; returns the loss, its parts, the rate and the gradient's norm."""
        warm_up = FROM_WARM_UP_STEPS if self.arguments.start else WARM_UP_STEPS
        rate = learning_rate(self.arguments.rate, self.step, self.progress(), warm_up)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        audio = torch.from_numpy(self.sampler.batch(self.arguments.batch)).unsqueeze(1).to(self.device)
        loss, parts = self.losses(audio)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.trainable, self.arguments.clip)
        values = {"loss": loss, "gradient": norm, **parts}
        # The one place where the host waits for a GPU.
        numbers = torch.stack([value.detach() for value in values.values()]).cpu().tolist()
        row = {"rate": rate, **dict(zip(values, numbers))}
        if not (math.isfinite(row["loss"]) and math.isfinite(row["gradient"])):
            raise FloatingPointError(
                f"the loss is {row['loss']}, its gradient's norm {row['gradient']} at step {self.step}; lower --rate and resume "
                "from the last checkpoint"
            )
        self.optimiser.step()
        average(self.slow, self.model, max(0, self.step - self.tones_first))
        self.step += 1
        return row

    def write_log(self, rows: list[dict[str, float]]) -> None:
        """One row of `log.csv`: means over the steps since the last."""
        means = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
        append_row(self.folder / "log.csv", {"step": self.step, "seconds": self.seconds, **means})
        LOG.info("step %d, %.1f %%: loss %.3f", self.step, 100 * self.progress(), means["loss"])

    def evaluate(self) -> None:
        """One row of `held-out.csv`."""
        figures = held_out_figures(self.slow, self.clips)
        mean = float(np.mean(list(figures.values())))
        append_row(self.folder / "held-out.csv", {"step": self.step, "seconds": self.seconds, "mean": mean, **figures})
        LOG.info("step %d: %.3f on held-out audio", self.step, mean)

    def train(self) -> None:
        """Steps until the bound is reached or a signal asks to stop; writes logs, evaluations and checkpoints, also at the end."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        rows: list[dict[str, float]] = []
        start, evaluated = self.step, self.step
        last = saved = time.monotonic()
        used = time.process_time()
        while self.progress() < 1 and not self.stopping:
            rows.append(self.train_step())
            now = time.monotonic()
            self.seconds, last = self.seconds + now - last, now
            # On a machine that does other work, too, this says how much training the time was worth.
            spent = time.process_time()
            self.processor_seconds, used = self.processor_seconds + spent - used, spent
            if self.step % self.arguments.log_every == 0:
                self.write_log(rows)
                rows = []
            if self.step % self.arguments.evaluate_every == 0 and self.step > self.tones_first:
                self.evaluate()
                evaluated = self.step
            if self.step % self.arguments.save_every == 0 or now - saved > SAVE_SECONDS:
                self.store()
                saved = now
        if self.step == start:
            return
        self.store()
        if rows:
            self.write_log(rows)
        if evaluated < self.step and not self.stopping:
            self.evaluate()


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line, from `arguments` or the process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="name of the data set, and of the sizes in CONFIGS where it has any")
    parser.add_argument("--data", default=str(Path.home() / "tiller-data"))
    parser.add_argument("--run", required=True)
    parser.add_argument("--from", dest="start", metavar="MODEL", help="start from an exported model: a .ts file or a bundled one's name")
    parser.add_argument("--adversarial-from", help="first-stage checkpoint: train the second stage from it")
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--crop", type=int, default=16384, help="samples, a multiple of 512")
    parser.add_argument("--varied", type=float, default=0.0, metavar="SHARE", help="share of crops at another speed, and of those tilted")
    parser.add_argument("--rate", type=float, help=f"peak learning rate: {FRESH_RATE} unless given, with --from {FROM_RATE}")
    parser.add_argument("--clip", type=float, default=5.0, help="largest gradient norm")
    parser.add_argument("--set", nargs="+", default=[], metavar="FIELD=VALUE", help="sizes of the model, as latents=16")
    parser.add_argument("--weight", nargs="+", default=[], metavar="LOSS=WEIGHT", help="weights of the losses, as energy=0.6")
    parser.add_argument("--discriminator", choices=sorted(DISCRIMINATORS), default="bands")
    parser.add_argument("--adversarial-after", type=int, metavar="STEP", help="a discriminator in the first stage, from this step")
    parser.add_argument(
        "--tones-first", type=int, help=f"steps that train the tone bank alone: {FRESH_TONES_FIRST} unless given, with --from none"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="auto", help="auto (a GPU where there is one), cpu, cuda or cuda:N")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--evaluate-every", type=int, default=500)
    parser.add_argument("--save-every", type=int, default=250)
    parsed = parser.parse_args(arguments)
    if parsed.start and parsed.adversarial_from:
        parser.error("--from starts a first stage, --adversarial-from a second one: give one of them")
    if parsed.rate is None:
        parsed.rate = FROM_RATE if parsed.start else FRESH_RATE
    if parsed.tones_first is None:
        parsed.tones_first = 0 if parsed.start else FRESH_TONES_FIRST
    return parsed


def main() -> None:
    arguments = parse()
    if not (Path(arguments.data) / arguments.name / "train.npy").is_file():
        raise SystemExit(f"there is no {arguments.name} data set in {arguments.data}: ./build_data.sh {arguments.data} makes those of the bundled models")
    keep_freed_memory()
    torch.set_num_threads(arguments.threads)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    run = Run(arguments)
    LOG.info("%s from step %d on %s; logs and checkpoint in %s", arguments.name, run.step, run.device, run.folder)
    run.train()


if __name__ == "__main__":
    main()
