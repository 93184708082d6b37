"""Self-checks of training that goes on from an exported model. Run: python3 -m unittest test_warm_start -v"""

from __future__ import annotations

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import torch

from blend import blended
from losses import log_distance
from model import Autoencoder, noise_like
from small_models import CONFIG, EVERY_OPTION, export_to, small_run, train_to, write_noise
from train import configuration, parse
from warm_start import bundled, grown, open_exported


class WarmStart(unittest.TestCase):
    """Training that goes on from an exported model."""

    def setUp(self) -> None:
        torch.manual_seed(5)
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.audio = torch.randn(2, 1, 512 * 16) * 0.1

    def heard(self, model: Autoencoder) -> torch.Tensor:
        """What `model` makes of the test's audio, with the same noise each time."""
        torch.manual_seed(6)
        with torch.no_grad():
            return model.eval()(self.audio)

    def test_an_exported_model_comes_back_whole(self) -> None:
        """Sizes and weights, of the plainest and of the fullest model; also after the file has played something."""
        for config in (CONFIG, EVERY_OPTION, replace(CONFIG, tone_lowest=41.203, tones_per_octave=24, tones=40)):
            with self.subTest(config=config):
                model = Autoencoder(config).eval()
                export_to(self.folder / "model.ts", model, gain_db=2.0)
                again = open_exported(self.folder / "model.ts")
                self.assertEqual(again.config, config)
                torch.testing.assert_close(self.heard(again), self.heard(model))

    def test_the_bundled_models_open(self) -> None:
        for name in ("percussion", "voices"):
            with self.subTest(name=name):
                path = Path(__file__).resolve().parent.parent / name / f"{name}.ts"
                self.assertEqual(open_exported(path).config, configuration(name, []))

    def test_a_grown_model_sounds_as_before(self) -> None:
        """With more latents, a longer encoder, clicks, and tones between the old ones that can be bent."""
        old = Autoencoder(CONFIG).eval()
        settings = {"latents": 12, "encoder_dilations": (1, 2, 1, 4), "clicks": True, "tone_bend": 0.6}
        finer = {"tones_per_octave": 24, "tones": 40}
        for changes in (settings, finer):
            with self.subTest(changes=changes):
                new = grown(old, changes)
                self.assertEqual(new.config, replace(CONFIG, **changes))
                expected, given = self.heard(old), self.heard(new)
                # New tones start at an amplitude of 1e-4 each, and phases differ between grids: levels are what is compared.
                self.assertAlmostEqual(float(given.std() / expected.std()), 1.0, delta=0.05)
                if "tones" not in changes:
                    torch.testing.assert_close(given, expected, atol=1e-3, rtol=0)

    def test_new_clicks_are_silent_in_a_trained_model(self) -> None:
        """Activations of a trained model are many times those of a fresh one: clicks that started at a tenth of their weights were
        inaudible in the latter, and 30 % of percussion's distance in the former."""
        old = open_exported(bundled("voices"))
        self.assertFalse(old.config.clicks)
        new = grown(old, {"clicks": True})
        target = self.audio[:, 0, : -old.config.delay]
        expected, given = (log_distance(self.heard(model)[:, 0, old.config.delay :], target) for model in (old, new))
        self.assertAlmostEqual(float(given), float(expected), delta=0.01)

    def test_a_blend_lies_between_start_and_checkpoint(self) -> None:
        start, trained = Autoencoder(CONFIG), grown(Autoencoder(CONFIG), {"clicks": True})
        checkpoint = {"config": trained.config.as_dict(), "average": trained.state_dict(), "step": 7}
        torch.manual_seed(7)
        ends = {share: blended(start, checkpoint, share) for share in (0.0, 0.5, 1.0)}
        first, last = start.encoder.head.weight, trained.encoder.head.weight
        for share, state in ends.items():
            self.assertEqual(state["step"], 7)
            torch.testing.assert_close(state["average"]["encoder.head.weight"], first + share * (last - first))
        model = Autoencoder(trained.config)
        model.load_state_dict(ends[0.0]["average"])
        torch.testing.assert_close(self.heard(model), self.heard(start), atol=1e-3, rtol=0)
        other = {**checkpoint, "config": replace(CONFIG, encoder_width=32).as_dict()}
        with self.assertRaisesRegex(ValueError, "other sizes"):
            blended(start, other, 0.5)

    def test_what_was_added_learns(self) -> None:
        new = grown(Autoencoder(CONFIG), {"latents": 12, "clicks": True, "tone_bend": 0.6, "tones_per_octave": 24, "tones": 40})
        bands = new.analysis(self.audio)
        mean, _ = new.encode(bands)
        new.decoder(mean, noise_like(bands)).square().mean().backward()
        decoder = new.decoder
        self.assertGreater(float(decoder.click_amplitude.weight.grad.abs().max()), 0.0)
        self.assertGreater(float(decoder.tone_offset.weight.grad.abs().max()), 0.0)
        self.assertGreater(float(decoder.start.weight.grad[:, CONFIG.latents :].abs().max()), 0.0)
        self.assertGreater(float(decoder.tone_amplitude.weight.grad[1::2].abs().max()), 0.0)

    def test_sizes_that_cannot_change_are_refused(self) -> None:
        old = Autoencoder(CONFIG)
        for changes, message in (
            ({"encoder_width": 32}, "keeps its encoder_width"),
            ({"latents": 4}, "not taken away"),
            ({"encoder_dilations": (1,)}, "not taken away"),
            ({"tones": 10}, "leaves out"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                grown(old, changes)

    def test_other_files_are_refused(self) -> None:
        (self.folder / "text.ts").write_text("no model")
        torch.jit.script(torch.nn.Linear(2, 2)).save(str(self.folder / "linear.ts"))
        for file, message in (("text.ts", "cannot be read"), ("missing.ts", "cannot be read"), ("linear.ts", "not of the kind")):
            with self.assertRaisesRegex(ValueError, message):
                open_exported(self.folder / file)

    def test_a_run_starts_from_the_file_and_resumes_from_its_own_checkpoint(self) -> None:
        write_noise(self.folder)
        model = Autoencoder(CONFIG)
        export_to(self.folder / "old.ts", model)
        (self.folder / "card.json").write_text('{"steps": 70, "trainingHours": 0.5}')
        words = ["--from", str(self.folder / "old.ts"), "--tones-first", "0"]
        run = small_run(self.folder, "run", *words)
        torch.testing.assert_close(run.model.state_dict(), model.state_dict())
        train_to(run, 2)
        again = small_run(self.folder, "run", *words)
        self.assertEqual(again.step, 2)
        self.assertFalse(torch.equal(again.model.encoder.head.weight, model.encoder.head.weight))
        state = torch.load(self.folder / "run" / "checkpoint.pt")
        self.assertEqual(state["before"], {"file": "old.ts", "steps": 70, "seconds": 1800.0})
        with self.assertRaisesRegex(SystemExit, "cannot be read"):
            small_run(self.folder, "other", "--from", str(self.folder / "none.ts"))

    def test_defaults_of_a_run_that_starts_from_a_model(self) -> None:
        fresh, on = parse(["n", "--run", "r"]), parse(["n", "--run", "r", "--from", "percussion"])
        self.assertEqual((fresh.tones_first, on.tones_first), (2000, 0))
        self.assertLess(on.rate, fresh.rate)


if __name__ == "__main__":
    unittest.main()
