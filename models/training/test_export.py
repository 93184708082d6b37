"""Self-checks of what an export is measured and aligned by. Run: python3 -m unittest test_export -v"""

from __future__ import annotations

import copy
import unittest
from unittest import mock

import numpy as np
import torch

from calibration import distances, output_gain
from data import CropSampler
from export import aligned, latent_basis, streaming_script
from losses import log_distance, loudness_distance
from model import Autoencoder
from small_models import CONFIG, quiet_model, random_basis


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

    def test_latents_beside_those_of_an_earlier_export_come_last(self) -> None:
        """Of a model with 3 of its latents exported before: those come out first nearly as they were, the others as what they leave."""
        model = quiet_model()
        basis = latent_basis(model, self.sampler(), batches=2)
        old = streaming_script(copy.deepcopy(model), basis, CONFIG.latents)
        old.latent_pca, old.latent_scale = basis.rotation[:3], basis.scale[:3]
        with mock.patch("builtins.print"):
            found = aligned(model, old, self.sampler(), batches=2)
        self.assertGreater(float((found.rotation[:3] * basis.rotation[:3]).sum(1).min()), 0.99)
        torch.testing.assert_close(found.rotation @ found.rotation.T, torch.eye(CONFIG.latents), atol=1e-4, rtol=0)
        left = found.scale[3:]
        self.assertTrue(bool((left[:-1] >= left[1:]).all()), "the most of what is left comes first")
        self.assertAlmostEqual(float(found.fidelity[-1]), 1.0, places=4)

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
