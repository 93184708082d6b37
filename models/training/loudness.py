"""Loudness of a recording from moment to moment, and its level above 8 kHz."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

from measure import Audio

WINDOW_SECONDS = 0.1
HOP_SECONDS = 0.05
QUIETEST = -50.0
RANGE_DB = 40.0
TREBLE_HZ = 8000.0
TREBLE_FLOOR_DB = -80.0


def k_weighted(audio: Audio, sample_rate: int) -> NDArray[np.float64]:
    """Audio [samples] through the two filters of ITU-R BS.1770-4, annex 1, for any sample rate (their analogue prototypes
    after De Man, "Evaluation of implementations of the EBU R128 loudness measurement", 2018)."""
    tangent = np.tan(np.pi * 1681.974450955533 / sample_rate)
    gain, quality = 10 ** (3.999843853973347 / 20), 0.7071752369554196
    middle = gain**0.4996667741545416
    scale = 1 + tangent / quality + tangent**2
    shelf = (
        np.array(
            [
                gain + middle * tangent / quality + tangent**2,
                2 * (tangent**2 - gain),
                gain - middle * tangent / quality + tangent**2,
            ]
        )
        / scale
    )
    shelf_poles = np.array([scale, 2 * (tangent**2 - 1), 1 - tangent / quality + tangent**2]) / scale
    tangent = np.tan(np.pi * 38.13547087602444 / sample_rate)
    quality = 0.5003270373238773
    scale = 1 + tangent / quality + tangent**2
    high_pass_poles = np.array([scale, 2 * (tangent**2 - 1), 1 - tangent / quality + tangent**2]) / scale
    shelved = lfilter(shelf, shelf_poles, audio.astype(np.float64))
    return np.asarray(lfilter([1.0, -2.0, 1.0], high_pass_poles, shelved))


def momentary_loudness(audio: Audio, sample_rate: int) -> NDArray[np.float64]:
    """Loudness of audio [samples] in LUFS [frames], in windows of 100 ms, half overlapping."""
    window, hop = int(WINDOW_SECONDS * sample_rate), int(HOP_SECONDS * sample_rate)
    if len(audio) < window:
        return np.zeros(0)
    power = np.lib.stride_tricks.sliding_window_view(k_weighted(audio, sample_rate) ** 2, window)[::hop].mean(axis=1)
    return np.asarray(-0.691 + 10 * np.log10(power + 1e-12))


@dataclass(frozen=True)
class LoudnessError:
    """Mean difference of momentary loudness in dB, absolute and signed (positive: louder than the target)."""

    decibels: float
    signed_decibels: float


def loudness_error(output: Audio, target: Audio, sample_rate: int) -> LoudnessError:
    """Over the target's windows above -50 LUFS and not 40 dB under its loudest."""
    wanted, given = momentary_loudness(target, sample_rate), momentary_loudness(output, sample_rate)
    heard = wanted > max(QUIETEST, wanted.max(initial=-120.0) - RANGE_DB)
    if not heard.any():
        return LoudnessError(float("nan"), float("nan"))
    difference = np.maximum(given[heard], -90) - wanted[heard]
    return LoudnessError(float(np.mean(np.abs(difference))), float(np.mean(difference)))


def treble_db(audio: Audio, sample_rate: int) -> float:
    """RMS level in dBFS of audio [samples] above 8 kHz, not under -80."""
    filtered = sosfilt(butter(8, TREBLE_HZ, "highpass", fs=sample_rate, output="sos"), audio.astype(np.float64))
    return float(max(TREBLE_FLOOR_DB, 10 * np.log10(np.mean(filtered**2) + 1e-12)))
