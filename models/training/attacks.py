"""Onsets of a recording, how fast each rises, and how far a reconstruction's rise is from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import hilbert

from measure import Audio

SMOOTHING_SECONDS = 0.001
BEFORE_SECONDS = 0.012
AFTER_SECONDS = 0.05
APART_SECONDS = 0.08
LEAST_RISE_DB = 12.0
QUIETEST_DB = -40.0  # under the recording's loudest moment


def envelope(audio: Audio, sample_rate: int) -> NDArray[np.float64]:
    """Amplitude [samples] of audio [samples]: of the analytic signal, as an RMS over a Hann window of 1 ms."""
    window = np.hanning(int(SMOOTHING_SECONDS * sample_rate) + 2)[1:-1]
    power = np.abs(hilbert(audio.astype(np.float64))) ** 2
    return np.sqrt(np.maximum(np.convolve(power, window / window.sum(), mode="same"), 0) + 1e-14)


def find_onsets(audio: Audio, sample_rate: int) -> NDArray[np.int64]:
    """Samples at which the level of audio [samples] rises most steeply, where it rises by 12 dB within 20 ms; 80 ms apart."""
    step = int(0.002 * sample_rate)
    level = envelope(audio, sample_rate)
    amplitude = np.sqrt(np.mean(level[: len(level) // step * step].reshape(-1, step) ** 2, axis=1))
    frames = 20 * np.log10(amplitude)
    ahead, behind = 10, 5
    onsets: list[int] = []
    loudest = frames.max(initial=-140.0)
    for n in range(behind, len(frames) - ahead):
        before = max(float(frames[n - behind : n].mean()), loudest - 60)
        peak = float(frames[n : n + ahead].max())
        if peak - before < LEAST_RISE_DB or peak < loudest + QUIETEST_DB:
            continue
        onset = (n + int(np.argmax(np.diff(amplitude[n - 1 : n + 2 * ahead])))) * step
        if not onsets or onset - onsets[-1] >= APART_SECONDS * sample_rate:
            onsets.append(onset)
    return np.array(onsets, dtype=np.int64)


def rise_seconds(level: NDArray[np.float64], sample_rate: int) -> float:
    """Time from 10 to 90 % of the way up from the least to the greatest value of an envelope [samples].

    From the last moment under 10 % before the greatest value to the first one at 90 % after that, both interpolated.
    """
    high = int(np.argmax(level))
    bottom, top = float(level[: high + 1].min()), float(level[high])
    low_edge, high_edge = bottom + 0.1 * (top - bottom), bottom + 0.9 * (top - bottom)
    if high == 0 or top <= bottom:
        return 0.0
    start = int(np.flatnonzero(level[:high] <= low_edge)[-1])
    end = start + int(np.argmax(level[start : high + 1] >= high_edge))

    def crossing(after: int, edge: float) -> float:
        below, above = level[after - 1], level[after]
        return after - 1 + (edge - below) / (above - below)

    return float(crossing(end, high_edge) - crossing(start + 1, low_edge)) / sample_rate


@dataclass(frozen=True)
class AttackError:
    """Mean difference of rise times in ms, absolute and signed (positive: slower than the target), over `onsets` onsets."""

    milliseconds: float
    signed_milliseconds: float
    onsets: int


def attack_error(output: Audio, target: Audio, sample_rate: int) -> AttackError:
    """Rise times of the output at the target's onsets, from 12 ms before each to 50 ms after, against the target's."""
    before, after = int(BEFORE_SECONDS * sample_rate), int(AFTER_SECONDS * sample_rate)
    wanted, given = envelope(target, sample_rate), envelope(output, sample_rate)
    onsets = [n for n in find_onsets(target, sample_rate) if n >= before and n + after <= len(target)]
    if not onsets:
        return AttackError(float("nan"), float("nan"), 0)
    differences = np.array(
        [
            rise_seconds(given[n - before : n + after], sample_rate) - rise_seconds(wanted[n - before : n + after], sample_rate)
            for n in onsets
        ]
    )
    return AttackError(float(np.mean(np.abs(differences)) * 1000), float(np.mean(differences) * 1000), len(onsets))
