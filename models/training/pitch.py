"""A pitch tracker: YIN (de Cheveigné & Kawahara, "YIN, a fundamental frequency estimator for speech and music", 2002)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measure import Audio

WINDOW_SECONDS = 0.05
HOP_SECONDS = 0.01
LOWEST_HZ = 50.0
HIGHEST_HZ = 2000.0
THRESHOLD = 0.15  # absolute threshold of step 4
TONAL = 0.1  # share of the window's power that does not repeat, at most, for a frame to count as tonal


@dataclass(frozen=True)
class PitchTrack:
    """One value for each 10 ms, all [frames]: fundamental in Hz, aperiodicity (0 periodic to about 1), level in dBFS."""

    hertz: NDArray[np.float64]
    aperiodicity: NDArray[np.float64]
    level_db: NDArray[np.float64]


def normalised_difference(frames: NDArray[np.float64], window: int, longest: int) -> NDArray[np.float64]:
    """Cumulative-mean-normalised difference d'(lag) [frames, longest + 1] of frames [frames, window + longest] (eqs. 6 and 8)."""
    size = 1 << int(np.ceil(np.log2(frames.shape[1] + window)))
    spectrum = np.fft.rfft(frames, size)
    head = np.fft.rfft(frames[:, :window], size)
    correlation = np.fft.irfft(spectrum * np.conj(head), size)[:, : longest + 1]
    energy = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    lags = np.arange(longest + 1)
    difference = energy[:, window : window + 1] + energy[:, lags + window] - energy[:, lags] - 2 * correlation
    difference = np.maximum(difference, 0)
    running = np.cumsum(difference[:, 1:], axis=1)
    normalised = np.ones_like(difference)
    normalised[:, 1:] = difference[:, 1:] * lags[1:] / np.maximum(running, 1e-12)
    return normalised


def first_dip(curve: NDArray[np.float64], shortest: int) -> int:
    """The lag of the first local minimum under the threshold (step 4), or of the lowest value where there is none."""
    inner = curve[shortest:-1]
    low = (inner < THRESHOLD) & (inner <= curve[shortest - 1 : -2]) & (inner < curve[shortest + 1 :])
    found = np.flatnonzero(low)
    return shortest + int(found[0] if len(found) else np.argmin(inner))


def track_pitch(audio: Audio, sample_rate: int) -> PitchTrack:
    """Pitch of audio [samples] between 50 Hz and 2 kHz. Frame n looks at 50 ms and one longest period from n * 10 ms on."""
    window, hop = int(WINDOW_SECONDS * sample_rate), int(HOP_SECONDS * sample_rate)
    longest, shortest = int(np.ceil(sample_rate / LOWEST_HZ)) + 1, int(sample_rate / HIGHEST_HZ)
    if len(audio) < window + longest:
        nothing = np.zeros(0)
        return PitchTrack(nothing, nothing, nothing)
    frames = np.lib.stride_tricks.sliding_window_view(audio.astype(np.float64), window + longest)[::hop]
    hertz, aperiodicity = np.zeros(len(frames)), np.ones(len(frames))
    for start in range(0, len(frames), 256):
        part = frames[start : start + 256]
        for row, curve in enumerate(normalised_difference(part, window, longest)):
            lag = first_dip(curve, shortest)
            before, here, after = curve[lag - 1 : lag + 2]
            bend = before - 2 * here + after
            # Step 5: the top of a parabola through the dip and its neighbours.
            offset = 0.5 * (before - after) / bend if bend > 1e-12 else 0.0
            hertz[start + row] = sample_rate / (lag + np.clip(offset, -1, 1))
            aperiodicity[start + row] = here - 0.25 * (before - after) * offset
    level = 10 * np.log10(np.mean(frames[:, :window] ** 2, axis=1) + 1e-12)
    return PitchTrack(hertz, aperiodicity, level)


@dataclass(frozen=True)
class PitchError:
    """Median distance in cents over the target's tonal frames, the share of them within 50 cents, and how many there are."""

    cents: float
    within_50: float
    frames: int


def pitch_error(output: Audio, target: Audio, sample_rate: int) -> PitchError:
    """Pitch of the output against the target's [samples], on the frames where the target has one above -50 dBFS.

    Octave errors count in full; where the output has no clear pitch, its nearest candidate is taken.
    """
    wanted, given = track_pitch(target, sample_rate), track_pitch(output, sample_rate)
    tonal = (wanted.aperiodicity < TONAL) & (wanted.level_db > -50)
    if not tonal.any():
        return PitchError(float("nan"), float("nan"), 0)
    cents = np.abs(1200 * np.log2(given.hertz[tonal] / wanted.hertz[tonal]))
    return PitchError(float(np.median(cents)), float(np.mean(cents < 50)), int(tonal.sum()))
