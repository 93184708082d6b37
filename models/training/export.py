"""Writes a checkpoint as streaming TorchScript with the interface that nn~ and Tiller open.

    python3 export.py ~/tiller-runs/percussion/checkpoint.pt --data ~/tiller-data --out ../percussion/percussion.ts

Latents leave the model rotated by a principal component analysis of the training
audio, strongest first, scaled to unit variance, and signed so that louder moments lie upwards: the nominal range of each is -3 to 3
(silence may lie further down the first).
With `--latents` fewer are exposed, and `decode` draws the others from a normal distribution. With `--align-to` the latents keep
the directions, signs and scale of an earlier export, so that what was placed in its latent space stays where it sounded so. An exported
model in place of the checkpoint is exported anew with the latents that it has.

Training yields medians, which are too soft: a fixed gain of the output makes up for a part of that (`calibration.py`).
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import List

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from blocks import start_streaming
from calibration import output_gain
from data import CropSampler
from model import Autoencoder, Config
from warm_start import open_exported


@dataclass(frozen=True)
class LatentBasis:
    """How exposed latents relate to the model's own: exposed = (rotation @ (own - mean)) / scale.

    `rotation` [full, full] has orthonormal rows, `mean` and `scale` are [full], `fidelity` [full] is the share of variance
    held by the first dimensions up to each.
    """

    rotation: Tensor
    mean: Tensor
    scale: Tensor
    fidelity: Tensor


def latent_basis(model: Autoencoder, sampler: CropSampler, batches: int = 40) -> LatentBasis:
    """Principal components of the latents' means over random training crops, skipping the first 16 frames of each crop.

    Frames weigh by the square root of their amplitude: decays last longer than attacks and would otherwise put the origin,
    where a performer starts, at a near-silent sound.
    """
    model.eval()
    latents, levels = [], []
    with torch.no_grad():
        for _ in range(batches):
            bands = model.analysis(torch.from_numpy(sampler.batch(8)).unsqueeze(1))
            mean, _ = model.encode(bands)
            energy = (bands**2).mean(1).reshape(bands.size(0), -1, model.config.hop // 16).mean(2)
            latents.append(mean[:, :, 16:].permute(0, 2, 1).flatten(0, 1))
            levels.append(torch.log(energy[:, 16:] + 1e-8).flatten())
    z, level = torch.cat(latents).double(), torch.cat(levels).double()
    weight = torch.exp(level / 4)[:, None] / torch.exp(level / 4).sum()
    mean = (weight * z).sum(0)
    variances, vectors = torch.linalg.eigh((z - mean).T @ (weight * (z - mean)))
    order = torch.argsort(variances, descending=True)
    rotation, variances = vectors[:, order].T, variances[order].clamp(min=1e-8)
    louder = (weight * ((z - mean) @ rotation.T) * (level - (weight[:, 0] * level).sum())[:, None]).sum(0)
    rotation = rotation * torch.where(louder < 0, -1.0, 1.0)[:, None]
    fidelity = torch.cumsum(variances, 0) / variances.sum()
    return LatentBasis(rotation.float(), mean.float(), torch.sqrt(variances).float(), fidelity.float())


def aligned(model: Autoencoder, old: torch.jit.ScriptModule, sampler: CropSampler, batches: int = 20) -> LatentBasis:
    """A basis in which `model` exposes, as nearly as a rotation allows, the latents that the exported model `old` does.

    The rotation is the orthogonal Procrustes solution (Schönemann 1966) between both models' latents of the same crops; mean and
    scale of each dimension are those of a least-squares line. Latents that `model` has beside those of `old` come last: the
    principal components of what the others leave. The first 16 frames of each crop are skipped: `old` begins them with what it
    last heard.
    """
    model.eval()
    exposed, own = [], []
    with torch.no_grad():
        for _ in range(batches):
            audio = torch.from_numpy(sampler.batch(4)).unsqueeze(1)
            mean, _ = old.encoder(old.analysis(audio)).chunk(2, 1)
            exposed.append((mean[:, :, 16:].permute(0, 2, 1).flatten(0, 1) - old.latent_mean) @ old.latent_pca.T)
            mean, _ = model.encode(model.analysis(audio))
            own.append(mean[:, :, 16:].permute(0, 2, 1).flatten(0, 1))
    wanted, given = torch.cat(exposed).double(), torch.cat(own).double()
    if wanted.size(1) > given.size(1):
        raise ValueError(f"the earlier model has {wanted.size(1)} latents, this one {given.size(1)}: they cannot be aligned")
    centre = given.mean(0)
    u, _, v = torch.linalg.svd((wanted - wanted.mean(0)).T @ (given - centre), full_matrices=False)
    rotation = u @ v
    rotated = (given - centre) @ rotation.T
    wanted = wanted / old.latent_scale.double()
    deviation = wanted - wanted.mean(0)
    scale = (rotated * deviation).sum(0) / (deviation**2).sum(0)
    agreement = (rotated * deviation).sum(0) / torch.sqrt((rotated**2).sum(0) * (deviation**2).sum(0))
    print("correlation with the earlier latents: " + ", ".join(f"{float(value):.3f}" for value in agreement))
    mean = centre - (scale * wanted.mean(0)) @ rotation
    added = given.size(1) - wanted.size(1)
    left = given - centre - rotated @ rotation
    variances, vectors = torch.linalg.eigh(left.T @ left / len(left))
    rotation = torch.cat([rotation, vectors.T.flip(0)[:added]])
    scale = torch.cat([scale, torch.sqrt(variances.flip(0)[:added].clamp(min=1e-8))])
    variances = (((given - centre) @ rotation.T) ** 2).mean(0)
    fidelity = torch.cumsum(variances, 0) / variances.sum()
    return LatentBasis(rotation.float(), mean.float(), scale.float(), fidelity.float())


class StreamingModel(nn.Module):
    """The exported module. Audio is [batch, 1, 512 n], latents are [batch, latent_size, n]; batch is at most 4."""

    def __init__(
        self, model: Autoencoder, basis: LatentBasis, exposed: int, licence: str | None = None, gain_db: float = 0.0
    ) -> None:
        super().__init__()
        config = model.config
        self.analysis = model.analysis
        self.encoder = model.encoder
        self.decoder = model.decoder
        self.synthesis = model.synthesis
        self.latent_size = exposed
        self.full_latent_size = config.latents
        self.sr = config.sample_rate
        self.delay = config.delay
        self.gain = 10 ** (gain_db / 20)
        self.tone_bend = config.tone_bend
        if licence:
            self.licence = licence
        self.n_channels = 1
        self.target_channels = 1
        self.stereo_mode = False
        self.input_mode = "pqmf"
        self.output_mode = "pqmf"
        self._methods = ["encode", "decode", "forward"]
        self.register_buffer("encode_params", torch.tensor([1, 1, exposed, config.hop]))
        self.register_buffer("decode_params", torch.tensor([exposed, config.hop, 1, 1]))
        self.register_buffer("forward_params", torch.tensor([1, 1, 1, 1]))
        self.register_buffer("latent_pca", basis.rotation)
        self.register_buffer("latent_mean", basis.mean)
        self.register_buffer("latent_scale", basis.scale)
        self.register_buffer("fidelity", basis.fidelity)

    @torch.jit.export
    def encode(self, x: Tensor) -> Tensor:
        """Audio to latents, sampled from their posterior."""
        mean, scale = self.encoder(self.analysis(x)).chunk(2, 1)
        deviation = F.softplus(scale - 2.0) + 1e-3
        own = mean + deviation * torch.randn_like(deviation)
        rotated = F.conv1d(own - self.latent_mean.unsqueeze(1), self.latent_pca.unsqueeze(2))
        return (rotated / self.latent_scale.unsqueeze(1))[:, : self.latent_size]

    @torch.jit.export
    def decode(self, z: Tensor) -> Tensor:
        """Latents to audio."""
        if self.latent_size < self.full_latent_size:
            missing = self.full_latent_size - self.latent_size
            z = torch.cat([z, torch.randn_like(z[:, :1].repeat(1, missing, 1))], 1)
        rotated = z * self.latent_scale.unsqueeze(1)
        own = F.conv1d(rotated, self.latent_pca.t().unsqueeze(2)) + self.latent_mean.unsqueeze(1)
        noise = (torch.rand_like(z[:, :1].repeat(1, 16, 32)) * 2.0 - 1.0) * 1.7320508
        return self.synthesis(self.decoder(own, noise)) * self.gain

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))

    @torch.jit.export
    def get_methods(self) -> List[str]:
        return self._methods


def streaming_script(
    model: Autoencoder, basis: LatentBasis, exposed: int, licence: str | None = None, gain_db: float = 0.0
) -> torch.jit.ScriptModule:
    """Turns `model` (changed in place: its paddings become caches) into a scripted, streaming `StreamingModel`.

    The file states `licence` where one is given (an SPDX identifier). Its output is `gain_db` louder than the model's.
    """
    if not 1 <= exposed <= model.config.latents:
        raise ValueError(f"cannot expose {exposed} of {model.config.latents} latents")
    streaming = StreamingModel(model, basis, exposed, licence, gain_db).eval()
    start_streaming(streaming)
    for parameter in streaming.parameters():
        parameter.requires_grad_(False)
    return torch.jit.script(streaming)


FACTS = ("name", "step", "seconds", "processorSeconds", "hardware", "before")


def load_checkpoint(path: Path, weights: str = "average") -> tuple[Autoencoder, dict[str, object]]:
    """The model of a checkpoint with its `average` or last (`model`) weights, and its facts (name, step, seconds, hardware)."""
    state = torch.load(path, map_location="cpu")
    model = Autoencoder(Config.from_dict(state["config"]))
    model.load_state_dict(state[weights])
    return model, {"hardware": "one shared CPU core", **{key: state[key] for key in FACTS if key in state}}


def basis_of(script: torch.jit.ScriptModule) -> LatentBasis:
    """The basis that an exported model has."""
    return LatentBasis(script.latent_pca, script.latent_mean, script.latent_scale, script.fidelity)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="a run's checkpoint.pt, or an exported .ts")
    parser.add_argument("--data", type=Path, default=Path.home() / "tiller-data")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--latents", type=int, help="how many latents to expose; all unless given")
    parser.add_argument("--licence", help="the model's licence, an SPDX identifier, stated in the file")
    parser.add_argument("--align-to", type=Path, metavar="MODEL.ts", help="an earlier export whose latents are to be kept")
    parser.add_argument("--gain", type=float, metavar="DB", help="gain of the output; measured on training audio unless given")
    parser.add_argument("--weights", choices=["average", "model"], default="average", help="averaged weights, or the last step's")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    exported = arguments.checkpoint.suffix == ".ts"
    if exported:
        model, name = open_exported(arguments.checkpoint), arguments.checkpoint.stem
        source = "as exported before"
    else:
        model, facts = load_checkpoint(arguments.checkpoint, arguments.weights)
        name, source = str(facts["name"]), f"step {facts['step']}"
    audio = np.load(arguments.data / name / "train.npy", mmap_mode="r")
    if exported:
        basis = basis_of(torch.jit.load(str(arguments.checkpoint), map_location="cpu"))
    else:
        basis = latent_basis(model, CropSampler(audio, 32768, np.random.default_rng(0)))
    if arguments.align_to:
        # Opened before the model is saved over it.
        old = torch.jit.load(str(arguments.align_to), map_location="cpu").eval()
        basis = aligned(model, old, CropSampler(audio, 32768, np.random.default_rng(1)))
    gain_db = arguments.gain
    if gain_db is None:
        gain_db = output_gain(model, CropSampler(audio, 65536, np.random.default_rng(2)))
    script = streaming_script(model, basis, arguments.latents or model.config.latents, arguments.licence, gain_db)
    partial = arguments.out.with_suffix(".partial")
    script.save(str(partial))
    os.replace(partial, arguments.out)
    shares = ", ".join(f"{float(share):.3f}" for share in basis.fidelity)
    print(f"{arguments.out}: {source}, {arguments.out.stat().st_size / 1e6:.2f} MB, gain {gain_db:+.1f} dB, variance held {shares}")


if __name__ == "__main__":
    main()
