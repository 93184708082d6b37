"""The gain of an exported model's output, which makes up for a part of the level that training with medians loses.

The log-magnitude distance is least where the output's level is a median, which lies below the mean level of what is played; the
mean loudness error is least a few decibels higher. The gain is chosen between the two, bounded by the rise of the distance.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from data import CropSampler
from losses import FLOOR, FULL_SIZES, magnitudes
from loudness import loudness_error
from model import Autoencoder

MOST_GAIN_DB = 6.0
STEP_DB = 0.25


def distances(outputs: Tensor, targets: Tensor, gains_db: np.ndarray) -> np.ndarray:
    """`losses.log_distance` of `outputs` [rows, samples] to `targets` at each of `gains_db`, from one set of spectra."""
    sums = np.zeros(len(gains_db))
    for size in FULL_SIZES:
        given, wanted = magnitudes(outputs, size), torch.log(magnitudes(targets, size) + FLOOR)
        for index, gain in enumerate(gains_db):
            scaled = torch.log(given * 10 ** (float(gain) / 20) + FLOOR)
            sums[index] += float(torch.mean(torch.abs(scaled - wanted))) / len(FULL_SIZES)
    return sums


def output_gain(model: Autoencoder, sampler: CropSampler, batches: int = 12, tolerance: float = 0.01) -> float:
    """The gain in dB, from 0 to `MOST_GAIN_DB`, that removes most of the mean signed loudness error (K-weighted) of the model's
    reconstructions of training crops, without raising their distance by more than `tolerance`; 0 for a model that is too loud.
    """
    model.eval()
    delay, rate = model.config.delay, model.config.sample_rate
    outputs, targets = [], []
    with torch.no_grad():
        for _ in range(batches):
            audio = torch.from_numpy(sampler.batch(4)).unsqueeze(1)
            outputs.append(model(audio)[:, 0, delay:])
            targets.append(audio[:, 0, : audio.size(2) - delay])
        output, target = torch.cat(outputs), torch.cat(targets)
        errors = [loudness_error(a, b, rate).signed_decibels for a, b in zip(output.numpy(), target.numpy())]
        known = [error for error in errors if np.isfinite(error)]
        bias = -float(np.mean(known)) if known else 0.0
        gains = np.arange(0, min(bias, MOST_GAIN_DB) + 1e-9, STEP_DB)
        if len(gains) < 2:
            return 0.0
        raised = distances(output, target, gains)
    return float(gains[np.flatnonzero(raised <= raised[0] + tolerance)[-1]])
