"""Distances between a reconstruction and its target."""

from __future__ import annotations

import torch
from torch import Tensor

FLOOR = 1e-4
FULL_SIZES = (2048, 1024, 512, 256, 128)
BAND_SIZES = (256, 32)


def magnitudes(x: Tensor, size: int) -> Tensor:
    """STFT magnitudes [rows, bins, frames] of x [rows, samples]: Hann window, hop a quarter, no scaling."""
    window = torch.hann_window(size, device=x.device)
    spectrum = torch.stft(x, size, size // 4, window=window, return_complex=True)
    # The small constant keeps the gradient of the root finite at silence; it lies 40 dB under the floor.
    return torch.sqrt(spectrum.real**2 + spectrum.imag**2 + 1e-12)


def log_distance(y: Tensor, x: Tensor, sizes: tuple[int, ...] = FULL_SIZES) -> Tensor:
    """The project's figure: mean absolute difference of ln(magnitude + 1e-4), averaged over `sizes`. Rows [rows, samples]."""
    parts = []
    for size in sizes:
        parts.append(torch.mean(torch.abs(torch.log(magnitudes(y, size) + FLOOR) - torch.log(magnitudes(x, size) + FLOOR))))
    return torch.stack(parts).mean()


def spectral_loss(y: Tensor, x: Tensor, sizes: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Logarithmic and linear parts of the multi-scale spectral distance (RAVE, eq. 4), on rows [rows, samples].

    The linear part is each row's summed absolute difference over its summed magnitude (plus a floor at about -60 dBFS), so
    that loud and soft crops weigh alike and the loud bins of each weigh most.
    """
    logarithmic, linear = [], []
    for size in sizes:
        a, b = magnitudes(y, size), magnitudes(x, size)
        logarithmic.append(torch.mean(torch.abs(torch.log(a + FLOOR) - torch.log(b + FLOOR))))
        scale = b.mean((1, 2)) + 1e-3 * size**0.5
        linear.append(torch.mean(torch.mean(torch.abs(a - b), (1, 2)) / scale))
    return torch.stack(logarithmic).mean(), torch.stack(linear).mean()


def energy_distance(y: Tensor, x: Tensor, window: int = 32) -> Tensor:
    """Mean absolute difference of the log level (nepers) of band signals [batch, bands, t] in windows of `window` samples.

    The spectral distances are least at medians, which are too soft where the model cannot place a peak; this one is not.
    """

    def levels(bands: Tensor) -> Tensor:
        return 0.5 * torch.log((bands**2).unflatten(2, (-1, window)).mean(3) + 1e-9)

    return torch.mean(torch.abs(levels(y) - levels(x)))


def loudness_distance(y: Tensor, x: Tensor, window: int = 1024) -> Tensor:
    """Mean absolute difference of the log level (nepers; 1 is 8.7 dB) of audio [rows, samples] in windows of `window` samples,
    half overlapping, with a floor at -60 dBFS."""

    def levels(audio: Tensor) -> Tensor:
        return 0.5 * torch.log((audio**2).unfold(1, window, window // 2).mean(2) + 1e-6)

    return torch.mean(torch.abs(levels(y) - levels(x)))


def kl_divergence(mean: Tensor, deviation: Tensor, free: float) -> Tensor:
    """KL from N(mean, deviation) to N(0, 1) per latent, averaged over batch and time, less `free` nats each; summed."""
    per_latent = 0.5 * (mean**2 + deviation**2 - 1) - torch.log(deviation)
    return torch.clamp(per_latent.mean((0, 2)) - free, min=0).sum()
