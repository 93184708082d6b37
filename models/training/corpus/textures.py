"""Machines and air: wind, steam, motors, fans, mains hum, radio, drones and clouds of grains.

Noise is shaped in the STFT domain by curves that move slowly; what turns is a sum of harmonics of a speed that drifts.
Everything is float32 mono [samples] of the given length, with a level of its own: callers set the peak.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, istft, lfilter, sosfilt, stft

from corpus.curves import drift, speed_curve
from corpus.sources import SAMPLE_RATE

Array = np.ndarray


def shaped_noise(rng: np.random.Generator, seconds: float, gain: Array, size: int = 1024) -> Array:
    """White noise under a magnitude curve `gain` [size / 2 + 1, any number of frames, evenly spaced]."""
    count = int(seconds * SAMPLE_RATE)
    _, _, spectrum = stft(rng.standard_normal(count), nperseg=size)
    frames = np.linspace(0, gain.shape[1] - 1, spectrum.shape[1]).round().astype(int)
    _, audio = istft(spectrum * gain[:, frames], nperseg=size)
    return audio[:count].astype(np.float32)


def bins(size: int = 1024) -> Array:
    """Centre frequencies in Hz [size / 2 + 1, 1]."""
    return np.fft.rfftfreq(size, 1 / SAMPLE_RATE)[:, None]


def wind(rng: np.random.Generator, seconds: float) -> Array:
    """Gusts: a falling spectrum with one to three whistling resonances that follow the strength."""
    frames = int(seconds * 40)
    strength = np.exp(0.8 * drift(rng, frames, seconds, rng.uniform(0.2, 1.2)))[None]
    hertz = bins()
    gain = strength / (1 + (hertz / (rng.uniform(150, 900) * strength)) ** rng.uniform(1.2, 2.2))
    for _ in range(rng.integers(1, 4)):
        centre = 10 ** rng.uniform(2.3, 3.5) * strength ** rng.uniform(0.2, 0.8) * 2 ** (0.15 * drift(rng, frames, seconds, 1.5))
        width = centre * 10 ** rng.uniform(-2, -0.7)
        gain = gain + rng.uniform(0.5, 5) * strength**1.5 / (1 + ((hertz - centre) / width) ** 2)
    return shaped_noise(rng, seconds, gain)


def steam(rng: np.random.Generator, seconds: float) -> Array:
    """Hisses and sprays with sudden starts: bands of noise opened and shut, or sputtering."""
    frames = int(seconds * 86)
    valve = drift(rng, frames, seconds, rng.uniform(0.5, 4))
    gate = (valve > np.quantile(valve, rng.uniform(0.2, 0.8))).astype(float)
    gate = lfilter([0.5], [1, -0.5], gate) * np.exp(0.5 * drift(rng, frames, seconds, 8))
    low = 10 ** rng.uniform(2.5, 3.9) * 2 ** (0.5 * drift(rng, frames, seconds, 0.7))
    gain = gate[None] / (1 + (low[None] / np.maximum(bins(), 1)) ** 4) / (1 + (bins() / 10 ** rng.uniform(3.6, 4.3)) ** 4)
    return shaped_noise(rng, seconds, gain + 1e-4)


def turning(rng: np.random.Generator, speed: Array, amplitudes: Array) -> Array:
    """Harmonics of a speed in Hz [samples] with `amplitudes` [harmonics] and random phases; those above 20 kHz are silent."""
    phase = 2 * np.pi * np.cumsum(speed) / SAMPLE_RATE
    out = np.zeros(len(speed))
    for k, amplitude in enumerate(amplitudes, 1):
        if amplitude > 1e-4 and k * speed.min() < 20000:
            out += amplitude * np.sin(k * phase + rng.uniform(0, 6.28)) * (k * speed < 20000)
    return out


def motor(rng: np.random.Generator, seconds: float) -> Array:
    """A motor: harmonics of its revolutions, the mesh of its gear with side bands, and noise that beats with it."""
    count = int(seconds * SAMPLE_RATE)
    speed = speed_curve(rng, count, seconds, 10 ** rng.uniform(0.9, 2.1))
    harmonics = int(rng.integers(8, 40))
    body = turning(rng, speed, rng.random(harmonics) ** 2 / np.arange(1, harmonics + 1) ** rng.uniform(0.3, 1.2))
    teeth = int(rng.integers(7, 40))
    mesh = turning(rng, speed * teeth, rng.random(4) / np.arange(1, 5)) * (1 + 0.6 * turning(rng, speed, np.array([1.0, 0.4])))
    beat = np.maximum(0, 1 + rng.uniform(0, 1.2) * turning(rng, speed, np.array([1.0, 0.5, 0.3]))) ** 2
    gain = 1 / (1 + (bins() / 10 ** rng.uniform(2.5, 3.9)) ** 2) * np.ones((1, 2))
    rush = shaped_noise(rng, seconds, gain)
    rush = rush[:count] / np.std(rush) * beat[: len(rush)]
    return (body / np.std(body) + rng.uniform(0, 0.8) * mesh / np.std(mesh) + rng.uniform(0.05, 0.8) * rush).astype(np.float32)


def fan(rng: np.random.Generator, seconds: float) -> Array:
    """Blades: broadband air whose strength follows each blade's passing, and the tone of that passing."""
    count = int(seconds * SAMPLE_RATE)
    speed = speed_curve(rng, count, seconds, 10 ** rng.uniform(0.3, 2.2))
    pass_by = turning(rng, speed, np.array([1.0, 0.5, 0.3, 0.2]))
    hertz = bins()
    gain = 1 / (1 + (hertz / 10 ** rng.uniform(2.6, 3.8)) ** rng.uniform(1, 2.5)) * np.ones((1, 2))
    air = shaped_noise(rng, seconds, gain)
    air = air / np.std(air) * np.maximum(0.05, 1 + rng.uniform(0.1, 1.0) * pass_by[: len(air)])
    return (air + rng.uniform(0, 0.7) * pass_by[: len(air)]).astype(np.float32)


def hum(rng: np.random.Generator, seconds: float) -> Array:
    """Mains hum and its buzz: harmonics of 50 or 60 Hz that drift in strength, through a clipping stage, with crackle."""
    count = int(seconds * SAMPLE_RATE)
    base = float(rng.choice([50.0, 60.0])) * np.ones(count)
    harmonics = int(rng.integers(6, 60))
    odd = np.where(np.arange(1, harmonics + 1) % 2 == 1, 1.0, rng.uniform(0.1, 1))
    tone = turning(rng, base, odd * rng.random(harmonics) / np.arange(1, harmonics + 1) ** rng.uniform(0.4, 1.6))
    tone = np.tanh(tone / np.std(tone) * 10 ** rng.uniform(-0.5, 0.8)) * np.exp(0.3 * drift(rng, count, seconds, 0.6))
    sparks = (rng.random(count) < 10 ** rng.uniform(-5, -3)) * rng.standard_normal(count) * 5
    return (tone + lfilter([1.0], [1, -rng.uniform(0.3, 0.97)], sparks)).astype(np.float32)


def radio(rng: np.random.Generator, seconds: float) -> Array:
    """Short wave: heterodyne whistles that glide, keyed tones, teletype, fading, static."""
    count = int(seconds * SAMPLE_RATE)
    out = np.zeros(count)
    for _ in range(rng.integers(1, 4)):
        hertz = np.abs(10 ** rng.uniform(2.3, 3.6) * (1 + 0.5 * drift(rng, count, seconds, rng.uniform(0.05, 0.6))))
        kind = rng.choice(["whistle", "keyed", "teletype"])
        gate: Array | float = 1.0
        if kind != "whistle":
            rate = rng.uniform(6, 14) if kind == "keyed" else rng.uniform(40, 80)
            symbols = np.repeat(rng.random(int(seconds * rate) + 1) < 0.5, int(SAMPLE_RATE / rate) + 1)[:count]
            hertz = np.full(count, hertz[0]) if kind == "keyed" else hertz[0] + 170.0 * symbols
            gate = lfilter([0.02], [1, -0.98], symbols.astype(float)) if kind == "keyed" else 1.0
        out += (
            turning(rng, hertz, np.array([1.0, 0.1, 0.03])) * gate * np.exp(drift(rng, count, seconds, 0.8)) * rng.uniform(0.2, 1)
        )
    static = shaped_noise(rng, seconds, np.exp(0.7 * drift(rng, 64, seconds, 2))[None] / (1 + (bins() / 3500) ** 6))
    crackle = lfilter([1.0], [1, -0.7], (rng.random(count) < 2e-4) * rng.standard_normal(count) * 8)
    mixed = out + rng.uniform(0.1, 1.2) * static[:count] / np.std(static) * 0.5 + crackle
    band = butter(2, [rng.uniform(150, 400), rng.uniform(2500, 7000)], "bandpass", fs=SAMPLE_RATE, output="sos")
    return sosfilt(band, mixed).astype(np.float32)


def drone(rng: np.random.Generator, seconds: float) -> Array:
    """Several detuned saws or reeds a fifth, an octave or nothing apart, through a filter that moves."""
    count = int(seconds * SAMPLE_RATE)
    base = 10 ** rng.uniform(1.5, 2.4)
    out = np.zeros(count)
    for _ in range(rng.integers(2, 6)):
        ratio = float(rng.choice([0.5, 1, 1, 1.5, 2, 3])) * 2 ** rng.normal(0, 0.006)
        hertz = base * ratio * 2 ** (0.002 * drift(rng, count, seconds, 0.5))
        harmonics = int(min(60, 9000 / (base * ratio)))
        amplitudes = 1 / np.arange(1, harmonics + 1) ** rng.uniform(0.9, 1.6)
        out += turning(rng, hertz, amplitudes) * np.exp(0.4 * drift(rng, count, seconds, 0.3))
    size = 2048
    _, _, spectrum = stft(out, nperseg=size)
    cut = 10 ** rng.uniform(2.6, 3.7) * 2 ** (0.8 * drift(rng, spectrum.shape[1], seconds, rng.uniform(0.1, 0.8)))
    _, audio = istft(spectrum / (1 + (bins(size) / cut[None]) ** 3), nperseg=size)
    return audio[:count].astype(np.float32)


def grains(rng: np.random.Generator, seconds: float, material: Array) -> Array:
    """A cloud of short windowed pieces of `material` [samples], of 5 to 120 ms, at a density that drifts."""
    count = int(seconds * SAMPLE_RATE)
    out = np.zeros(count, dtype=np.float32)
    density = 10 ** rng.uniform(0.8, 2.2)
    size, focus = 10 ** rng.uniform(-2.3, -0.9), rng.random()
    thickness = np.exp(0.9 * drift(rng, 256, seconds, 0.7))
    time = 0.0
    while time < seconds - 0.15:
        length = int(max(0.003, size * rng.uniform(0.5, 1.5)) * SAMPLE_RATE)
        place = np.clip(focus + 0.08 * rng.standard_normal(), 0, 1) * max(1, len(material) - length - 1)
        piece = material[int(place) : int(place) + length]
        at = int(time * SAMPLE_RATE)
        piece = piece[: count - at] * np.hanning(len(piece))[: count - at] * 10 ** rng.uniform(-0.8, 0)
        out[at : at + len(piece)] += piece
        focus = float(np.clip(focus + 0.01 * rng.standard_normal(), 0, 1))
        time += rng.exponential(1 / (density * thickness[int(time / seconds * 256)]))
    return out
