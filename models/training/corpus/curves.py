"""Smooth random curves: of strengths, of filters, and of what turns."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def drift(rng: np.random.Generator, count: int, seconds: float, moves: float) -> Array:
    """A smooth random curve [count] of unit variance that turns about `moves` times a second over `seconds`."""
    knots = max(4, int(seconds * moves) + 4)
    points = rng.standard_normal(knots)
    place = np.linspace(1, knots - 2.001, count)
    index = place.astype(int)
    t = place - index
    a, b, c, d = (points[index + k] for k in (-1, 0, 1, 2 if knots > 4 else 1))
    # Catmull-Rom spline.
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def speed_curve(rng: np.random.Generator, count: int, seconds: float, base: float) -> Array:
    """Revolutions a second [count]: steady with a flutter, hunting, or running up and down."""
    style = rng.choice(["steady", "hunting", "runs"])
    move = {"steady": 0.01, "hunting": 0.08, "runs": 0.7}[str(style)]
    return np.asarray(
        base * 2 ** (move * drift(rng, count, seconds, rng.uniform(0.15, 1.5)) + 0.004 * drift(rng, count, seconds, 12))
    )
