"""The second stage: a discriminator on band signals, and its losses (RAVE, section 3.2 and appendix; hinge after Lim & Ye 2017)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model import BANDS


class ScaleDiscriminator(nn.Module):
    """Band signals [batch, 16, t] to scores [batch, 1, t / 16] and the activations on the way."""

    def __init__(self, width: int) -> None:
        super().__init__()
        sizes = [(BANDS, width, 1), (width, 2 * width, 4), (2 * width, 3 * width, 4), (3 * width, 3 * width, 1)]
        self.layers = nn.ModuleList(nn.Conv1d(i, o, 9, stride=s, padding=4) for i, o, s in sizes)
        self.score = nn.Conv1d(3 * width, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return self.score(x), features


class Discriminator(nn.Module):
    """`ScaleDiscriminator`s on the bands and on their halves in time, after levelling loud and soft alike."""

    def __init__(self, width: int = 32, scales: int = 3) -> None:
        super().__init__()
        self.scales = nn.ModuleList(ScaleDiscriminator(width) for _ in range(scales))

    def forward(self, bands: Tensor) -> list[tuple[Tensor, list[Tensor]]]:
        # Signed 0.4th power, so that decays count beside attacks.
        x = bands * (bands * bands + 1e-8) ** -0.3
        results = []
        for discriminator in self.scales:
            results.append(discriminator(x))
            x = F.avg_pool1d(x, 2)
        return results


def discriminator_loss(real: list[tuple[Tensor, list[Tensor]]], fake: list[tuple[Tensor, list[Tensor]]]) -> Tensor:
    """Hinge loss: real scores above 1, fake ones below -1; a mean over scales."""
    parts = [F.relu(1 - r).mean() + F.relu(1 + f).mean() for (r, _), (f, _) in zip(real, fake)]
    return torch.stack(parts).mean()


def generator_losses(real: list[tuple[Tensor, list[Tensor]]], fake: list[tuple[Tensor, list[Tensor]]]) -> tuple[Tensor, Tensor]:
    """The adversarial loss and the feature-matching distance (each layer relative to its real activations), means over scales."""
    adversarial = torch.stack([-score.mean() for score, _ in fake]).mean()
    matching = [
        torch.mean(torch.abs(a.detach() - b)) / (a.detach().abs().mean() + 1e-4)
        for (_, real_features), (_, fake_features) in zip(real, fake)
        for a, b in zip(real_features, fake_features)
    ]
    return adversarial, torch.stack(matching).mean()
