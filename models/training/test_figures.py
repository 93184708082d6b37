"""The figures' own checks, on signals whose figures are known. Run: python3 -m unittest test_figures -v"""

from __future__ import annotations

import unittest
from dataclasses import replace

import numpy as np

from attacks import attack_error, envelope, find_onsets, rise_seconds
from evaluate import compare, mean_figures
from landmarks import held_cents
from loudness import k_weighted, loudness_error, momentary_loudness, treble_db
from measure import Audio
from pitch import pitch_error, track_pitch

RATE = 44100


def tone(hertz: float | np.ndarray, seconds: float, harmonics: int = 1, amplitude: float = 0.3) -> Audio:
    """A sum of harmonics, each 1 / k as strong; `hertz` may move [samples]."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hertz, int(seconds * RATE))) / RATE
    return np.asarray(amplitude * sum(np.sin(k * phase) / k for k in range(1, harmonics + 1)), dtype=np.float32)


def noise(seconds: float, seed: int = 0) -> Audio:
    return (0.1 * np.random.default_rng(seed).standard_normal(int(seconds * RATE))).astype(np.float32)


def hits(rise: float, count: int = 6, seed: int = 1) -> Audio:
    """Bursts of noise 0.25 s apart that rise linearly in `rise` seconds and then fall by 60 dB in 0.2 s."""
    out = np.zeros(int((count * 0.25 + 0.2) * RATE), dtype=np.float32)
    time = np.arange(int(0.2 * RATE)) / RATE
    shape = np.minimum(1, time / rise) * 10 ** (-3 * time / 0.2)
    for index in range(count):
        at = int((0.1 + 0.25 * index) * RATE)
        out[at : at + len(time)] += 0.5 * shape * np.random.default_rng(seed + index).uniform(-1, 1, len(time))
    return out


class Pitch(unittest.TestCase):
    def test_finds_the_fundamental(self) -> None:
        """Sines and tones rich in harmonics over the whole range, to half a cent and a fraction that grows with frequency."""
        for hertz in (55.0, 82.4, 220.0, 441.3, 1046.5, 1900.0):
            for harmonics in (1, 8):
                track = track_pitch(tone(hertz, 0.5, harmonics), RATE)
                cents = 1200 * np.log2(track.hertz / hertz)
                self.assertLess(float(np.abs(cents).max()), 0.5 + hertz / 500, f"{hertz} Hz, {harmonics} harmonics")
                self.assertLess(float(track.aperiodicity.max()), 0.02)

    def test_a_missing_fundamental_is_heard(self) -> None:
        track = track_pitch(tone(600.0, 0.5) + tone(800.0, 0.5) + tone(1000.0, 0.5), RATE)
        self.assertAlmostEqual(float(np.median(track.hertz)), 200.0, delta=0.3)

    def test_noise_has_no_pitch(self) -> None:
        self.assertGreater(float(np.mean(track_pitch(noise(2.0), RATE).aperiodicity > 0.1)), 0.99)

    def test_error_is_the_interval(self) -> None:
        target = tone(300.0, 1.0, 5)
        for cents in (0.0, 7.0, -40.0, 1200.0):
            error = pitch_error(tone(300.0 * 2 ** (cents / 1200), 1.0, 5), target, RATE)
            self.assertAlmostEqual(error.cents, abs(cents), delta=1.0)
            self.assertEqual(error.within_50, 1.0 if abs(cents) < 50 else 0.0)

    def test_a_held_sound_is_measured_against_its_note(self) -> None:
        """A quarter tone above A4; the same sound against the A below; noise has no pitch."""
        sharp = tone(440.0 * 2 ** (50 / 1200), 1.0, 5)
        self.assertAlmostEqual(held_cents(sharp, RATE, 69), 50.0, delta=1.0)
        self.assertAlmostEqual(held_cents(sharp, RATE, 57), 1250.0, delta=1.0)
        self.assertTrue(np.isnan(held_cents(noise(1.0), RATE, 69)))

    def test_steps_in_place_of_a_glide_are_seen(self) -> None:
        """A glide of an octave in eight seconds, played on a grid of semitones: 25 cents of error on average."""
        octave = np.linspace(0, 1, 8 * RATE)
        glide, stepped = tone(220 * 2**octave, 8.0), tone(220 * 2 ** (np.round(12 * octave) / 12), 8.0)
        self.assertAlmostEqual(pitch_error(stepped, glide, RATE).cents, 25.0, delta=4.0)

    def test_frames_without_pitch_do_not_count(self) -> None:
        target = np.concatenate([tone(300.0, 1.0), noise(1.0), np.zeros(RATE, np.float32)])
        error = pitch_error(np.concatenate([tone(300.0, 1.0), tone(700.0, 2.0)]), target, RATE)
        self.assertLess(error.cents, 1.0)
        self.assertLess(error.frames, 105)
        self.assertEqual(pitch_error(noise(1.0), noise(1.0, 5), RATE).frames, 0)


class Attacks(unittest.TestCase):
    def test_onsets_are_found_where_they_are(self) -> None:
        onsets = find_onsets(hits(0.001), RATE) / RATE
        self.assertEqual(len(onsets), 6)
        np.testing.assert_allclose(onsets, 0.1 + 0.25 * np.arange(6), atol=0.004)

    def test_steady_sounds_have_none(self) -> None:
        for audio in (noise(2.0)[RATE:], tone(200.0, 2.0)[RATE:]):
            self.assertEqual(len(find_onsets(audio, RATE)), 0)

    def test_rise_of_a_ramp(self) -> None:
        """A linear ramp takes eight tenths of its length from 10 to 90 %."""
        for seconds in (0.003, 0.01, 0.03):
            level = np.clip((np.arange(2646) / RATE - 0.012) / seconds, 0, 1)
            self.assertAlmostEqual(rise_seconds(level, RATE), 0.8 * seconds, delta=1e-5)

    def test_rise_is_finite_whatever_the_envelope(self) -> None:
        rng = np.random.default_rng(3)
        for level in (np.ones(100), np.linspace(1, 0, 100), np.linspace(0, 1, 100), *rng.random((200, 60))):
            self.assertTrue(0 <= rise_seconds(level, RATE) <= len(level) / RATE)

    def test_a_click_rises_at_once(self) -> None:
        click = np.zeros(4410, dtype=np.float32)
        click[2000] = 1
        self.assertLess(rise_seconds(envelope(click, RATE)[1500:4000], RATE), 0.0006)

    def test_error_of_slower_attacks(self) -> None:
        """Tone bursts of 5 ms rise against 15 ms: eight tenths of 10 ms; the other way round the sign turns."""
        time = np.arange(2 * RATE) / RATE
        beat = time % 0.4
        fast, slow = (
            (np.sin(2 * np.pi * 1000 * time) * np.clip(beat / rise, 0, 1) * np.exp(-np.maximum(0, beat - rise) / 0.1) * 0.5).astype(
                np.float32
            )
            for rise in (0.005, 0.015)
        )
        error = attack_error(slow, fast, RATE)
        self.assertEqual(error.onsets, 4)
        self.assertAlmostEqual(error.signed_milliseconds, 8.0, delta=1.0)
        self.assertAlmostEqual(attack_error(fast, slow, RATE).signed_milliseconds, -8.0, delta=1.0)
        self.assertEqual(attack_error(fast, fast, RATE).milliseconds, 0.0)

    def test_other_noise_under_the_same_envelope_is_near(self) -> None:
        """How well a model could do that draws its own noise."""
        self.assertLess(attack_error(hits(0.002, seed=50), hits(0.002), RATE).milliseconds, 1.5)


class Means(unittest.TestCase):
    def test_clips_weigh_by_what_they_hold(self) -> None:
        """Attack by onsets, pitch as the median over tonal frames; a clip without any does not count."""
        audio = np.concatenate([tone(300.0, 1.0), hits(0.002)])
        same = compare("same", audio, audio, RATE)
        none = replace(same, attack_ms=float("nan"), onsets=0, pitch_cents=float("nan"), tonal_frames=0, treble_db=-6.0)
        slow = replace(same, attack_ms=4.0, onsets=3 * same.onsets, pitch_cents=30.0, tonal_frames=same.tonal_frames // 2)
        mean = mean_figures([same, none, slow])
        self.assertAlmostEqual(mean.attack_ms, 3.0)
        self.assertEqual(mean.onsets, 4 * same.onsets)
        self.assertEqual(mean.pitch_cents, 0.0)
        self.assertEqual(mean.treble_db, 2.0)
        self.assertTrue(np.isnan(mean_figures([none]).attack_ms))


class Loudness(unittest.TestCase):
    def test_weighting_follows_the_recommendation(self) -> None:
        """BS.1770-4: a full-scale sine of 997 Hz in one channel reads -3.01 LUFS; bass is cut, treble raised by 4 dB."""
        audio = tone(997.0, 2.0, amplitude=1.0)
        self.assertAlmostEqual(float(momentary_loudness(audio, RATE)[10:].mean()), -3.01, delta=0.02)
        for hertz, gain in ((20.0, -13.3), (10000.0, 4.0)):
            weighted = k_weighted(tone(hertz, 2.0), RATE)[RATE:]
            self.assertAlmostEqual(20 * np.log10(np.std(weighted) / np.std(tone(hertz, 2.0)[RATE:])), gain, delta=0.1)

    def test_error_is_the_gain(self) -> None:
        audio = hits(0.001)
        error = loudness_error(audio * np.float32(10 ** (-3 / 20)), audio, RATE)
        self.assertAlmostEqual(error.decibels, 3.0, delta=0.01)
        self.assertAlmostEqual(error.signed_decibels, -3.0, delta=0.01)

    def test_errors_that_cancel_still_count(self) -> None:
        audio = tone(500.0, 2.0)
        gain = np.where(np.arange(len(audio)) < RATE, 2.0, 0.5).astype(np.float32)
        error = loudness_error(audio * gain, audio, RATE)
        self.assertAlmostEqual(error.decibels, 6.0, delta=0.3)
        self.assertAlmostEqual(error.signed_decibels, 0.0, delta=0.3)

    def test_silence_does_not_count(self) -> None:
        self.assertTrue(np.isnan(loudness_error(noise(1.0), np.zeros(RATE, np.float32), RATE).decibels))

    def test_treble_is_what_lies_above_8_khz(self) -> None:
        self.assertAlmostEqual(treble_db(tone(12000.0, 1.0, amplitude=0.1), RATE), -23.0, delta=0.1)
        self.assertLess(treble_db(tone(4000.0, 1.0), RATE), -55.0)
        self.assertEqual(treble_db(np.zeros(1000, np.float32), RATE), -80.0)


if __name__ == "__main__":
    unittest.main()
