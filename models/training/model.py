"""The variational autoencoder: PQMF bands to 8 latents at 86 Hz and back.

After RAVE (Caillon & Esling, "RAVE: a variational autoencoder for fast and high-quality neural audio synthesis", 2021):
multi-band audio, a convolutional variational encoder, a decoder of upsampling layers and dilated residual stacks with an
amplitude-modulated output and a filtered-noise branch. It differs where two hours on a processor ask for it:

- the encoder's first layer is a fixed bank of windowed cosines on the bands, followed by log power, so that what has to be
  learned works at latent rate only (`SpectralFrontEnd`);
- the noise branch shapes four fixed sub-bands of each band (`NoiseBank`) instead of free filters;
- a third branch drives a bank of fixed-frequency oscillators (`ToneBank`), whose phases run on between frames. A steady
  latent then gives a steady tone: without it, a causal decoder repeats itself at the latent rate;
- the waveform stack hears what the noise and tone branches are about to play (as in neural source-filter models, Wang,
  Takaki & Yamagishi 2019), levelled, and adds what they cannot: attacks, partials above the bank, smoother noise.

Everything is causal; one latent frame needs 512 new samples and gives 512 samples back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from blocks import LEAK, MAX_BATCH, CachedPadding, CausalConv1d, Hold, ResidualUnit, Upsample
from pqmf import Analysis, Synthesis, delay_samples, filters

BANDS = 16
FRAME = 32  # band samples in one latent frame
SUB_BANDS = 4


@dataclass(frozen=True)
class Config:
    """Sizes of a model; kept in its checkpoints. Frequencies in Hz."""

    sample_rate: int = 44100
    taps: int = 512
    attenuation: float = 90.0
    latents: int = 8
    encoder_width: int = 192
    widths: tuple[int, int, int, int] = (224, 128, 64, 40)
    tone_lowest: float = 32.703
    tones_per_octave: int = 12
    tones: int = 96

    @property
    def hop(self) -> int:
        return BANDS * FRAME

    @property
    def delay(self) -> int:
        """Delay of output against input in samples, beyond the hop that has to be collected."""
        return delay_samples(self.taps, BANDS)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def tone_frequencies(config: Config) -> np.ndarray:
    """Frequencies of the oscillator bank [tones] in Hz, equally tempered from `tone_lowest`."""
    return config.tone_lowest * 2.0 ** (np.arange(config.tones) / config.tones_per_octave)


class SpectralFrontEnd(nn.Module):
    """Band signals [batch, 16, 32 n] to log-power features [batch, `features`, n]; fixed.

    Three resolutions, all of windows that end with the frame: energies of the frame's quarters (2.9 ms), 32 cosine bins of
    each band over 64 band samples (23 ms), 128 bins of the lowest two bands over 256 band samples (93 ms, for pitch).
    """

    features = BANDS * 4 + BANDS * 32 + 2 * 128
    __constants__ = ["bands", "frame"]

    def __init__(self) -> None:
        super().__init__()
        self.bands = BANDS
        self.frame = FRAME
        self.short = CachedPadding(32, BANDS)
        self.long = CachedPadding(224, 2)
        self.register_buffer("quarters", torch.full((BANDS, 1, 8), 1 / 8))
        self.register_buffer("short_bins", self.cosines(64, 32).repeat(BANDS, 1, 1))
        self.register_buffer("long_bins", self.cosines(256, 128).repeat(2, 1, 1))

    @staticmethod
    def cosines(window: int, bins: int) -> Tensor:
        """Windowed cosines and sines [2 * bins, 1, window], of bins at (k + 1/2) * pi / bins, pairs adjacent."""
        time = np.arange(window) - (window - 1) / 2
        angle = (np.arange(bins)[:, None] + 0.5) * np.pi / bins * time
        taper = np.hanning(window + 2)[1:-1]
        pair = np.stack([np.cos(angle), np.sin(angle)], axis=1) * taper / np.sum(taper) * 2
        return torch.tensor(pair.reshape(2 * bins, 1, window), dtype=torch.float32)

    def forward(self, bands: Tensor) -> Tensor:
        batch, frames = bands.size(0), bands.size(2) // self.frame
        quarters = F.conv1d(bands * bands, self.quarters, stride=8, groups=self.bands)
        quarters = quarters.reshape(batch, self.bands, frames, 4).permute(0, 1, 3, 2).reshape(batch, self.bands * 4, frames)
        short = F.conv1d(self.short(bands), self.short_bins, stride=self.frame, groups=self.bands)
        long = F.conv1d(self.long(bands[:, :2]), self.long_bins, stride=self.frame, groups=2)
        pairs = torch.cat([short, long], 1)
        pairs = (pairs * pairs).reshape(batch, self.bands * 32 + 256, 2, frames).sum(2)
        # -100 dB to 0 dB becomes about -2 to 2.
        return (torch.log(torch.cat([quarters, pairs], 1) + 1e-10) + 11.5) * 0.17


class Encoder(nn.Module):
    """Band signals [batch, 16, 32 n] to mean and scale parameters of the latents [batch, 2 * latents, n]."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.encoder_width
        self.front = SpectralFrontEnd()
        self.reduce = CausalConv1d(self.front.features, width, 1)
        self.stack = nn.Sequential(ResidualUnit(width, 3, 1), ResidualUnit(width, 3, 2), ResidualUnit(width, 3, 1))
        self.head = CausalConv1d(width, 2 * config.latents, 1)

    def forward(self, bands: Tensor) -> Tensor:
        return self.head(self.stack(self.reduce(self.front(bands))))


class NoiseBank(nn.Module):
    """White noise [batch, 16, t] and amplitudes [batch, 16 * 4, t] to band signals [batch, 16, t].

    Each band's noise is split by four fixed cosine filters, weighted and summed: RAVE's filtered-noise branch (section 3.3,
    after DDSP) with its filters drawn from a fixed family.
    """

    __constants__ = ["bands", "sub_bands"]

    def __init__(self) -> None:
        super().__init__()
        self.bands = BANDS
        self.sub_bands = SUB_BANDS
        split = filters(SUB_BANDS * 8, SUB_BANDS, 60.0) / np.sqrt(SUB_BANDS)
        self.split = CausalConv1d(BANDS, BANDS * SUB_BANDS, SUB_BANDS * 8, groups=BANDS, bias=False)
        weight = torch.tensor(split.copy(), dtype=torch.float32).unsqueeze(1).repeat(BANDS, 1, 1)
        self.split.weight = nn.Parameter(weight, requires_grad=False)

    def forward(self, noise: Tensor, amplitudes: Tensor) -> Tensor:
        parts = self.split(noise) * amplitudes
        return parts.reshape(noise.size(0), self.bands, self.sub_bands, noise.size(2)).sum(2)


class ToneBank(nn.Module):
    """Amplitudes [batch, tones, t] of fixed-frequency sinusoids to band signals [batch, 16, t].

    A sinusoid of angular frequency w appears in band k as Re(H_k(w) exp(j w (16 n + 15))): the mix below holds H_k. Phases
    (in cycles) run on from block to block; in training they start anywhere.
    """

    __constants__ = ["streaming"]

    def __init__(self, config: Config, responses: np.ndarray) -> None:
        super().__init__()
        self.streaming = False
        self.tones = config.tones
        cycles = tone_frequencies(config) / config.sample_rate
        response = responses @ np.exp(-2j * np.pi * np.outer(np.arange(config.taps), cycles))
        mix = np.concatenate([response.real, -response.imag], axis=1)
        self.register_buffer("mix", torch.tensor(mix, dtype=torch.float32).unsqueeze(2))
        self.register_buffer("step", torch.tensor(cycles * BANDS, dtype=torch.float32).reshape(1, -1, 1))
        starts = np.random.default_rng(0).random(config.tones)
        self.register_buffer("start", torch.tensor(starts, dtype=torch.float32).reshape(1, -1, 1))

    def start_streaming(self) -> None:
        self.streaming = True
        self.register_buffer("phase", self.start.repeat(MAX_BATCH, 1, 1))

    def forward(self, amplitudes: Tensor) -> Tensor:
        batch = amplitudes.size(0)
        steps = torch.cumsum(torch.ones_like(amplitudes[:1, :1]), 2) * self.step
        if self.streaming:
            cycles = self.phase[:batch] + steps
            last = cycles[:, :, -1:]
            self.phase[:batch].copy_(last - torch.ceil(last))
        elif self.training:
            cycles = torch.rand_like(amplitudes[:, :, :1]) + steps
        else:
            cycles = self.start + steps
        angle = cycles * 6.283185307179586
        waves = torch.cat([amplitudes * torch.cos(angle), amplitudes * torch.sin(angle)], 1)
        return F.conv1d(waves, self.mix)


class Decoder(nn.Module):
    """Latents [batch, latents, n] and noise [batch, 16, 32 n] to band signals [batch, 16, 32 n].

    Frame rates 86, 344, 1378 and 2756 Hz. Amplitudes of noise and tones are cubed sigmoids: their logarithm is linear at the
    soft end, so that 80 dB of dynamics take a few units. The waveform's amplitude is relative to the level (RMS over 2.9 ms)
    of noise and tones in its band. Every amplitude is bounded, hence so is the output, whatever the latents.
    """

    __constants__ = ["bands"]

    def __init__(self, config: Config, responses: np.ndarray) -> None:
        super().__init__()
        self.bands = BANDS
        self.act = nn.LeakyReLU(LEAK)
        wide, middle, fine, band = config.widths
        self.start = CausalConv1d(config.latents, wide, 3)
        self.stack1 = nn.Sequential(ResidualUnit(wide, 3, 1), ResidualUnit(wide, 3, 1))
        self.up1 = Upsample(wide, middle, 4)
        self.stack2 = nn.Sequential(ResidualUnit(middle, 3, 1), ResidualUnit(middle, 3, 3))
        self.up2 = Upsample(middle, fine, 4)
        self.stack3 = nn.Sequential(ResidualUnit(fine, 3, 1), ResidualUnit(fine, 3, 3), ResidualUnit(fine, 3, 9))
        self.up3 = Upsample(fine, band, 2)
        self.level = CausalConv1d(BANDS, BANDS, 8, groups=BANDS, bias=False)
        self.level.weight = nn.Parameter(torch.full((BANDS, 1, 8), 1 / 8), requires_grad=False)
        self.excite = CausalConv1d(BANDS, band, 5)
        self.stack4 = nn.Sequential(ResidualUnit(band, 3, 1), ResidualUnit(band, 3, 3), ResidualUnit(band, 3, 9))
        self.wave = CausalConv1d(band, 2 * BANDS, 5)
        self.noise_amplitude = CausalConv1d(fine, BANDS * SUB_BANDS, 3)
        self.noise_hold = Hold(BANDS * SUB_BANDS, 2)
        self.noise_bank = NoiseBank()
        self.tone_amplitude = CausalConv1d(middle, config.tones, 2)
        self.tone_hold = Hold(config.tones, 8)
        self.tone_bank = ToneBank(config, responses)
        with torch.no_grad():
            self.wave.weight.mul_(0.3)
            self.wave.bias[BANDS:].fill_(-1.0)
            self.noise_amplitude.bias.fill_(-1.5)
            self.tone_amplitude.bias.fill_(-2.0)

    def tone_amplitudes(self, z: Tensor) -> Tuple[Tensor, Tensor]:
        """Features [batch, widths[1], 4 n] at 344 Hz and the tone bank's amplitudes [batch, tones, 4 n] there."""
        x = self.act(self.stack2(self.up1(self.stack1(self.start(z)))))
        return x, torch.pow(torch.sigmoid(self.tone_amplitude(x)), 3.0)

    def branches(self, z: Tensor, noise: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        """The three summands of the output, waveform, noise and tones, each [batch, 16, 32 n], and the tones' amplitudes."""
        x, amplitudes = self.tone_amplitudes(z)
        tones = self.tone_bank(self.tone_hold(amplitudes))
        x = self.act(self.stack3(self.up2(x)))
        noises = self.noise_bank(noise, self.noise_hold(torch.pow(torch.sigmoid(self.noise_amplitude(x)), 3.0) * 2.0))
        source = noises + tones
        level = torch.pow(self.level(source * source) + 1e-12, 0.5)
        wave = self.wave(self.act(self.stack4(self.up3(x) + self.excite(source / level))))
        waves = torch.tanh(wave[:, : self.bands]) * torch.sigmoid(wave[:, self.bands :]) * level * 4.0
        return waves, noises, tones, amplitudes

    def forward(self, z: Tensor, noise: Tensor) -> Tensor:
        waves, noises, tones, _ = self.branches(z, noise)
        return waves + noises + tones


class Autoencoder(nn.Module):
    """Audio [batch, 1, 512 n] to audio, through `config.latents` latents at one frame per 512 samples."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        responses = filters(config.taps, BANDS, config.attenuation)
        self.analysis = Analysis(responses)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config, responses)
        self.synthesis = Synthesis(responses)

    def encode(self, bands: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of the latents [batch, latents, n] of band signals [batch, 16, 32 n]."""
        mean, scale = self.encoder(bands).chunk(2, 1)
        return mean, F.softplus(scale - 2.0) + 1e-3

    def forward(self, audio: Tensor) -> Tensor:
        """Reconstruction without sampling the latents, delayed by `config.delay` samples."""
        bands = self.analysis(audio)
        mean, _ = self.encode(bands)
        return self.synthesis(self.decoder(mean, noise_like(bands)))


def noise_like(bands: Tensor) -> Tensor:
    """Uniform noise of unit variance in the shape of `bands`."""
    return (torch.rand_like(bands) * 2.0 - 1.0) * 1.7320508
