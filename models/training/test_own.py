"""Checks of data sets made of a player's own recordings, and of those that are synthesised. Run: python3 -m unittest test_own -v"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import soundfile as sf
from scipy.signal import find_peaks

from corpus import modal, textures, waveguides
from corpus.sources import SAMPLE_RATE
from own_data import read_folder, shorten_silence, split


def spectrum(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and magnitudes."""
    return np.fft.rfftfreq(len(audio), 1 / SAMPLE_RATE), np.abs(np.fft.rfft(audio * np.hanning(len(audio))))


class Recordings(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def tone(self, hertz: float, seconds: float, rate: int = SAMPLE_RATE) -> np.ndarray:
        return (0.2 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)

    def test_formats_rates_and_channels(self) -> None:
        """Each comes out mono at 44.1 kHz, its pitch and length kept, at -3 dBFS."""
        (self.folder / "deep" / "er").mkdir(parents=True)
        for name, rate, channels in (("a.wav", 48000, 2), ("deep/b.FLAC", 22050, 1), ("deep/er/c.aiff", 96000, 3)):
            sf.write(self.folder / name, np.tile(self.tone(440, 2, rate)[:, None], channels), rate)
        recordings, unread = read_folder(self.folder)
        self.assertEqual(sorted(recordings), ["a.wav", "deep/b.FLAC", "deep/er/c.aiff"])
        self.assertEqual(unread, [])
        for audio in recordings.values():
            self.assertAlmostEqual(len(audio) / SAMPLE_RATE, 2.0, delta=0.01)
            hertz, magnitude = spectrum(audio)
            self.assertAlmostEqual(float(hertz[np.argmax(magnitude)]), 440.0, delta=1.0)
            self.assertAlmostEqual(float(np.abs(audio).max()), 10 ** (-3 / 20), delta=0.02)

    def test_what_cannot_be_read_is_named(self) -> None:
        (self.folder / "broken.wav").write_text("no audio")
        (self.folder / "notes.txt").write_text("no audio")
        sf.write(self.folder / "silent.wav", np.zeros(1000, np.float32), SAMPLE_RATE)
        recordings, unread = read_folder(self.folder)
        self.assertEqual(recordings, {})
        self.assertEqual([line.split(":")[0] for line in unread], ["broken.wav", "silent.wav"])

    def test_silence_is_shortened(self) -> None:
        sound, pause = self.tone(300, 2), np.zeros(3 * SAMPLE_RATE, np.float32)
        audio = shorten_silence(np.concatenate([sound, pause, sound, pause[: SAMPLE_RATE // 2], sound]))
        self.assertAlmostEqual(len(audio) / SAMPLE_RATE, 7.0, delta=0.11)

    def test_what_is_held_out_is_not_trained_on(self) -> None:
        """Every sample has a value of its own here: none is on both sides, and none is lost."""
        lengths = (95, 41, 7, 2)
        total = sum(lengths) * SAMPLE_RATE
        values = np.arange(1, total + 1, dtype=np.float32)
        edges = np.cumsum([0, *lengths]) * SAMPLE_RATE
        recordings = {f"{i}.wav": values[a:b] for i, (a, b) in enumerate(zip(edges, edges[1:]))}
        training, held_out = split(recordings, np.random.default_rng(1))
        held = np.concatenate(list(held_out.values()))
        trained = np.concatenate(training)
        self.assertEqual(len(held) + len(trained), total)
        self.assertGreater(len(held) / total, 0.03)
        self.assertLess(len(held) / total, 0.15)
        # The last 10 ms of each segment are faded, so that cuts do not click.
        self.assertGreater(len(np.intersect1d(trained, values)), 0.99 * len(trained))
        whole = trained[np.isin(trained, values)]
        self.assertLess(len(np.intersect1d(whole, held)), 0.01 * len(held))


class Script(unittest.TestCase):
    """`own.sh`: what it refuses, and a few steps of training."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def run_script(self, *arguments: str, **variables: str) -> tuple[int, str]:
        script = Path(__file__).resolve().parent / "own.sh"
        places = ["--out", str(self.folder / "out"), "--work", str(self.folder / "work")]
        environment = {**os.environ, "PYTHON": sys.executable, **variables}
        result = subprocess.run([script, *arguments, *places], capture_output=True, text=True, env=environment)
        return result.returncode, result.stderr

    def test_wrong_words_are_named(self) -> None:
        for arguments, message in (
            (["only-one"], "own.sh FOLDER-OF-AUDIO NAME"),
            (["folder", "../name"], "NAME is a file name"),
            (["folder", "name", "--hours", "two"], "'two' is no number of hours"),
            (["folder", "name", "--hour", "2"], "own.sh FOLDER-OF-AUDIO NAME"),
        ):
            code, text = self.run_script(*arguments)
            self.assertEqual(code, 2)
            self.assertIn(message, text)

    def test_too_little_audio_says_how_much_there_is(self) -> None:
        (self.folder / "audio").mkdir()
        sf.write(self.folder / "audio" / "short.wav", 0.1 * np.random.default_rng(0).standard_normal(9 * SAMPLE_RATE), SAMPLE_RATE)
        code, text = self.run_script(str(self.folder / "audio"), "name")
        self.assertEqual(code, 1)
        self.assertIn("holds 9 seconds of audio", text)
        self.assertFalse((self.folder / "out").exists())

    def test_a_model_that_it_did_not_make_is_left_alone(self) -> None:
        theirs = self.folder / "out" / "name" / "name.ts"
        theirs.parent.mkdir(parents=True)
        theirs.write_text("theirs")
        code, text = self.run_script(str(self.folder), "name")
        self.assertEqual(code, 1)
        self.assertIn("give another NAME or --out", text)
        self.assertEqual(theirs.read_text(), "theirs")


    def test_training_on_keeps_the_latents_directions_and_the_earlier_map(self) -> None:
        """Two steps of each stage, then four: the second call ended with an error, since the map was there already."""
        rng = np.random.default_rng(5)
        (self.folder / "audio").mkdir()
        bursts = rng.standard_normal(140 * SAMPLE_RATE) * (np.arange(140 * SAMPLE_RATE) % 9000 < 2000)
        sf.write(self.folder / "audio" / "bursts.wav", 0.1 * bursts, SAMPLE_RATE)
        # In place of Tiller: lists the command and writes what it was given, but over nothing.
        fake = self.folder / "tiller"
        fake.write_text(
            '#!/bin/sh\n[ "$1" != --help ] || { echo "  map "; exit; }\nfor last; do :; done\nset -C\necho "$@" > "$last"\n'
        )
        fake.chmod(0o755)
        map_of = self.folder / "out" / "name" / "name.tiller.json"
        for steps in (2, 4):
            code, text = self.run_script(
                str(self.folder / "audio"), "name", "--from", "percussion", TILLER=str(fake), OWN_STEPS=str(steps)
            )
            self.assertEqual(code, 0, text)
            if steps == 2:
                map_of.write_text("changed by the player")
        self.assertEqual(map_of.with_name("name-1.tiller.json").read_text(), "changed by the player")
        self.assertIn("name.ts", map_of.read_text())
        card = json.loads(map_of.with_name("card.json").read_text())
        before = json.loads((Path(__file__).resolve().parent.parent / "percussion" / "card.json").read_text())
        self.assertEqual(card["steps"], before["steps"] + 8)


    @unittest.skipUnless(shutil.which("bash"), "needs bash")
    def test_an_interruption_ends_it_in_every_shell(self) -> None:
        """bash went on with the second stage: training had ended without an error, its state being stored."""
        (self.folder / "work" / "name").mkdir(parents=True)
        (self.folder / "work" / "name" / "about.json").touch()
        python, calls = self.folder / "python", self.folder / "calls"
        # In place of Python: training that is interrupted at once, and ends well.
        python.write_text(f'#!/bin/sh\ncase $* in *train.py*) trap "" INT; echo train >> "{calls}"; kill -INT 0 ;; esac\n')
        python.chmod(0o755)
        script = Path(__file__).resolve().parent / "own.sh"
        places = ["--out", str(self.folder / "out"), "--work", str(self.folder / "work")]
        for shell in ("sh", "bash"):
            calls.unlink(missing_ok=True)
            environment = {**os.environ, "PYTHON": str(python)}
            result = subprocess.run([shell, script, str(self.folder), "name", *places], env=environment, start_new_session=True)
            self.assertEqual(result.returncode, 130)
            self.assertEqual(calls.read_text(), "train\n")


class Synthesis(unittest.TestCase):
    def setUp(self) -> None:
        self.rng = np.random.default_rng(7)

    def test_modes_ring_at_their_frequencies(self) -> None:
        modes = modal.Modes(np.array([300.0, 1234.0]), np.array([2.0, 1.0]), np.array([1.0, 1.0]))
        audio = modal.ring(modes, np.array([1.0]), 2.0)
        hertz, magnitude = spectrum(audio[2000:])
        peaks, _ = find_peaks(magnitude, height=magnitude.max() / 20)
        np.testing.assert_allclose(hertz[peaks], [300.0, 1234.0], atol=0.6)

    def test_modes_decay_as_told(self) -> None:
        audio = modal.ring(modal.Modes(np.array([500.0]), np.array([1.0]), np.array([1.0])), np.array([1.0]), 1.5)
        level = [20 * np.log10(np.abs(audio[int(t * SAMPLE_RATE) :][:2000]).max()) for t in (0.1, 0.6)]
        self.assertAlmostEqual(level[0] - level[1], 30.0, delta=0.5)

    def test_strings_and_tubes_are_in_tune(self) -> None:
        """Partials at multiples of the pitch; of a closed tube at odd ones only."""
        for hertz in (82.4, 440.0):
            for sign, expected in ((1.0, (1, 2, 3)), (-1.0, (1, 3, 5))):
                excitation = np.zeros(2 * SAMPLE_RATE)
                excitation[:40] = self.rng.standard_normal(40)
                audio = waveguides.loop(excitation, hertz, 3.0, 0.9, sign)
                frequencies, magnitude = spectrum(audio[SAMPLE_RATE // 4 :])
                for partial in expected:
                    near = np.abs(frequencies - partial * hertz) < 0.3 * hertz
                    found = float(frequencies[near][np.argmax(magnitude[near])])
                    self.assertLess(abs(1200 * np.log2(found / (partial * hertz))), 6.0)
                if sign < 0:
                    even, odd = (magnitude[np.abs(frequencies - k * hertz) < 3].max() for k in (2, 1))
                    self.assertLess(even, odd / 30)

    def test_every_texture_is_finite_and_sounds(self) -> None:
        makers = [textures.wind, textures.steam, textures.motor, textures.fan, textures.hum, textures.radio, textures.drone]
        for make in [*makers, waveguides.blown_tube, waveguides.engine]:
            for _ in range(3):
                audio = make(self.rng, 2.0)
                self.assertAlmostEqual(len(audio) / SAMPLE_RATE, 2.0, delta=0.05)
                self.assertTrue(np.isfinite(audio).all(), make.__name__)
                self.assertGreater(float(np.std(audio)), 1e-4, make.__name__)
        for make_object in (modal.struck_object, modal.rubbed_object, modal.gong, waveguides.plucked_string):
            audio = make_object(self.rng)
            self.assertTrue(np.isfinite(audio).all(), make_object.__name__)
            self.assertGreater(float(np.abs(audio).max()), 1e-6, make_object.__name__)

    def test_cylinders_fire_in_turn(self) -> None:
        """As many pulses as firings, all above zero; with unlike cylinders every fourth is alike."""
        firing = np.full(2 * SAMPLE_RATE, 20.0)
        while True:  # until one comes without missed firings
            pulses = waveguides.exhaust_pulses(self.rng, firing, 4)
            peaks, _ = find_peaks(pulses, distance=SAMPLE_RATE // 40)
            if len(peaks) == 39:
                break
        self.assertGreaterEqual(float(pulses.min()), 0.0)
        np.testing.assert_allclose(np.diff(peaks), SAMPLE_RATE / 20, atol=2)
        heights = pulses[peaks][:36].reshape(9, 4)
        self.assertLess(float(np.ptp(np.log(heights.mean(1)))), float(np.ptp(np.log(heights))))

    def test_the_same_seed_gives_the_same_sound(self) -> None:
        for make in (textures.radio, textures.motor, waveguides.engine):
            first, again = (make(np.random.default_rng(3), 1.0) for _ in range(2))
            self.assertTrue(np.array_equal(first, again))


if __name__ == "__main__":
    unittest.main()
