"""What training minimises: the weights of the losses, and their sum for one batch of audio."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from losses import BAND_SIZES, FULL_SIZES, energy_distance, kl_divergence, loudness_distance, spectral_loss
from model import Autoencoder, noise_like
from tones import offset_distance, tone_distances, tone_targets


@dataclass(frozen=True)
class Weights:
    """How much each loss weighs. The first five compare spectra and levels, the next three place the tones."""

    log: float = 1.0
    linear: float = 0.5
    band_log: float = 0.3
    band_linear: float = 0.3
    energy: float = 0.3
    loudness: float = 0.0
    tones: float = 0.4
    offsets: float = 1.0
    """Relative to `tones`."""
    kl: float = 0.003
    adversarial: float = 0.05
    matching: float = 0.3

    @classmethod
    def parse(cls, settings: list[str]) -> Weights:
        """Weights with `name=value` settings applied to the defaults."""
        pairs = [setting.partition("=") for setting in settings]
        return cls(**{name: float(value) for name, _, value in pairs})


DISTANCES = ("log", "linear", "bandLog", "bandLinear", "energy", "loudness")


@dataclass(frozen=True)
class Outcome:
    """Loss of one batch and its parts; bands and audio, real and generated (None where only tones were computed)."""

    loss: Tensor
    parts: dict[str, Tensor]
    pairs: tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]] | None = None


def reconstruction(model: Autoencoder, bands: Tensor, generated: Tensor, weights: Weights) -> Outcome:
    """Distance of generated band signals [batch, 16, t] to the real ones, on the bands and as audio."""
    with torch.no_grad():
        target = model.synthesis(bands)[:, 0]
    output = model.synthesis(generated)[:, 0]
    full_log, full_linear = spectral_loss(output, target, FULL_SIZES)
    band_log, band_linear = spectral_loss(generated.flatten(0, 1), bands.flatten(0, 1), BAND_SIZES)
    energy, loudness = energy_distance(generated, bands), loudness_distance(output, target)
    values = (full_log, full_linear, band_log, band_linear, energy, loudness)
    scales = (weights.log, weights.linear, weights.band_log, weights.band_linear, weights.energy, weights.loudness)
    loss = sum((scale * value for scale, value in zip(scales, values)), torch.zeros_like(full_log))
    return Outcome(loss, dict(zip(DISTANCES, values)), ((bands, generated), (target, output)))


def tone_loss(
    model: Autoencoder, amplitudes: Tensor, offsets: Tensor, targets: tuple[Tensor, Tensor], weights: Weights
) -> tuple[Tensor, dict[str, Tensor]]:
    """Distance of tone amplitudes and offsets [batch, tones, 4 n] to targets [batch, tones, n], and its parts."""
    wanted_amplitudes, wanted_offsets = targets
    frames = wanted_amplitudes.size(2)
    per_frame = amplitudes.unflatten(2, (frames, -1)).mean(3)
    transport, entropy, level = tone_distances(per_frame, wanted_amplitudes, model.config.tones_per_octave)
    parts = {"toneTransport": transport, "toneEntropy": entropy, "toneLevel": level}
    loss = transport + 0.5 * entropy + 0.5 * level
    if model.config.tone_bend > 0:
        limit = min(0.5, model.config.tone_bend)
        offset = offset_distance(offsets.unflatten(2, (frames, -1)).mean(3), wanted_offsets.clamp(-limit, limit), wanted_amplitudes)
        loss, parts = loss + weights.offsets * offset, {**parts, "toneOffset": offset}
    return loss, parts


def first_stage(model: Autoencoder, audio: Tensor, weights: Weights, only_tones: bool) -> Outcome:
    """Reconstruction (unless `only_tones`), tone placement and KL divergence of audio [batch, 1, samples]."""
    with torch.no_grad():
        bands = model.analysis(audio)
        targets = tone_targets(audio[:, 0], model.config)
    mean, deviation = model.encode(bands)
    z = mean + deviation * torch.randn_like(deviation)
    kl = kl_divergence(mean, deviation, free=0.05)
    if only_tones:
        _, amplitudes, offsets = model.decoder.tone_controls(z)
        placement, parts = tone_loss(model, amplitudes, offsets, targets, weights)
        distances = dict.fromkeys(DISTANCES, torch.full_like(kl, math.nan))
        return Outcome(placement + weights.kl * kl, {**distances, **parts, "kl": kl})
    generated, amplitudes, offsets = model.decoder.branches(z, noise_like(bands))
    outcome = reconstruction(model, bands, generated, weights)
    placement, parts = tone_loss(model, amplitudes, offsets, targets, weights)
    loss = outcome.loss + weights.tones * placement + weights.kl * kl
    return Outcome(loss, {**outcome.parts, **parts, "kl": kl}, outcome.pairs)


def second_stage(model: Autoencoder, audio: Tensor, weights: Weights) -> Outcome:
    """Reconstruction of audio [batch, 1, samples] by the decoder alone, the encoder being frozen."""
    with torch.no_grad():
        bands = model.analysis(audio)
        mean, deviation = model.encode(bands)
        z = mean + deviation * torch.randn_like(deviation)
    return reconstruction(model, bands, model.decoder(z, noise_like(bands)), weights)
