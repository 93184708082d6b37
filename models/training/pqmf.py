"""16-band pseudo-quadrature mirror filter bank (Nguyen, "Near-perfect-reconstruction pseudo-QMF banks", 1994).

A low-pass prototype is modulated by cosines; analysis and synthesis are each other's time reversal, so the pair is a
pure delay to within the prototype's stop band. Both are written in polyphase form: a plain convolution at band rate.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.signal import firwin
from torch import Tensor, nn

from blocks import CausalConv1d


def prototype(taps: int, bands: int, attenuation: float) -> np.ndarray:
    """Kaiser low-pass [taps] whose cut-off makes its autocorrelation vanish at multiples of 2 * bands.

    That is the flatness condition of Lin & Vaidyanathan, "A Kaiser window approach for the design of prototype filters
    of cosine modulated filterbanks" (1998), eq. 9. `attenuation` in dB.
    """
    beta = 0.1102 * (attenuation - 8.7)

    def overlap(cutoff: float) -> float:
        taper = firwin(taps, cutoff, window=("kaiser", beta))
        correlation = np.correlate(taper, taper, mode="full")[taps - 1 :]
        return float(np.max(np.abs(correlation[2 * bands :: 2 * bands])))

    best = minimize_scalar(overlap, bounds=(0.48 / bands, 0.6 / bands), method="bounded", options={"xatol": 1e-9})
    return firwin(taps, best.x, window=("kaiser", beta))


def filters(taps: int, bands: int, attenuation: float) -> np.ndarray:
    """Analysis impulse responses [bands, taps], scaled so that the bank keeps energy (synthesis is their reversal)."""
    window = prototype(taps, bands, attenuation)
    band, time = np.arange(bands)[:, None], np.arange(taps)[None, :]
    phase = (2 * band + 1) * np.pi / (2 * bands) * (time - (taps - 1) / 2) + (-1.0) ** band * np.pi / 4
    return 2 * np.sqrt(bands) * window * np.cos(phase)


def fixed_convolution(weight: np.ndarray) -> CausalConv1d:
    """A causal convolution at band rate with `weight` [bands, bands, taps / bands], its last tap the newest; not trained."""
    bands, _, taps = weight.shape
    convolution = CausalConv1d(bands, bands, taps, bias=False)
    convolution.weight = nn.Parameter(torch.tensor(weight.copy(), dtype=torch.float32), requires_grad=False)
    return convolution


class Analysis(nn.Module):
    """Audio [batch, 1, bands * frames] to band signals [batch, bands, frames]; causal, fixed."""

    __constants__ = ["bands"]

    def __init__(self, responses: np.ndarray) -> None:
        super().__init__()
        self.bands = len(responses)
        # Output m reads x[16 (m - j) + r] through h[16 j + 15 - r]; the convolution's last tap is j = 0.
        self.conv = fixed_convolution(responses.reshape(self.bands, -1, self.bands)[:, ::-1, ::-1].transpose(0, 2, 1))

    def forward(self, x: Tensor) -> Tensor:
        frames = x.size(2) // self.bands
        return self.conv(x.reshape(x.size(0), frames, self.bands).permute(0, 2, 1))


class Synthesis(nn.Module):
    """Band signals [batch, bands, frames] to audio [batch, 1, bands * frames]; causal, fixed."""

    __constants__ = ["bands"]

    def __init__(self, responses: np.ndarray) -> None:
        super().__init__()
        self.bands = len(responses)
        # Phase r of the output reads band k at m - j through g[16 j + r], g being h reversed.
        self.conv = fixed_convolution(responses[:, ::-1].reshape(self.bands, -1, self.bands)[:, ::-1, :].transpose(2, 0, 1))

    def forward(self, x: Tensor) -> Tensor:
        phases = self.conv(x)
        return phases.permute(0, 2, 1).reshape(x.size(0), 1, x.size(2) * self.bands)


def delay_samples(taps: int, bands: int) -> int:
    """Delay of analysis followed by synthesis, in samples: both filters' group delay less the block of `bands` samples."""
    return taps - bands
