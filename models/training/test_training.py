"""Self-checks of the data, of training and of resuming it. Run: python3 -m unittest test_training -v"""

from __future__ import annotations

import itertools
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch

from data import CropSampler
from measure import figure, noise_baseline
from midi import variable_length
from model import Config
from small_models import small_run, train_to, write_noise
from train import configuration
from variations import SPEEDS, STEEPEST_TILT_DB, at_speed, source_samples, tilted


class Data(unittest.TestCase):
    def test_crops_are_seeded_bounded_and_seldom_silent(self) -> None:
        audio = np.zeros(200_000, dtype=np.int16)
        audio[100_000:] = np.random.default_rng(0).integers(-32768, 32767, 100_000)
        first = CropSampler(audio, 4096, np.random.default_rng(1)).batch(60)
        again = CropSampler(audio, 4096, np.random.default_rng(1)).batch(60)
        self.assertTrue(np.array_equal(first, again))
        self.assertLessEqual(float(np.abs(first).max()), 1.0)
        silent = np.mean(np.all(first == 0, axis=1))
        self.assertGreater(silent, 0.0)
        self.assertLess(silent, 0.3)

    def test_varied_crops_are_seeded_and_bounded(self) -> None:
        audio = np.random.default_rng(0).integers(-32768, 32767, 100_000).astype(np.int16)
        first = CropSampler(audio, 4099, np.random.default_rng(1), 0.5).batch(60)
        again = CropSampler(audio, 4099, np.random.default_rng(1), 0.5).batch(60)
        self.assertTrue(np.array_equal(first, again))
        self.assertFalse(np.array_equal(first, CropSampler(audio, 4099, np.random.default_rng(1)).batch(60)))
        self.assertLessEqual(float(np.abs(first).max()), 1.0)

    def test_another_speed_moves_the_pitch_and_keeps_the_level(self) -> None:
        crop = 4099
        for speed in SPEEDS:
            count = source_samples(crop, speed)
            played = at_speed(np.sin(2 * np.pi * 0.01 * np.arange(count)).astype(np.float32), crop, speed)
            expected = 0.01 * speed[1] / speed[0]
            basis = np.exp(-2j * np.pi * expected * np.arange(crop)) * np.hanning(crop)
            self.assertEqual(len(played), crop)
            self.assertAlmostEqual(float(2 * abs(np.sum(basis * played)) / np.sum(np.hanning(crop))), 1.0, delta=0.01)

    def test_a_tilt_is_even_about_its_middle_and_bounded(self) -> None:
        impulse = np.zeros(65536, dtype=np.float32)
        impulse[0] = 1
        ends = set()
        for seed in range(20):
            response = 20 * np.log10(np.abs(np.fft.rfft(tilted(impulse, np.random.default_rng(seed), 44100))))
            self.assertAlmostEqual(float(response[0] + response[-1]), 0.0, delta=0.01)
            self.assertLessEqual(float(np.abs(response).max()), STEEPEST_TILT_DB / 2 + 0.01)
            ends.add(bool(response[-1] > 0))
        self.assertEqual(ends, {False, True})

    def test_midi_lengths_follow_the_standard(self) -> None:
        """The examples of the Standard MIDI File specification."""
        examples = {0x40: "40", 0x80: "8100", 0x2000: "c000", 0x3FFF: "ff7f", 0x0FFFFFFF: "ffffff7f"}
        for value, expected in examples.items():
            self.assertEqual(variable_length(value).hex(), expected)

    def test_noise_baseline_keeps_the_level(self) -> None:
        rng = np.random.default_rng(2)
        audio = (rng.standard_normal(44100) * np.linspace(0.01, 0.3, 44100)).astype(np.float32)
        baseline = noise_baseline(audio)
        self.assertAlmostEqual(float(np.std(baseline) / np.std(audio)), 1.0, delta=0.1)
        self.assertAlmostEqual(figure(baseline, audio), np.log(2), delta=0.06)
        self.assertLess(abs(float(np.corrcoef(baseline, audio)[0, 1])), 0.05)


class Training(unittest.TestCase):
    def test_resumed_run_equals_an_unbroken_one(self) -> None:
        """Six steps in one go and in two halves end at the same weights, in both stages."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_noise(folder)
            bent = ["--set", "tone_bend=0.6", "--adversarial-after", "3", "--discriminator", "spectrograms"]
            second = ["--adversarial-from", str(folder / "whole" / "checkpoint.pt")]
            for kind, extra in (("", []), ("-bent", bent), ("-2", second)):
                whole = train_to(small_run(folder, f"whole{kind}", *extra), 6)
                train_to(small_run(folder, f"halves{kind}", *extra), 3)
                halves = train_to(small_run(folder, f"halves{kind}", *extra), 6)
                for key, value in whole.items():
                    torch.testing.assert_close(halves[key], value, msg=key)
            before = torch.load(folder / "whole" / "checkpoint.pt")["average"]
            self.assertTrue(torch.equal(before["encoder.head.weight"], whole["encoder.head.weight"]))
            self.assertFalse(torch.equal(before["decoder.wave.weight"], whole["decoder.wave.weight"]))

    def test_a_short_run_is_logged_and_evaluated_at_its_end(self) -> None:
        """Fewer steps than one interval used to leave no log to draw a card from; and to run it again adds nothing."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_noise(folder)
            for _ in range(2):
                run = small_run(folder, "run", "--steps", "4", "--log-every", "100", "--evaluate-every", "100")
                with mock.patch("signal.signal"):
                    run.train()
                for file in ("log.csv", "held-out.csv"):
                    rows = (folder / "run" / file).read_text().splitlines()
                    self.assertEqual([row.split(",")[0] for row in rows], ["step", "4"])

    def test_processor_time_adds_up_over_interruptions(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_noise(folder)
            stored = []
            for steps in ("2", "4"):
                run = small_run(folder, "run", "--steps", steps)
                with mock.patch("signal.signal"), mock.patch("time.process_time", itertools.count(100.0, 5.0).__next__):
                    run.train()
                stored.append(torch.load(folder / "run" / "checkpoint.pt")["processorSeconds"])
            self.assertEqual(stored, [10.0, 20.0])

    def test_slow_steps_are_stored_in_time(self) -> None:
        """On a busy machine the interval in steps can take half an hour."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_noise(folder)
            run = small_run(folder, "run", "--save-every", "1000")
            stored = []
            with mock.patch("signal.signal"), mock.patch("train.SAVE_SECONDS", -1.0):
                with mock.patch.object(run, "store", lambda: stored.append(run.step)):
                    run.train()
            self.assertEqual(stored[:6], [1, 2, 3, 4, 5, 6])

    def test_settings_of_sizes(self) -> None:
        config = configuration("percussion", ["latents=16", "encoder_dilations=(1,2,4)"])
        self.assertEqual((config.latents, config.encoder_dilations), (16, (1, 2, 4)))
        self.assertEqual(Config.from_dict(config.as_dict()), config)
        with self.assertRaisesRegex(SystemExit, "no latent$"):
            configuration("percussion", ["latent=16"])

    def test_a_checkpoint_of_other_sizes_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_noise(folder)
            small_run(folder, "run").store()
            with self.assertRaisesRegex(SystemExit, "other sizes"):
                small_run(folder, "run", "--set", "latents=9")

    def test_a_discriminator_joins_when_asked(self) -> None:
        """Its columns are empty before, and filled from that step on."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_noise(folder)
            for kind in ("bands", "spectrograms"):
                run = small_run(folder, kind, "--adversarial-after", "3", "--discriminator", kind)
                rows = [run.train_step() for _ in range(5)]
                self.assertEqual([np.isfinite(row["adversarial"]) for row in rows], [False, False, False, True, True])
                self.assertEqual(len({tuple(row) for row in rows}), 1)

    def test_a_loss_that_is_not_finite_leaves_the_weights(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_noise(folder)
            run = small_run(folder, "run", "--weight", "tones=nan", "--tones-first", "0")
            before = run.model.decoder.wave.weight.clone()
            with self.assertRaisesRegex(FloatingPointError, "nan.* at step 0"):
                run.train_step()
            self.assertTrue(torch.equal(before, run.model.decoder.wave.weight))


if __name__ == "__main__":
    unittest.main()
