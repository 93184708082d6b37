"""The variational autoencoder: PQMF bands to 8 latents at 86 Hz and back.

After RAVE (Caillon & Esling, "RAVE: a variational autoencoder for fast and high-quality neural audio synthesis", 2021):
multi-band audio, a convolutional variational encoder, a decoder of upsampling layers and dilated residual stacks with an
amplitude-modulated output and a filtered-noise branch. It differs where training on a processor in two hours requires it:

- the encoder's first layer is a fixed bank of windowed cosines on the bands, followed by log power, so that what has to be
  learned works at latent rate only (`SpectralFrontEnd`);
- the noise branch shapes four fixed sub-bands of each band (`NoiseBank`) instead of free filters;
- a third branch drives a bank of fixed-frequency oscillators (`ToneBank`), whose phases are continuous across frames. A constant
  latent then gives a steady tone: without it, the output of a causal decoder is periodic at the latent rate;
- the waveform stack takes the output of the noise and tone branches, normalised in level, as an input (as in neural source-filter
  models, Wang, Takaki & Yamagishi 2019), and adds what they cannot: attacks, partials above the bank, smoother noise.

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
TONE_HOLD = 8  # band samples for which a tone's frequency holds
SPECTRAL_FEATURES = BANDS * 32 + 2 * 128  # of the encoder's front end, beside the energies


@dataclass(frozen=True)
class Config:
    """Sizes of a model; kept in its checkpoints. Frequencies in Hz."""

    sample_rate: int = 44100
    taps: int = 512
    attenuation: float = 90.0
    latents: int = 8
    envelope_steps: int = 4
    """Energies of each band that the encoder is given for one latent frame: 4 are 2.9 ms apart, 16 are 0.7 ms."""
    encoder_width: int = 192
    encoder_dilations: tuple[int, ...] = (1, 2, 1)
    widths: tuple[int, int, int, int] = (224, 128, 64, 40)
    tone_lowest: float = 32.703
    tones_per_octave: int = 12
    tones: int = 96
    tone_bend: float = 0.0
    """Furthest that a tone moves from its place on the grid, in steps of the grid; 0 fixes the tones."""
    clicks: bool = False
    """Whether the decoder has a branch of impulses beside noise and tones."""

    @property
    def hop(self) -> int:
        return BANDS * FRAME

    @property
    def delay(self) -> int:
        """Delay of output against input in samples, beyond the hop that has to be collected."""
        return delay_samples(self.taps, BANDS)

    @classmethod
    def from_dict(cls, fields: dict[str, object]) -> Config:
        """The inverse of `as_dict`; fields that are not given keep their defaults."""
        return cls(**{key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()})  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def tone_frequencies(config: Config) -> np.ndarray:
    """Frequencies of the oscillator bank [tones] in Hz, equally tempered from `tone_lowest`."""
    return config.tone_lowest * 2.0 ** (np.arange(config.tones) / config.tones_per_octave)


class SpectralFrontEnd(nn.Module):
    """Band signals [batch, 16, 32 n] to log-power features [batch, `features`, n]; fixed.

    Three resolutions, all of windows that end with the frame: energies of `steps` equal parts of the frame, 32 cosine bins
    of each band over 64 band samples (23 ms), 128 bins of the lowest two bands over 256 band samples (93 ms, for pitch).
    """

    __constants__ = ["bands", "frame", "steps"]

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.bands = BANDS
        self.frame = FRAME
        self.steps = steps
        self.features = BANDS * steps + SPECTRAL_FEATURES
        self.short = CachedPadding(32, BANDS)
        self.long = CachedPadding(224, 2)
        part = FRAME // steps
        self.register_buffer("envelope", torch.full((BANDS, 1, part), 1 / part))
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
        envelope = F.conv1d(bands * bands, self.envelope, stride=self.frame // self.steps, groups=self.bands)
        envelope = envelope.reshape(batch, self.bands, frames, self.steps).permute(0, 1, 3, 2)
        envelope = envelope.reshape(batch, self.bands * self.steps, frames)
        short = F.conv1d(self.short(bands), self.short_bins, stride=self.frame, groups=self.bands)
        long = F.conv1d(self.long(bands[:, :2]), self.long_bins, stride=self.frame, groups=2)
        pairs = torch.cat([short, long], 1)
        pairs = (pairs * pairs).reshape(batch, self.bands * 32 + 256, 2, frames).sum(2)
        # -100 dB to 0 dB becomes about -2 to 2.
        return (torch.log(torch.cat([envelope, pairs], 1) + 1e-10) + 11.5) * 0.17


class Encoder(nn.Module):
    """Band signals [batch, 16, 32 n] to mean and scale parameters of the latents [batch, 2 * latents, n]."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.encoder_width
        self.front = SpectralFrontEnd(config.envelope_steps)
        self.reduce = CausalConv1d(self.front.features, width, 1)
        self.stack = nn.Sequential(*(ResidualUnit(width, 3, dilation) for dilation in config.encoder_dilations))
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
    """Amplitudes [batch, tones, 8 t] and speeds [batch, tones, t] of sinusoids to band signals [batch, 16, 8 t].

    A speed multiplies its tone's frequency for eight band samples (2.9 ms). A sinusoid of angular frequency w appears in band
    k as Re(H_k(w) exp(j w (16 n + 15))): the mix below holds H_k at the tones' own frequencies, also for tones that are bent
    (by a few per cent, over which |H_k| hardly changes and its phase, being linear, amounts to a shift in time). Phases (in
    cycles) continue from block to block; in training they start at random values.
    """

    __constants__ = ["streaming", "hold"]

    def __init__(self, config: Config, responses: np.ndarray) -> None:
        super().__init__()
        self.streaming = False
        self.hold = TONE_HOLD
        self.tones = config.tones
        cycles = tone_frequencies(config) / config.sample_rate
        response = responses @ np.exp(-2j * np.pi * np.outer(np.arange(config.taps), cycles))
        mix = np.concatenate([response.real, -response.imag], axis=1)
        self.register_buffer("mix", torch.tensor(mix, dtype=torch.float32).unsqueeze(2))
        self.register_buffer("step", torch.tensor(cycles * BANDS, dtype=torch.float32).reshape(1, -1, 1))
        self.register_buffer("ramp", torch.arange(1.0, TONE_HOLD + 1).reshape(1, 1, 1, -1))
        starts = np.random.default_rng(0).random(config.tones)
        self.register_buffer("start", torch.tensor(starts, dtype=torch.float32).reshape(1, -1, 1))

    def start_streaming(self) -> None:
        self.streaming = True
        self.register_buffer("phase", self.start.repeat(MAX_BATCH, 1, 1))

    def forward(self, amplitudes: Tensor, speeds: Tensor) -> Tensor:
        batch = amplitudes.size(0)
        steps = self.step * speeds
        moved = torch.cumsum(steps * self.hold, 2)
        before = moved - steps * self.hold
        if self.streaming:
            before = before + self.phase[:batch]
            last = moved[:, :, -1:] + self.phase[:batch]
            self.phase[:batch].copy_(last - torch.floor(last))
        elif self.training:
            before = before + torch.rand_like(before[:, :, :1])
        else:
            before = before + self.start
        before = before - torch.floor(before)
        angle = ((before.unsqueeze(3) + steps.unsqueeze(3) * self.ramp) * 6.283185307179586).reshape(amplitudes.shape)
        waves = torch.cat([amplitudes * torch.cos(angle), amplitudes * torch.sin(angle)], 1)
        return F.conv1d(waves, self.mix)


class ClickBank(nn.Module):
    """Amplitudes [batch, 16, t] of impulses, in eighths of full scale, to band signals [batch, 16, t].

    Equal amplitudes in all bands give one short click (the middle 2.5 ms of the analysis bank's own response to an impulse):
    the edge of an attack, which noise can only draw with a random envelope. Causality puts it 1.1 ms late.
    """

    def __init__(self, responses: np.ndarray) -> None:
        super().__init__()
        middle = responses.shape[1] // 2 - 1
        taps = responses[:, middle - 3 * BANDS : middle + 3 * BANDS + 1 : BANDS]
        self.shape = CausalConv1d(BANDS, BANDS, taps.shape[1], groups=BANDS, bias=False)
        # A convolution correlates: its last tap is the newest input.
        kernel = torch.tensor(8 * taps[:, ::-1], dtype=torch.float32).unsqueeze(1)
        self.shape.weight = nn.Parameter(kernel, requires_grad=False)

    def forward(self, amplitudes: Tensor) -> Tensor:
        return self.shape(amplitudes)


class Decoder(nn.Module):
    """Latents [batch, latents, n] and noise [batch, 16, 32 n] to band signals [batch, 16, 32 n].

    Frame rates 86, 344, 1378 and 2756 Hz. Amplitudes of noise and tones are cubed sigmoids: their logarithm is linear at the
    soft end, so that 80 dB of dynamics take a few units; those of clicks are cubed hyperbolic tangents, signed likewise. The
    waveform's amplitude is relative to the level (RMS over 2.9 ms) of the other branches in its band. Every amplitude is
    bounded, hence so is the output, whatever the latents.
    """

    __constants__ = ["bands", "bends", "clicks", "bend"]

    def __init__(self, config: Config, responses: np.ndarray) -> None:
        super().__init__()
        self.bands = BANDS
        self.bends = config.tone_bend > 0
        self.bend = config.tone_bend
        self.clicks = config.clicks
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
        self.tone_hold = Hold(config.tones, TONE_HOLD)
        self.tone_offset = CausalConv1d(middle, config.tones, 2) if self.bends else nn.Identity()
        self.tone_bank = ToneBank(config, responses)
        self.octaves_per_tone = 1 / config.tones_per_octave
        self.click_amplitude = CausalConv1d(band, BANDS, 3) if self.clicks else nn.Identity()
        self.click_bank = ClickBank(responses) if self.clicks else nn.Identity()
        with torch.no_grad():
            self.wave.weight.mul_(0.3)
            self.wave.bias[BANDS:].fill_(-1.0)
            self.noise_amplitude.bias.fill_(-1.5)
            self.tone_amplitude.bias.fill_(-2.0)

    def tone_controls(self, z: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Features [batch, widths[1], 4 n] at 344 Hz, the tones' amplitudes [batch, tones, 4 n] there, and their offsets from
        the grid in its steps [batch, tones, 4 n] (all zero where tones are fixed)."""
        x = self.act(self.stack2(self.up1(self.stack1(self.start(z)))))
        amplitudes = torch.pow(torch.sigmoid(self.tone_amplitude(x)), 3.0)
        if self.bends:
            return x, amplitudes, torch.tanh(self.tone_offset(x)) * self.bend
        return x, amplitudes, torch.zeros_like(amplitudes)

    def branches(self, z: Tensor, noise: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """The output's band signals [batch, 16, 32 n], and the tones' amplitudes and offsets as `tone_controls` gives them."""
        x, amplitudes, offsets = self.tone_controls(z)
        speeds = torch.pow(2.0, offsets * self.octaves_per_tone)
        tones = self.tone_bank(self.tone_hold(amplitudes), speeds)
        x = self.act(self.stack3(self.up2(x)))
        noises = self.noise_bank(noise, self.noise_hold(torch.pow(torch.sigmoid(self.noise_amplitude(x)), 3.0) * 2.0))
        x = self.up3(x)
        source = noises + tones
        if self.clicks:
            source = source + self.click_bank(torch.pow(torch.tanh(self.click_amplitude(self.act(x))), 3.0))
        level = torch.pow(self.level(source * source) + 1e-12, 0.5)
        wave = self.wave(self.act(self.stack4(x + self.excite(source / level))))
        waves = torch.tanh(wave[:, : self.bands]) * torch.sigmoid(wave[:, self.bands :]) * level * 4.0
        return waves + source, amplitudes, offsets

    def forward(self, z: Tensor, noise: Tensor) -> Tensor:
        return self.branches(z, noise)[0]


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
