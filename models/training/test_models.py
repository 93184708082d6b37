"""Self-checks of the filter bank, the streaming export and the figures. Run: python3 -m unittest test_models -v"""

from __future__ import annotations

import copy
import itertools
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import soundfile as sf
import torch

from blend import blended
from blocks import MAX_BATCH
from calibration import distances, output_gain
from data import CropSampler
from export import LatentBasis, aligned, latent_basis, streaming_script
from losses import log_distance, loudness_distance
from measure import figure, noise_baseline
from midi import variable_length
from model import BANDS, Autoencoder, ClickBank, Config, ToneBank, noise_like, tone_frequencies
from pqmf import Analysis, Synthesis, delay_samples, filters
from tones import offset_distance, tone_distances, tone_targets
from train import Run, configuration, parse
from variations import SPEEDS, STEEPEST_TILT_DB, at_speed, source_samples, tilted
from warm_start import bundled, grown, open_exported

CONFIG = Config(encoder_width=24, widths=(32, 24, 16, 12), tones=20)
EVERY_OPTION = replace(CONFIG, latents=12, envelope_steps=16, encoder_dilations=(1, 2, 4, 1), tone_bend=0.6, clicks=True)


def random_basis(latents: int) -> LatentBasis:
    """An arbitrary orthonormal basis with uneven scales."""
    rotation, _ = torch.linalg.qr(torch.randn(latents, latents))
    return LatentBasis(rotation, torch.randn(latents), torch.rand(latents) + 0.5, torch.linspace(0.3, 1.0, latents))


def quiet_model(config: Config = CONFIG) -> Autoencoder:
    """A small model whose encoder samples with its least deviation and whose noise branch is silent."""
    model = Autoencoder(config)
    with torch.no_grad():
        model.encoder.head.weight[config.latents :] = 0
        model.encoder.head.bias[config.latents :] = -50
        model.decoder.noise_bank.split.weight.zero_()
    return model.eval()


class FilterBank(unittest.TestCase):
    def setUp(self) -> None:
        self.responses = filters(512, BANDS, 90.0)
        self.analysis, self.synthesis = Analysis(self.responses), Synthesis(self.responses)
        torch.manual_seed(1)

    def test_reconstructs_to_a_pure_delay(self) -> None:
        audio = torch.randn(1, 1, 16000)
        delay = delay_samples(512, BANDS)
        output = self.synthesis(self.analysis(audio))
        error = output[0, 0, 1000:] - audio[0, 0, 1000 - delay : -delay]
        self.assertLess(20 * np.log10(float(error.std())), -60)

    def test_keeps_energy(self) -> None:
        audio = torch.randn(1, 1, 160000)
        bands = self.analysis(audio)
        self.assertAlmostEqual(float((bands**2).sum() / (audio**2).sum()), 1.0, delta=0.02)

    def test_tone_bank_sounds_at_its_frequencies(self) -> None:
        """Also where tones are bent by half a semitone."""
        config = Config()
        bank = ToneBank(config, self.responses).eval()
        for bend in (0.0, -0.5, 0.5):
            speeds = torch.full((1, config.tones, 512), 2 ** (bend / 12))
            for tone in (30, 60, 90):
                amplitudes = torch.zeros(1, config.tones, 4096)
                amplitudes[:, tone] = 1
                audio = self.synthesis(bank(amplitudes, speeds))[0, 0, 2048:].detach().numpy()
                spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
                peak = np.argmax(spectrum) * config.sample_rate / len(audio)
                self.assertAlmostEqual(peak, tone_frequencies(config)[tone] * 2 ** (bend / 12), delta=1.0)
                self.assertAlmostEqual(float(np.abs(audio).max()), 1.0, delta=0.03)

    def test_tones_glide_without_a_break(self) -> None:
        """A bend that moves each frame leaves no step in the waveform: its second difference stays that of a sine."""
        config = Config()
        bank = ToneBank(config, self.responses).eval()
        amplitudes = torch.zeros(1, config.tones, 4096)
        amplitudes[:, 36] = 1
        speeds = (2 ** (torch.linspace(-0.5, 0.5, 512) / 12)).repeat(1, config.tones, 1)
        audio = self.synthesis(bank(amplitudes, speeds))[0, 0, 2048:].detach().numpy()
        highest = 2 * np.pi * tone_frequencies(config)[36] * 2 ** (0.5 / 12) / config.sample_rate
        self.assertLess(float(np.abs(np.diff(audio, 2)).max()), 1.1 * highest**2)

    def test_click_is_short_flat_and_prompt(self) -> None:
        """One impulse in all bands: most energy within 2 ms, 1.1 ms after its place, and no octave far from the others."""
        bank = ClickBank(self.responses)
        amplitudes = torch.zeros(1, BANDS, 200)
        amplitudes[:, :, 100] = 1
        audio = self.synthesis(bank(amplitudes))[0, 0].detach().numpy()
        # Synthesis alone delays by half of the bank's 496 samples.
        centre = 100 * BANDS + delay_samples(512, BANDS) // 2 + 3 * BANDS
        self.assertGreater(float(np.sum(audio[centre - 44 : centre + 44] ** 2) / np.sum(audio**2)), 0.9)
        power = np.abs(np.fft.rfft(audio, 4096)) ** 2
        octaves = [10 * np.log10(power[2**k : 2 ** (k + 1)].mean()) for k in range(4, 11)]
        self.assertLess(max(octaves) - min(octaves), 3.0)


class Streaming(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(2)

    def run_blocks(self, method, signal: torch.Tensor, sizes: list[int]) -> torch.Tensor:
        return torch.cat([method(part) for part in torch.split(signal, sizes, dim=2)], 2)

    def test_blocks_equal_one_pass(self) -> None:
        """Encoder and decoder, called with uneven blocks, against the whole signal through the non-streaming model."""
        for config in (CONFIG, EVERY_OPTION):
            with self.subTest(config=config):
                self.compare_blocks(config)

    def compare_blocks(self, config: Config) -> None:
        audio = torch.randn(2, 1, 512 * 12) * 0.1
        model, basis = quiet_model(config), random_basis(config.latents)
        with torch.no_grad():
            mean, _ = model.encode(model.analysis(audio))
            expected_latents = torch.einsum("ij,bjt->bit", basis.rotation, mean - basis.mean[:, None]) / basis.scale[:, None]
            expected_audio = model.synthesis(model.decoder(mean, torch.zeros(2, BANDS, 32 * 12)))
            script = streaming_script(model, basis, config.latents)
            latents = self.run_blocks(script.encode, audio, [512, 1536, 512, 512, 3072])
            decoded = self.run_blocks(script.decode, expected_latents, [2, 1, 5, 4])
        self.assertGreater(float(expected_audio.std()), 1e-4)
        # The posterior's least deviation is 1e-3.
        torch.testing.assert_close(latents, expected_latents, atol=2e-2, rtol=0)
        torch.testing.assert_close(decoded, expected_audio, atol=2e-5, rtol=0)

    def test_each_option_changes_the_decoder(self) -> None:
        """An option that is switched on reaches the output: its weights get a gradient."""
        model = Autoencoder(EVERY_OPTION)
        z = torch.randn(2, EVERY_OPTION.latents, 16)
        model.decoder(z, noise_like(torch.zeros(2, BANDS, 512))).square().mean().backward()
        for part in (model.decoder.tone_offset, model.decoder.click_amplitude):
            self.assertGreater(float(part.weight.grad.abs().max()), 0.0)

    def test_saved_file_has_the_interface(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.ts"
            streaming_script(quiet_model(), random_basis(CONFIG.latents), 5, licence="CC0-1.0").save(str(path))
            loaded = torch.jit.load(str(path))
        self.assertEqual(loaded.encode_params.tolist(), [1, 1, 5, 512])
        self.assertEqual(loaded.decode_params.tolist(), [5, 512, 1, 1])
        self.assertEqual(loaded.licence, "CC0-1.0")
        self.assertEqual(loaded.get_methods(), ["encode", "decode", "forward"])
        self.assertEqual((loaded.latent_size, loaded.full_latent_size), (5, CONFIG.latents))
        with torch.no_grad():
            latents = loaded.encode(torch.randn(MAX_BATCH, 1, 1024))
            self.assertEqual(list(latents.shape), [MAX_BATCH, 5, 2])
            self.assertEqual(list(loaded.decode(latents).shape), [MAX_BATCH, 1, 1024])

    def test_hidden_latents_are_drawn_anew(self) -> None:
        script = streaming_script(quiet_model(), random_basis(CONFIG.latents), 2)
        with torch.no_grad():
            first, second = script.decode(torch.zeros(1, 2, 8)), script.decode(torch.zeros(1, 2, 8))
        self.assertGreater(float((first - second).abs().max()), 1e-5)

    def test_any_latent_gives_finite_audio(self) -> None:
        for config in (CONFIG, EVERY_OPTION):
            script = streaming_script(quiet_model(config), random_basis(config.latents), config.latents)
            with torch.no_grad():
                audio = script.decode((torch.rand(1, config.latents, 64) - 0.5) * 2000)
            self.assertTrue(bool(torch.isfinite(audio).all()))


class Tones(unittest.TestCase):
    def test_partials_are_found_with_their_amplitudes(self) -> None:
        time = np.arange(44100) / 44100
        audio = 0.3 * np.sin(2 * np.pi * 440 * time) + 0.1 * np.sin(2 * np.pi * 1320 * time)
        config = Config(tone_lowest=27.5, tones_per_octave=24, tones=176)
        targets = tone_targets(torch.tensor(audio, dtype=torch.float32)[None], config)[0][0, :, 40]
        found = {int(tone): float(targets[tone]) for tone in torch.nonzero(targets)[:, 0]}
        self.assertEqual(set(found), {4 * 24, 4 * 24 + 38})
        self.assertAlmostEqual(found[4 * 24], 0.3, delta=0.01)
        self.assertAlmostEqual(found[4 * 24 + 38], 0.1, delta=0.01)

    def test_partials_between_tones_are_placed(self) -> None:
        """A glide through a semitone, against its own frequency; offsets are in steps of the grid."""
        config = Config(tones_per_octave=24, tones=192)
        time = np.arange(65536) / 44100
        frequency = 880 * 2 ** ((time - 0.5) / 12)
        audio = 0.3 * np.sin(2 * np.pi * np.cumsum(frequency) / 44100)
        amplitudes, offsets = tone_targets(torch.tensor(audio, dtype=torch.float32)[None], config)
        for frame in (20, 40, 60, 80, 100):
            tone = int(amplitudes[0, :, frame].argmax())
            found = tone_frequencies(config)[tone] * 2 ** (float(offsets[0, tone, frame]) / 24)
            cents = 1200 * np.log2(found / frequency[frame * 512])
            self.assertLess(abs(cents), 3.0)
        self.assertAlmostEqual(float(offset_distance(offsets + 0.25, offsets, amplitudes)), 0.25, delta=1e-4)

    def test_transport_is_the_interval_in_octaves(self) -> None:
        target = torch.zeros(1, 100, 3)
        target[:, 20] = 0.5
        for away in (6, 12, 36):
            amplitudes = torch.zeros(1, 100, 3)
            amplitudes[:, 20 + away] = 0.2
            transport, _, level = tone_distances(amplitudes, target, 12)
            self.assertAlmostEqual(float(transport), away / 12, delta=1e-3)
            self.assertAlmostEqual(float(level), np.log(0.5 / 0.2), delta=1e-3)
        for nothing in tone_distances(target, target, 12):
            self.assertAlmostEqual(float(nothing), 0.0, delta=1e-3)

    def test_noise_has_no_partials(self) -> None:
        torch.manual_seed(4)
        targets = tone_targets(torch.randn(4, 65536) * 0.1, Config())[0]
        self.assertLess(float((targets.sum(1) > 0).float().mean()), 0.35)


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


def write_noise(folder: Path) -> None:
    """A data set of white noise under `folder`, with one held-out clip."""
    (folder / "percussion" / "held-out").mkdir(parents=True)
    noise = np.random.default_rng(0).integers(-9000, 9000, 40000).astype(np.int16)
    np.save(folder / "percussion" / "train.npy", noise)
    sf.write(folder / "percussion" / "held-out" / "noise.wav", noise[:16384], 44100, subtype="PCM_16")


def small_run(folder: Path, name: str, *extra: str) -> Run:
    """A run of six short steps on `write_noise`'s data, at its start or where its checkpoint left it."""
    sizes = "--batch 1 --crop 4096 --steps 6 --hours 10 --tones-first 2 --log-every 2 --evaluate-every 3 --save-every 3"
    return Run(parse(["percussion", "--data", str(folder), "--run", str(folder / name), *sizes.split(), *extra]))


def train_to(run: Run, step: int) -> dict[str, torch.Tensor]:
    """Trains `run` up to `step`, as if interrupted there, and stores it; returns its weights."""
    while run.step < step:
        run.train_step()
    run.store()
    return run.model.state_dict()


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


def export_to(path: Path, model: Autoencoder, gain_db: float = 0.0) -> None:
    """Exports a copy of `model` to `path`, its first latents strongest."""
    copied = copy.deepcopy(model)
    streaming_script(copied, random_basis(model.config.latents), model.config.latents, gain_db=gain_db).save(str(path))


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


class Export(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(8)
        self.noise = np.random.default_rng(0).integers(-9000, 9000, 200_000).astype(np.int16)

    def sampler(self) -> CropSampler:
        return CropSampler(self.noise, 32768, np.random.default_rng(1))

    def test_latents_are_aligned_with_an_earlier_export(self) -> None:
        """Of the same model whose own latents have been rotated: the exposed ones come out as they were, signs included."""
        model = quiet_model()
        basis = latent_basis(model, self.sampler(), batches=2)
        turned = copy.deepcopy(model)
        rotation, _ = torch.linalg.qr(torch.randn(CONFIG.latents, CONFIG.latents))
        with torch.no_grad():
            head = turned.encoder.head
            head.weight[: CONFIG.latents] = torch.einsum("ij,jkl->ikl", rotation, head.weight[: CONFIG.latents])
            head.bias[: CONFIG.latents] = rotation @ head.bias[: CONFIG.latents]
        old = streaming_script(copy.deepcopy(model), basis, CONFIG.latents)
        with mock.patch("builtins.print"):
            found = aligned(turned, old, self.sampler(), batches=2)
        torch.testing.assert_close(found.rotation, basis.rotation @ rotation.T, atol=1e-3, rtol=0)
        torch.testing.assert_close(found.scale, basis.scale, atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(found.mean, rotation @ basis.mean, atol=1e-3, rtol=1e-3)

    def test_gain_takes_off_what_the_model_lacks(self) -> None:
        """Of a filter bank alone that plays 3 dB too softly, 3 dB; of one that plays 20 dB too softly no more than the bound; of one
        that plays too loudly nothing."""
        for gain, expected in ((0.7079, 3.0), (0.1, 6.0), (1.0, 0.0), (4.0, 0.0)):
            with mock.patch.object(Autoencoder, "forward", lambda self, audio: gain * self.synthesis(self.analysis(audio))):
                self.assertAlmostEqual(output_gain(quiet_model(), self.sampler(), batches=1), expected, delta=0.25)

    def test_gain_stops_where_the_distance_rises(self) -> None:
        """Half of each crop at its right level and the other half 20 dB under it: loudness asks for 6 dB, the distance for none."""

        def uneven(model: Autoencoder, audio: torch.Tensor) -> torch.Tensor:
            quieter = torch.ones(audio.size(2))
            quieter[: audio.size(2) // 3] = 0.1
            return model.synthesis(model.analysis(audio * quieter))

        with mock.patch.object(Autoencoder, "forward", uneven):
            self.assertLess(output_gain(quiet_model(), self.sampler(), batches=1), 0.5)

    def test_distances_at_gains_are_those_of_the_figure(self) -> None:
        output, target = torch.randn(2, 8192) * 0.1, torch.randn(2, 8192) * 0.1
        given = distances(output, target, np.array([0.0, 6.0206]))
        expected = [float(log_distance(output * factor, target)) for factor in (1, 2)]
        np.testing.assert_allclose(given, expected, atol=1e-5)

    def test_the_exported_gain_is_heard(self) -> None:
        model, basis = quiet_model(), random_basis(CONFIG.latents)
        latents = torch.randn(1, CONFIG.latents, 16)
        with torch.no_grad():
            plain = streaming_script(copy.deepcopy(model), basis, CONFIG.latents).decode(latents)
            louder = streaming_script(copy.deepcopy(model), basis, CONFIG.latents, gain_db=6.0206).decode(latents)
        torch.testing.assert_close(louder, 2 * plain, atol=1e-5, rtol=1e-4)


class Figure(unittest.TestCase):
    def test_distance_of_a_gain_is_its_logarithm(self) -> None:
        noise = torch.randn(1, 44100)
        self.assertAlmostEqual(float(log_distance(noise * 2, noise)), np.log(2), delta=1e-3)

    def test_loudness_distance_of_a_gain_is_its_logarithm(self) -> None:
        noise = torch.randn(2, 44100) * 0.1
        self.assertAlmostEqual(float(loudness_distance(noise * 2, noise)), np.log(2), delta=1e-3)

    def test_distance_of_two_noises(self) -> None:
        """Two independent exponential powers differ by ln 2 in magnitude's logarithm, on average."""
        torch.manual_seed(3)
        self.assertAlmostEqual(float(log_distance(torch.randn(1, 88200), torch.randn(1, 88200))), np.log(2), delta=0.03)


if __name__ == "__main__":
    unittest.main()
