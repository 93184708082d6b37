"""Losses that place the tones of the tone bank at the partials of the target, so that the noise branch plays the rest.

Spectral distances have almost no gradient that moves a partial from a wrong tone to the right one (it is zero where two peaks do not
overlap), and they are lower for a dense cluster of tones than for noise, because its spectrum is smoother. So the bank's
amplitudes are also compared, frame by frame, with the peaks that stand out of the target's spectrum: by how far the amplitude
would have to be carried along the frequency axis (the 1-D optimal transport of Torres, Peeters & Richard, "Unsupervised
harmonic parameter estimation using differentiable DSP and spectral optimal transport", 2024), by cross-entropy, and by level.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from model import Config

WINDOW = 4096
RELATIVE_FLOOR = math.log(10) * -45 / 20
ABSOLUTE_FLOOR = math.log(2e-4)
PROMINENCE = math.log(10) * 12 / 20
NEIGHBOURHOOD = 41  # bins, 440 Hz
QUIET = 1e-3


def tone_targets(audio: Tensor, config: Config) -> tuple[Tensor, Tensor]:
    """Amplitudes [batch, tones, n] of the partials of audio [batch, 512 n], each given to its nearest tone, and how far each
    lies from that tone in steps of the grid [batch, tones, n] (-0.5 to 0.5; 0 where there is none).

    One frame per hop, centred on the audio that the decoder plays in the middle of that latent frame (the analysis bank
    delays bands by half of `config.delay`, about half a hop). A partial is a spectral peak 12 dB above the mean log magnitude
    around it, where white noise stays below 11 dB or so, and not 45 dB under the frame's highest.
    """
    window = torch.blackman_window(WINDOW, device=audio.device)
    spectrum = torch.stft(audio, WINDOW, config.hop, window=window, return_complex=True)[:, :, : audio.size(1) // config.hop]
    logarithm = torch.log(spectrum.abs() * (2 / window.sum()) + 1e-9)
    around = F.avg_pool1d(logarithm.transpose(1, 2), NEIGHBOURHOOD, 1, NEIGHBOURHOOD // 2, count_include_pad=False).transpose(1, 2)
    before, here, after = (logarithm[:, i : i + logarithm.size(1) - 2] for i in range(3))
    floor = torch.maximum(around[:, 1:-1] + PROMINENCE, logarithm.amax(1, keepdim=True) + RELATIVE_FLOOR)
    peak = (here > before) & (here >= after) & (here > floor.clamp(min=ABSOLUTE_FLOOR))
    # Parabola through the three log magnitudes: its top is the partial's frequency and level.
    offset = torch.where(peak, 0.5 * (before - after) / (before - 2 * here + after - 1e-9), torch.zeros_like(here))
    height = torch.exp(here - 0.25 * (before - after) * offset)
    bins = torch.arange(1, logarithm.size(1) - 1, device=audio.device).reshape(1, -1, 1) + offset
    frequency = bins * (config.sample_rate / WINDOW)
    place = torch.log2(frequency / config.tone_lowest) * config.tones_per_octave
    tone = torch.round(place).long()
    inside = peak & (tone >= 0) & (tone < config.tones)
    empty = torch.zeros(audio.size(0), config.tones, logarithm.size(2), device=audio.device)
    index, height = tone.clamp(0, config.tones - 1), height * inside
    amplitudes = empty.scatter_add(1, index, height)
    offsets = empty.scatter_add(1, index, height * (place - tone))
    return amplitudes, offsets / (amplitudes + 1e-9)


def offset_distance(offsets: Tensor, wanted: Tensor, targets: Tensor) -> Tensor:
    """Mean absolute difference of tone offsets to those wanted, weighted by the target amplitudes, all [batch, tones, n]:
    steps of the grid, averaged over the frames that have partials."""
    total = targets.sum(1)
    per_frame = (torch.abs(offsets - wanted) * targets).sum(1) / (total + 1e-9)
    return per_frame.sum() / ((total > 0).sum() + 1e-6)


def tone_distances(amplitudes: Tensor, targets: Tensor, tones_per_octave: int) -> tuple[Tensor, Tensor, Tensor]:
    """Three distances of tone amplitudes to targets, both [batch, tones, n]: transport in octaves, relative entropy in nats
    (both over the frames that have partials), and level in nepers (over all frames, with a floor at -60 dB).
    """
    total = targets.sum(1)
    active = (total > 0).float()
    count = active.sum() + 1e-6
    wanted = targets / (total + 1e-9).unsqueeze(1)
    shares = (amplitudes + 1e-7) / (amplitudes + 1e-7).sum(1, keepdim=True)
    transport = torch.cumsum(shares - wanted, 1).abs().sum(1) / tones_per_octave
    entropy = (wanted * (torch.log(wanted + 1e-9) - torch.log(shares))).sum(1)
    level = 0.5 * torch.abs(torch.log((amplitudes**2).sum(1) + QUIET**2) - torch.log((targets**2).sum(1) + QUIET**2))
    return (transport * active).sum() / count, (entropy * active).sum() / count, level.mean()
