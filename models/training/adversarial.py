"""Discriminators on band signals (RAVE, section 3.2) and on spectrograms, and their losses (hinge after Lim & Ye 2017).

The second is the multi-scale STFT discriminator of Défossez, Copet, Synnaeve & Adi, "High fidelity neural audio compression"
(2022), section 3.4, made small enough for a processor.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model import BANDS

ScoresAndFeatures = tuple[Tensor, list[Tensor]]
"""A discriminator's output: its scores, and the activations of its layers."""


class ScaleDiscriminator(nn.Module):
    """Band signals [batch, 16, t] to scores [batch, 1, t / 16]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        sizes = [(BANDS, width, 1), (width, 2 * width, 4), (2 * width, 3 * width, 4), (3 * width, 3 * width, 1)]
        self.layers = nn.ModuleList(nn.Conv1d(i, o, 9, stride=s, padding=4) for i, o, s in sizes)
        self.score = nn.Conv1d(3 * width, 1, 1)

    def forward(self, x: Tensor) -> ScoresAndFeatures:
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return self.score(x), features


class BandDiscriminator(nn.Module):
    """`ScaleDiscriminator`s on the bands and on their halves in time, with the dynamics compressed."""

    def __init__(self, width: int = 32, scales: int = 3) -> None:
        super().__init__()
        self.scales = nn.ModuleList(ScaleDiscriminator(width) for _ in range(scales))

    def forward(self, bands: Tensor, audio: Tensor) -> list[ScoresAndFeatures]:
        # Raised to the power 0.4 with its sign, so that decays count beside attacks.
        x = bands * (bands * bands + 1e-8) ** -0.3
        results = []
        for discriminator in self.scales:
            results.append(discriminator(x))
            x = F.avg_pool1d(x, 2)
        return results


class StftDiscriminator(nn.Module):
    """Audio [batch, samples] by way of its complex STFT of `size` points to scores [batch, 1, frames, bins / 16]."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.size = size
        layers = [nn.Conv2d(2, width, (3, 8), stride=(1, 4), padding=(1, 2))]
        layers += [
            nn.Conv2d(i, o, (3, 5), stride=(1, 2), padding=(dilation, 2), dilation=(dilation, 1))
            for i, o, dilation in ((width, 2 * width, 1), (2 * width, 3 * width, 2))
        ]
        self.layers = nn.ModuleList(layers)
        self.score = nn.Conv2d(3 * width, 1, 3, padding=1)

    def forward(self, audio: Tensor) -> ScoresAndFeatures:
        window = torch.hann_window(self.size, device=audio.device)
        spectrum = torch.stft(audio, self.size, self.size // 2, window=window, return_complex=True)
        # [batch, 2, frames, bins]; the magnitude is raised to the power 0.3 to compress the dynamics; the phase is kept.
        parts = torch.stack([spectrum.real, spectrum.imag], 1).transpose(2, 3)
        x = parts * (parts.square().sum(1, keepdim=True) + 1e-6) ** -0.35
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return self.score(x), features


class SpectrogramDiscriminator(nn.Module):
    """`StftDiscriminator`s of several window lengths on audio [batch, samples]."""

    def __init__(self, width: int = 12, sizes: tuple[int, ...] = (2048, 512, 128)) -> None:
        super().__init__()
        self.scales = nn.ModuleList(StftDiscriminator(size, width) for size in sizes)

    def forward(self, bands: Tensor, audio: Tensor) -> list[ScoresAndFeatures]:
        return [discriminator(audio) for discriminator in self.scales]


DISCRIMINATORS = {"bands": BandDiscriminator, "spectrograms": SpectrogramDiscriminator}


def discriminator_loss(real: list[ScoresAndFeatures], fake: list[ScoresAndFeatures]) -> Tensor:
    """Hinge loss: real scores above 1, fake ones below -1; a mean over scales."""
    parts = [F.relu(1 - r).mean() + F.relu(1 + f).mean() for (r, _), (f, _) in zip(real, fake)]
    return torch.stack(parts).mean()


def generator_losses(real: list[ScoresAndFeatures], fake: list[ScoresAndFeatures]) -> tuple[Tensor, Tensor]:
    """The adversarial loss and the feature-matching distance (each layer relative to its real activations), means over scales."""
    adversarial = torch.stack([-score.mean() for score, _ in fake]).mean()
    matching = [
        torch.mean(torch.abs(a.detach() - b)) / (a.detach().abs().mean() + 1e-4)
        for (_, real_features), (_, fake_features) in zip(real, fake)
        for a, b in zip(real_features, fake_features)
    ]
    return adversarial, torch.stack(matching).mean()


class Adversary:
    """A discriminator with its optimiser."""

    def __init__(self, kind: str, rate: float, device: torch.device) -> None:
        self.model = DISCRIMINATORS[kind]().to(device)
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=rate, betas=(0.5, 0.9))

    def state(self) -> dict[str, object]:
        return {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict()}

    def restore(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])

    def step(self, bands: tuple[Tensor, Tensor], audio: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Trains the discriminator on pairs of real and generated band signals [batch, 16, t] and audio [batch, samples].

        Returns the generator's adversarial and feature-matching losses against it, and its own loss.
        """
        self.model.requires_grad_(True)
        loss = discriminator_loss(self.model(bands[0], audio[0]), self.model(bands[1].detach(), audio[1].detach()))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.model.requires_grad_(False)  # the generator's pass needs no gradients of these weights
        with torch.no_grad():
            real = self.model(bands[0], audio[0])
        adversarial, matching = generator_losses(real, self.model(bands[1], audio[1]))
        return adversarial, matching, loss.detach()
