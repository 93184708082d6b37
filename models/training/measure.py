"""Descriptors of audio, the noise baseline of the figures, and running an exported model on whole signals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from losses import log_distance

Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Descriptors:
    """Loudness (RMS in dBFS), brightness (spectral centroid in Hz) and noisiness (spectral flatness, 0 tone to 1 white noise)."""

    loudness_db: float
    brightness_hz: float
    noisiness: float


def describe(audio: Audio, sample_rate: int) -> Descriptors:
    """Descriptors of a steady sound [samples], over its averaged power spectrum (2048 points, 50 Hz to 16 kHz)."""
    window = np.hanning(2048)
    frames = np.lib.stride_tricks.sliding_window_view(audio.astype(np.float64), 2048)[::512]
    power = np.mean(np.abs(np.fft.rfft(frames * window, axis=1)) ** 2, axis=0) + 1e-12
    frequencies = np.fft.rfftfreq(2048, 1 / sample_rate)
    heard = (frequencies >= 50) & (frequencies <= 16000)
    power, frequencies = power[heard], frequencies[heard]
    centroid = float(np.sum(frequencies * np.sqrt(power)) / np.sum(np.sqrt(power)))
    flatness = float(np.exp(np.mean(np.log(power))) / np.mean(power))
    loudness = 10 * np.log10(float(np.mean(audio.astype(np.float64) ** 2)) + 1e-12)
    return Descriptors(loudness, centroid, flatness)


def band_levels(audio: Audio, sample_rate: int, bands: int = 24) -> NDArray[np.float64]:
    """Levels in dB [bands] of a steady sound [samples] in logarithmic bands from 50 Hz to 16 kHz (floor -100 dB)."""
    window = np.hanning(4096)
    frames = np.lib.stride_tricks.sliding_window_view(audio.astype(np.float64), 4096)[::1024]
    power = np.mean(np.abs(np.fft.rfft(frames * window, axis=1)) ** 2, axis=0) / np.sum(window) ** 2
    edges = np.geomspace(50, 16000, bands + 1) * 4096 / sample_rate
    place = np.searchsorted(edges, np.arange(len(power)), side="right") - 1
    sums = np.array([power[place == band].sum() for band in range(bands)])
    return np.asarray(10 * np.log10(sums + 1e-10))


def noise_baseline(audio: Audio, bands: int = 16, size: int = 1024, seed: int = 0) -> Audio:
    """White noise given the input's energy in `bands` equal bands of each `size`-point frame (Hann, hop a quarter)."""
    rng = np.random.default_rng(seed)
    window = torch.hann_window(size)

    def spectrum(signal: Audio) -> Tensor:
        return torch.stft(torch.as_tensor(signal, dtype=torch.float32), size, size // 4, window=window, return_complex=True)

    target, noise = spectrum(audio), spectrum(rng.standard_normal(len(audio)).astype(np.float32))
    edges = np.linspace(0, size // 2 + 1, bands + 1).astype(int)
    for low, high in zip(edges[:-1], edges[1:]):
        wanted = (target[low:high].abs() ** 2).sum(0)
        given = (noise[low:high].abs() ** 2).sum(0)
        noise[low:high] *= torch.sqrt(wanted / (given + 1e-12))
    return torch.istft(noise, size, size // 4, window=window, length=len(audio)).numpy()


class ExportedModel:
    """An exported `.ts`, opened afresh for each signal so that nothing of the one before is left in its caches."""

    def __init__(self, path: str) -> None:
        self.path = path
        script = torch.jit.load(path)
        self.sample_rate, self.delay = int(script.sr), int(script.delay)
        self.hop, self.latents = int(script.encode_params[3]), int(script.latent_size)
        self.fidelity = [float(value) for value in script.fidelity]

    def encode(self, audio: Audio, seed: int = 0) -> NDArray[np.float32]:
        """Latents [latents, frames] of audio [samples]; a last incomplete hop is dropped."""
        torch.manual_seed(seed)
        whole = len(audio) // self.hop * self.hop
        with torch.no_grad():
            return torch.jit.load(self.path).encode(torch.as_tensor(audio[:whole]).reshape(1, 1, -1))[0].numpy()

    def decode(self, latents: NDArray[np.float32], seed: int = 0) -> Audio:
        """Audio [frames * hop] of latents [latents, frames]."""
        torch.manual_seed(seed)
        with torch.no_grad():
            return torch.jit.load(self.path).decode(torch.as_tensor(latents, dtype=torch.float32).unsqueeze(0))[0, 0].numpy()

    def hold(self, latent: NDArray[np.float32], seconds: float = 1.0) -> Audio:
        """The steady sound of one latent vector [latents], after a third of a second of running in."""
        lead = int(0.33 * self.sample_rate / self.hop)
        frames = lead + max(8, int(seconds * self.sample_rate / self.hop))
        return self.decode(np.repeat(latent[:, None], frames, axis=1))[lead * self.hop :]

    def reconstruct(self, audio: Audio) -> tuple[Audio, Audio]:
        """Input and reconstruction, both [samples - delay], aligned by the model's delay."""
        output = self.decode(self.encode(audio))
        return audio[: len(output) - self.delay], output[self.delay :]


def figure(output: Audio, target: Audio) -> float:
    """`losses.log_distance` of two signals [samples]."""
    return float(log_distance(torch.as_tensor(output)[None], torch.as_tensor(target)[None]))


def measured_delay(output: Audio, audio: Audio, most: int = 4096) -> int:
    """Lag in samples (0 to `most`) at which the output's 2 ms envelope correlates best with the input's."""
    kernel = np.hanning(90)

    def envelope(signal: Audio) -> NDArray[np.float64]:
        smooth = np.convolve(np.abs(signal), kernel, mode="same")
        return smooth - smooth.mean()

    a, b = envelope(output), envelope(audio)
    size = 1 << int(np.ceil(np.log2(len(a) + most)))
    correlation = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return int(np.argmax(correlation[: most + 1]))
