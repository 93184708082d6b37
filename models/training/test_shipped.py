"""Playability of the shipped models. Run: python3 -m unittest test_shipped -v

Speed is measured by `evaluate.py`, not tested here.
"""

from __future__ import annotations

import json
import unittest

import numpy as np

from card import ABOUT, MODELS
from evaluate import sweep
from measure import ExportedModel, measured_delay

LARGEST_FILE = 12e6
LONGEST_DELAY_SECONDS = 0.040
LEAST_CHANGE_DB = 3.0  # mean over 24 bands, between both ends of a dimension
LARGEST_STEP_DB = 12.0  # likewise, between settings half a unit apart


class Shipped(unittest.TestCase):
    models = {name: ExportedModel(str(MODELS / name / f"{name}.ts")) for name in ABOUT}

    def test_any_latent_gives_finite_audio(self) -> None:
        rng = np.random.default_rng(0)
        for model in self.models.values():
            jumps = rng.uniform(-3, 3, (model.latents, 200)).astype(np.float32)
            corners = rng.choice([-3.0, 3.0], (model.latents, 200)).astype(np.float32)
            for latents in (jumps, corners):
                audio = model.decode(latents)
                self.assertTrue(np.all(np.isfinite(audio)))
                self.assertGreater(float(np.std(audio)), 1e-4)

    def test_each_dimension_changes_the_sound_smoothly(self) -> None:
        for model in self.models.values():
            for index in range(model.latents):
                moved = sweep(model, index)
                self.assertGreater(moved.colour_db, LEAST_CHANGE_DB, f"dimension {index + 1}")
                self.assertLess(moved.largest_step_db, LARGEST_STEP_DB, f"dimension {index + 1}")

    def test_delay(self) -> None:
        """A burst comes out within 40 ms of going in; the sustained model needs longer than its filters alone."""
        rng = np.random.default_rng(1)
        burst = rng.standard_normal(2205) * np.hanning(2205) * 0.3
        audio = np.concatenate([np.zeros(22050), burst, np.zeros(22050)]).astype(np.float32)
        for model in self.models.values():
            lag = measured_delay(model.decode(model.encode(audio)), audio)
            self.assertGreater(lag, 0)
            self.assertLessEqual(lag / model.sample_rate, LONGEST_DELAY_SECONDS)

    def test_card_matches_the_file(self) -> None:
        for name, model in self.models.items():
            path = MODELS / name / f"{name}.ts"
            card = json.loads((MODELS / name / "card.json").read_text())
            self.assertLess(path.stat().st_size, LARGEST_FILE)
            self.assertEqual(card["sampleRate"], model.sample_rate)
            self.assertEqual(card["hop"], model.hop)
            self.assertEqual(card["delaySamples"], model.delay)
            self.assertEqual(len(card["dimensions"]), model.latents)
            self.assertTrue((MODELS / card["notice"]).is_file())


if __name__ == "__main__":
    unittest.main()
