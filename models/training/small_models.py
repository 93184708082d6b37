"""Small models, data and runs for the tests."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile as sf
import torch

from export import LatentBasis, streaming_script
from model import Autoencoder, Config
from train import Run, parse

CONFIG = Config(encoder_width=24, widths=(32, 24, 16, 12), tones=20)
EVERY_OPTION = replace(CONFIG, latents=12, envelope_steps=16, encoder_dilations=(1, 2, 4, 1), tone_bend=0.6, clicks=True)


def random_basis(latents: int) -> LatentBasis:
    """An arbitrary orthonormal basis with uneven scales."""
    rotation, _ = torch.linalg.qr(torch.randn(latents, latents))
    return LatentBasis(rotation, torch.randn(latents), torch.rand(latents) + 0.5, torch.linspace(0.3, 1.0, latents))


def quiet_model(config: Config = CONFIG) -> Autoencoder:
    """A small model whose encoder samples with its least deviation and whose noise branch is silent."""
    model = Autoencoder(config)
    with torch.no_grad():
        model.encoder.head.weight[config.latents :] = 0
        model.encoder.head.bias[config.latents :] = -50
        model.decoder.noise_bank.split.weight.zero_()
    return model.eval()


def write_noise(folder: Path) -> None:
    """A data set of white noise under `folder`, with one held-out clip."""
    (folder / "percussion" / "held-out").mkdir(parents=True)
    noise = np.random.default_rng(0).integers(-9000, 9000, 40000).astype(np.int16)
    np.save(folder / "percussion" / "train.npy", noise)
    sf.write(folder / "percussion" / "held-out" / "noise.wav", noise[:16384], 44100, subtype="PCM_16")


def small_run(folder: Path, name: str, *extra: str) -> Run:
    """A run of six short steps on `write_noise`'s data, at its start or where its checkpoint left it."""
    sizes = "--batch 1 --crop 4096 --steps 6 --hours 10 --tones-first 2 --log-every 2 --evaluate-every 3 --save-every 3"
    return Run(parse(["percussion", "--data", str(folder), "--run", str(folder / name), *sizes.split(), *extra]))


def train_to(run: Run, step: int) -> dict[str, torch.Tensor]:
    """Trains `run` up to `step`, as if interrupted there, and stores it; returns its weights."""
    while run.step < step:
        run.train_step()
    run.store()
    return run.model.state_dict()


def export_to(path: Path, model: Autoencoder, gain_db: float = 0.0) -> None:
    """Exports a copy of `model` to `path`, its first latents strongest."""
    copied = copy.deepcopy(model)
    streaming_script(copied, random_basis(model.config.latents), model.config.latents, gain_db=gain_db).save(str(path))
