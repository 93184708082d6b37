"""Variations of training audio: other speeds and other spectral tilts, so that an hour of audio teaches more than it holds.

RAVE's training varies its crops likewise (by speed, gain and phase); a tilt stands for another microphone, room or mix.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter, resample_poly

SPEEDS = ((3, 4), (4, 5), (5, 6), (7, 8), (9, 10), (10, 9), (8, 7), (6, 5), (5, 4), (4, 3))
"""Ratios of output to source samples: up to five semitones higher or lower."""
MARGIN = 32
"""Source samples beside a crop that is resampled, for the resampling filter's ends; half of them before it."""
STEEPEST_TILT_DB = 9.0


def source_samples(crop: int, speed: tuple[int, int]) -> int:
    """How many samples of the source `at_speed` needs for `crop` samples."""
    up, down = speed
    return -(-crop * down // up) + MARGIN


def at_speed(source: np.ndarray, crop: int, speed: tuple[int, int]) -> np.ndarray:
    """`crop` samples of `source` [`source_samples`], played faster or slower with its pitch."""
    up, down = speed
    first = MARGIN // 2 * up // down
    return resample_poly(source, up, down).astype(np.float32)[first : first + crop]


def tilted(clip: np.ndarray, rng: np.random.Generator, sample_rate: int) -> np.ndarray:
    """`clip` through a first-order shelf: raised above and lowered below a frequency of 300 Hz to 5 kHz, or the reverse.

    Both ends of the spectrum lie up to `STEEPEST_TILT_DB` apart.
    """
    gain = 10 ** (rng.uniform(-STEEPEST_TILT_DB, STEEPEST_TILT_DB) / 40)
    middle = np.tan(np.pi * 300 * (5000 / 300) ** rng.random() / sample_rate)
    # Bilinear transform of (gain s + middle) / (s + gain middle), times sqrt(gain) / gain at each end of the spectrum.
    forward = np.array([gain + middle, middle - gain])
    back = np.array([1 + gain * middle, gain * middle - 1])
    return lfilter(forward / back[0], back / back[0], clip).astype(np.float32)
