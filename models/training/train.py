"""Trains one model, resumably, in two stages.

    python3 train.py percussion --data ~/tiller-data --run ~/tiller-runs/percussion --hours 1.75
    python3 train.py percussion --data ~/tiller-data --run ~/tiller-runs/percussion-2 --hours 0.5 \
        --adversarial-from ~/tiller-runs/percussion/checkpoint.pt

A run folder holds `log.csv` (one row per `--log-every` steps), `held-out.csv` (one row per evaluation) and `checkpoint.pt`
(written atomically). The same command given again goes on from the checkpoint, with more hours if asked for. The learning
rate rises over 300 steps, then falls by a cosine over whichever of `--steps` and `--hours` ends first; a run bounded by
steps alone is reproducible from its seed (on a GPU to within rounding). Checkpoints open on either device.

The first steps (`--tones-first`) train only what decides on tones: they are quick, and pitch that is not found early is
hardly found later. The second stage freezes the encoder, so that latents keep their meaning, and adds a discriminator
(RAVE, section 3.2).
"""

from __future__ import annotations

import argparse
import copy
import csv
import ctypes
import logging
import math
import os
import signal
import time
from pathlib import Path
from types import FrameType

import numpy as np
import soundfile as sf
import torch
from torch import Tensor

from adversarial import Discriminator, discriminator_loss, generator_losses
from data import CropSampler
from losses import BAND_SIZES, FULL_SIZES, energy_distance, kl_divergence, log_distance, spectral_loss
from model import Autoencoder, Config, noise_like
from tones import tone_distances, tone_targets

LOG = logging.getLogger(__name__)

CONFIGS = {
    "percussion": Config(),
    "voices": Config(tone_lowest=41.203, tones_per_octave=24, tones=176),
}
WARM_UP_STEPS = 300
DISTANCES = ("log", "linear", "bandLog", "bandLinear", "energy")
ADVERSARIAL_WEIGHT = 0.05
MATCHING_WEIGHT = 0.3


def keep_freed_memory() -> None:
    """Tells glibc not to give large blocks back to the kernel between steps: page faults cost a third of a step."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD
    except (OSError, AttributeError):
        pass


def learning_rate(peak: float, step: int, progress: float) -> float:
    """Linear warm-up, then a cosine from `peak` to a fiftieth of it; `progress` from 0 to 1."""
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    return peak * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


def reconstruction_loss(model: Autoencoder, bands: Tensor, generated: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """Distance of generated band signals [batch, 16, t] to the real ones, on the bands and as audio, and its parts."""
    with torch.no_grad():
        target = model.synthesis(bands)
    output = model.synthesis(generated)
    full_log, full_linear = spectral_loss(output[:, 0], target[:, 0], FULL_SIZES)
    band_log, band_linear = spectral_loss(generated.flatten(0, 1), bands.flatten(0, 1), BAND_SIZES)
    energy = energy_distance(generated, bands)
    loss = full_log + 0.5 * full_linear + 0.3 * band_log + 0.3 * band_linear + 0.3 * energy
    return loss, dict(zip(DISTANCES, (full_log, full_linear, band_log, band_linear, energy)))


def tone_loss(model: Autoencoder, amplitudes: Tensor, targets: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """Distance of tone amplitudes [batch, tones, 4 n] to targets [batch, tones, n], and its parts."""
    per_frame = amplitudes.unflatten(2, (targets.size(2), -1)).mean(3)
    transport, entropy, level = tone_distances(per_frame, targets, model.config.tones_per_octave)
    parts = {"toneTransport": transport, "toneEntropy": entropy, "toneLevel": level}
    return transport + 0.5 * entropy + 0.5 * level, parts


def first_stage_loss(
    model: Autoencoder, audio: Tensor, beta: float, tone_weight: float, only_tones: bool
) -> tuple[Tensor, dict[str, Tensor]]:
    """Reconstruction (unless `only_tones`), tone placement and KL divergence of audio [batch, 1, samples]."""
    with torch.no_grad():
        bands = model.analysis(audio)
        targets = tone_targets(audio[:, 0], model.config)
    mean, deviation = model.encode(bands)
    z = mean + deviation * torch.randn_like(deviation)
    kl = kl_divergence(mean, deviation, free=0.05)
    if only_tones:
        placement, parts = tone_loss(model, model.decoder.tone_amplitudes(z)[1], targets)
        return placement + beta * kl, {**dict.fromkeys(DISTANCES, torch.full_like(kl, math.nan)), **parts, "kl": kl}
    waves, noises, tones, amplitudes = model.decoder.branches(z, noise_like(bands))
    distance, distances = reconstruction_loss(model, bands, waves + noises + tones)
    placement, parts = tone_loss(model, amplitudes, targets)
    return distance + tone_weight * placement + beta * kl, {**distances, **parts, "kl": kl}


class Adversary:
    """The discriminator with its optimiser."""

    def __init__(self, rate: float, device: torch.device) -> None:
        self.model = Discriminator().to(device)
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=rate, betas=(0.5, 0.9))

    def step(self, model: Autoencoder, audio: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Trains the discriminator on audio [batch, 1, samples]; returns the decoder's loss and its parts."""
        with torch.no_grad():
            bands = model.analysis(audio)
            mean, deviation = model.encode(bands)
            z = mean + deviation * torch.randn_like(deviation)
        generated = model.decoder(z, noise_like(bands))
        loss = discriminator_loss(self.model(bands), self.model(generated.detach()))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        with torch.no_grad():
            real = self.model(bands)
        adversarial, matching = generator_losses(real, self.model(generated))
        distance, parts = reconstruction_loss(model, bands, generated)
        total = distance + ADVERSARIAL_WEIGHT * adversarial + MATCHING_WEIGHT * matching
        return total, {**parts, "adversarial": adversarial, "matching": matching, "discriminator": loss}


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
        self.model = Autoencoder(CONFIGS[arguments.name]).to(self.device)
        self.adversary: Adversary | None = None
        if arguments.adversarial_from:
            start = torch.load(arguments.adversarial_from, map_location="cpu")
            self.model.load_state_dict(start["average"])
            self.model.encoder.requires_grad_(False)
            self.adversary = Adversary(arguments.rate, self.device)
        self.tones_first = 0 if self.adversary else arguments.tones_first
        self.stopping = False
        self.slow = copy.deepcopy(self.model)
        self.trainable = [p for p in self.model.parameters() if p.requires_grad]
        self.optimiser = torch.optim.Adam(self.trainable, lr=arguments.rate, betas=(0.8, 0.98))
        folder = Path(arguments.data) / arguments.name
        audio = np.load(folder / "train.npy", mmap_mode="r")
        self.sampler = CropSampler(audio, arguments.crop, np.random.default_rng(arguments.seed))
        self.clips = {
            p.stem: torch.tensor(sf.read(p, dtype="float32")[0][: 6 * self.model.config.sample_rate], device=self.device)
            for p in sorted((folder / "held-out").glob("*.wav"))
        }
        self.folder = Path(arguments.run)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint = self.folder / "checkpoint.pt"
        self.step, self.seconds = 0, 0.0
        if self.checkpoint.exists():
            # Always by way of the host: a checkpoint opens wherever it was written, and Adam's step counts, which it reads
            # back at each step, stay there.
            self.restore(torch.load(self.checkpoint, map_location="cpu"))

    def restore(self, state: dict) -> None:
        """Goes on from `state`. A run that has moved to another kind of device goes on with other noise than it would have had."""
        self.model.load_state_dict(state["model"])
        self.slow.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.sampler.rng.bit_generator.state = state["sampler"]
        torch.set_rng_state(state["generator"])
        if self.device.type == "cuda" and "deviceGenerator" in state:
            torch.cuda.set_rng_state(state["deviceGenerator"], self.device)
        self.step, self.seconds = state["step"], state["seconds"]
        if self.adversary:
            self.adversary.model.load_state_dict(state["discriminator"])
            self.adversary.optimiser.load_state_dict(state["discriminatorOptimiser"])

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
            "hardware": self.hardware(),
            "model": self.model.state_dict(),
            "average": self.slow.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "sampler": self.sampler.rng.bit_generator.state,
            "generator": torch.get_rng_state(),
        }
        if self.device.type == "cuda":
            state["deviceGenerator"] = torch.cuda.get_rng_state(self.device)
        if self.adversary:
            state["discriminator"] = self.adversary.model.state_dict()
            state["discriminatorOptimiser"] = self.adversary.optimiser.state_dict()
        save(self.checkpoint, state)

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Signal handler: the step in hand is finished and stored."""
        self.stopping = True

    def progress(self) -> float:
        """0 at the start, 1 at the end of whichever bound comes first."""
        return max(self.step / self.arguments.steps, self.seconds / (3600 * self.arguments.hours))

    def train_step(self) -> dict[str, float]:
        """One step of the optimiser; returns the loss, its parts, the rate and the gradient's norm."""
        rate = learning_rate(self.arguments.rate, self.step, self.progress())
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        audio = torch.from_numpy(self.sampler.batch(self.arguments.batch)).unsqueeze(1).to(self.device)
        if self.adversary:
            loss, parts = self.adversary.step(self.model, audio)
        else:
            options = self.arguments
            beta = options.beta * min(1.0, self.progress() / 0.2)
            only_tones = self.step < self.tones_first
            loss, parts = first_stage_loss(self.model, audio, beta, options.tone_weight, only_tones)
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

    def train(self) -> None:
        """Steps until the bound is reached or a signal asks to stop; writes logs, evaluations and checkpoints, also at the end."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        rows: list[dict[str, float]] = []
        last = time.monotonic()
        while self.progress() < 1 and not self.stopping:
            rows.append(self.train_step())
            now = time.monotonic()
            self.seconds, last = self.seconds + now - last, now
            if self.step % self.arguments.log_every == 0:
                means = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
                append_row(self.folder / "log.csv", {"step": self.step, "seconds": self.seconds, **means})
                LOG.info("step %d, %.1f %%: loss %.3f", self.step, 100 * self.progress(), means["loss"])
                rows = []
            if self.step % self.arguments.evaluate_every == 0 and self.step > self.tones_first:
                figures = held_out_figures(self.slow, self.clips)
                mean = float(np.mean(list(figures.values())))
                append_row(self.folder / "held-out.csv", {"step": self.step, "seconds": self.seconds, "mean": mean, **figures})
                LOG.info("step %d: %.3f on held-out audio", self.step, mean)
            if self.step % self.arguments.save_every == 0:
                self.store()
        self.store()


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line, from `arguments` or the process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(CONFIGS))
    parser.add_argument("--data", default=str(Path.home() / "tiller-data"))
    parser.add_argument("--run", required=True)
    parser.add_argument("--adversarial-from", help="first-stage checkpoint: train the second stage from it")
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--crop", type=int, default=16384, help="samples, a multiple of 512")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--clip", type=float, default=5.0, help="largest gradient norm")
    parser.add_argument("--beta", type=float, default=0.003, help="weight of the KL divergence after its warm-up")
    parser.add_argument("--tone-weight", type=float, default=0.4, help="weight of the tone bank's own loss")
    parser.add_argument("--tones-first", type=int, default=2000, help="steps that train the tone bank alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="auto", help="auto (a GPU where there is one), cpu, cuda or cuda:N")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--evaluate-every", type=int, default=500)
    parser.add_argument("--save-every", type=int, default=250)
    return parser.parse_args(arguments)


def main() -> None:
    arguments = parse()
    if not (Path(arguments.data) / arguments.name / "train.npy").is_file():
        raise SystemExit(f"there is no {arguments.name} data set in {arguments.data}: ./build_data.sh {arguments.data} makes both")
    keep_freed_memory()
    torch.set_num_threads(arguments.threads)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    run = Run(arguments)
    LOG.info("%s from step %d on %s; logs and checkpoint in %s", arguments.name, run.step, run.device, run.folder)
    run.train()


if __name__ == "__main__":
    main()
