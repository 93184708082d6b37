"""Self-checks of the filter bank, the streaming export and the tones. Run: python3 -m unittest test_model -v"""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from blocks import MAX_BATCH
from export import streaming_script
from model import BANDS, Autoencoder, ClickBank, Config, ToneBank, noise_like, tone_frequencies
from pqmf import Analysis, Synthesis, delay_samples, filters
from small_models import CONFIG, EVERY_OPTION, quiet_model, random_basis
from tones import offset_distance, tone_distances, tone_targets


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


if __name__ == "__main__":
    unittest.main()
