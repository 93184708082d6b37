"""Causal building blocks that give the same result on a whole signal and block by block.

Streamable convolutions (Caillon & Esling, "Streamable neural audio synthesis with non-causal convolutions", 2022,
section 3): instead of zeros, a block is padded with the end of the block before it, kept in a buffer. Used causally
throughout, as for low latency (Caspe et al., "Designing neural synthesizers for low-latency interaction", 2025).
Signals are [batch, channels, frames].
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MAX_BATCH = 4
LEAK = 0.2


class CachedPadding(nn.Module):
    """Puts `padding` frames before the input: zeros, or in streaming the frames that came before this block."""

    __constants__ = ["streaming", "padding"]

    def __init__(self, padding: int, channels: int) -> None:
        super().__init__()
        self.padding = padding
        self.channels = channels
        self.streaming = False

    def start_streaming(self) -> None:
        """Switches from zeros to the cache; at most `MAX_BATCH` batch rows from here on."""
        self.streaming = True
        self.register_buffer("pad", torch.zeros(MAX_BATCH, self.channels, self.padding))

    def forward(self, x: Tensor) -> Tensor:
        if self.streaming:
            batch = x.size(0)
            padded = torch.cat([self.pad[:batch], x], 2)
            self.pad[:batch].copy_(padded[:, :, -self.padding :])
            return padded
        return F.pad(x, (self.padding, 0))


class CausalConv1d(nn.Module):
    """Convolution that sees no later frame than the one it writes. Frames out equal frames in."""

    __constants__ = ["dilation", "groups"]

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int = 1, groups: int = 1, bias: bool = True) -> None:
        super().__init__()
        self.dilation = dilation
        self.groups = groups
        convolution = nn.Conv1d(inputs, outputs, kernel, groups=groups, bias=bias)
        self.weight = convolution.weight
        self.bias = convolution.bias
        self.cache = CachedPadding((kernel - 1) * dilation, inputs) if kernel > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return F.conv1d(self.cache(x), self.weight, self.bias, dilation=self.dilation, groups=self.groups)


class ResidualUnit(nn.Module):
    """x + conv1x1(act(dilated conv(act(x)))): one layer of a dilated residual stack (RAVE, section 3.3).

    The branch starts at a tenth of its usual scale, so that a fresh stack is close to the identity.
    """

    def __init__(self, channels: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.act = nn.LeakyReLU(LEAK)
        self.dilated = CausalConv1d(channels, channels, kernel, dilation)
        self.mix = CausalConv1d(channels, channels, 1)
        with torch.no_grad():
            self.mix.weight.mul_(0.1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(self.act(self.dilated(self.act(x))))


class Upsample(nn.Module):
    """Raises the frame rate by `factor` and goes to `outputs` channels.

    A causal convolution computes the `factor` phases of each frame as channels, which are then interleaved. With kernel 2
    that equals a transposed convolution of kernel 2 * factor, but it needs no cache on the output side.
    """

    __constants__ = ["outputs", "factor"]

    def __init__(self, inputs: int, outputs: int, factor: int) -> None:
        super().__init__()
        self.outputs = outputs
        self.factor = factor
        self.act = nn.LeakyReLU(LEAK)
        self.conv = CausalConv1d(inputs, outputs * factor, 2)

    def forward(self, x: Tensor) -> Tensor:
        phases = self.conv(self.act(x)).reshape(x.size(0), self.outputs, self.factor, x.size(2))
        return phases.permute(0, 1, 3, 2).reshape(x.size(0), self.outputs, x.size(2) * self.factor)


class Hold(nn.Module):
    """Raises the frame rate by `factor`, moving linearly from each value to the next over one input frame.

    Each value is repeated, then averaged over the last `factor` output frames.
    """

    def __init__(self, channels: int, factor: int) -> None:
        super().__init__()
        self.channels = channels
        self.factor = factor
        self.cache = CachedPadding(1, channels)
        ramp = torch.arange(1, factor + 1) / factor
        self.register_buffer("ramp", ramp.reshape(1, 1, 1, factor))

    def forward(self, x: Tensor) -> Tensor:
        padded = self.cache(x)
        before, after = padded[:, :, :-1].unsqueeze(3), x.unsqueeze(3)
        return (before + (after - before) * self.ramp).reshape(x.size(0), self.channels, x.size(2) * self.factor)


def start_streaming(module: nn.Module) -> None:
    """Switches every cached padding and oscillator bank inside `module` to streaming."""
    for part in module.modules():
        if part is not module and hasattr(part, "start_streaming"):
            part.start_streaming()
