"""Finds labelled places in an exported model's latent space, for presets to start from.

    python3 landmarks.py percussion --out ../percussion/landmarks.json

Each label has reference sounds. They are encoded, and the latent at a telling moment (a mean over three frames) is what the
label points to, kept within the nominal range of -3 to 3. The latent is then held and decoded: the measured loudness,
brightness and noisiness say what a performer hears there. Places that are too quiet are left out, and places that sound
alike are thinned out.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.sources import SAMPLE_RATE, SAMPLES, load_mono, render, to_peak
from measure import Audio, Descriptors, ExportedModel, describe
from midi import Note

QUIETEST_DB = -42.0
# Label: (reference sounds, seconds after the loudest moment at which the latent is read).
PERCUSSION = {
    "tight kick": ("bd_haus bd_tek", 0.0),
    "deep boom": ("bd_boom bd_808", 0.15),
    "snare crack": ("drum_snare_hard sn_dolf", 0.0),
    "snare rattle": ("drum_roll drum_snare_soft", 0.04),
    "closed hat": ("drum_cymbal_closed", 0.0),
    "open metal": ("drum_cymbal_open drum_splash_hard", 0.1),
    "low tom": ("drum_tom_lo_hard", 0.03),
    "high tom": ("drum_tom_hi_hard", 0.03),
    "tabla ring": ("tabla_na_o tabla_tun1", 0.05),
    "tabla bass": ("tabla_ghe2 tabla_ghe3", 0.1),
    "cowbell": ("drum_cowbell", 0.02),
    "wood": ("elec_wood", 0.0),
    "electric ping": ("elec_ping", 0.02),
    "swish": ("perc_swash perc_swoosh", 0.0),
    "finger snap": ("perc_snap perc_snap2", 0.0),
}
# Label: (General MIDI program, notes, seconds into the sound).
VOICES = {
    "low choir": (52, (48,), 1.0),
    "high choir": (52, (74,), 1.0),
    "choir chord": (52, (57, 60, 64), 1.0),
    "dark oohs": (53, (55,), 1.0),
    "bright oohs": (53, (76,), 1.0),
    "bowed low": (42, (38,), 0.8),
    "cello song": (42, (57,), 0.8),
    "viola": (41, (62,), 0.8),
    "violin high": (40, (81,), 0.8),
    "string section": (48, (48, 55, 64), 1.2),
    "shimmering strings": (44, (76,), 1.0),
    "flute": (73, (72,), 0.8),
    "flute breath": (73, (91,), 0.4),
    "organ": (19, (48, 60), 1.0),
    "organ pedal": (19, (36,), 1.0),
}


@dataclass(frozen=True)
class Landmark:
    """A labelled latent vector and the measured sound of holding it."""

    label: str
    latent: list[float]
    reference: str
    loudnessDb: float
    brightnessHz: float
    noisiness: float


def loudest(audio: Audio) -> float:
    """The time in seconds at which the loudest 10 ms of `audio` [samples] begin."""
    return int(np.argmax(np.convolve(audio**2, np.ones(441), mode="valid"))) / SAMPLE_RATE


def latent_at(model: ExportedModel, audio: Audio, seconds: float) -> NDArray[np.float32]:
    """Mean latent [latents] over three frames from `seconds` into `audio` [samples] on."""
    lead, tail = np.zeros(2 * model.hop, dtype=np.float32), np.zeros(8 * model.hop, dtype=np.float32)
    latents = model.encode(np.concatenate([lead, audio, tail]))
    # The encoder sees the audio half of the model's delay late.
    frame = int((seconds * SAMPLE_RATE + model.delay / 2) / model.hop) + 2
    return latents[:, frame : frame + 3].mean(axis=1)


def references(name: str) -> dict[str, tuple[str, list[tuple[Audio, float]]]]:
    """Per label: a description of its reference sounds, and the sounds with the moment to read in seconds."""
    rng = np.random.default_rng(0)
    found: dict[str, tuple[str, list[tuple[Audio, float]]]] = {}
    if name == "percussion":
        for label, (samples, later) in PERCUSSION.items():
            sounds = [to_peak(load_mono(sample), -3) for sample in samples.split()]
            found[label] = (samples, [(sound, loudest(sound) + later) for sound in sounds])
        return found
    for label, (program, pitches, moment) in VOICES.items():
        notes = [Note(0.05, 3.0, pitch, 100, 0) for pitch in pitches]
        sound = to_peak(render(notes, 3.0, program, 0, rng, swell=False), -6)
        found[label] = (f"GM program {program + 1}, notes {' '.join(map(str, pitches))}", [(sound, moment)])
    return found


def distance(a: Descriptors, b: Descriptors) -> float:
    """How differently two steady sounds strike the ear: 6 dB, half an octave of brightness or a factor 4 of flatness count 1."""
    loudness = (a.loudness_db - b.loudness_db) / 6
    brightness = np.log2(a.brightness_hz / b.brightness_hz) / 0.5
    noisiness = np.log(a.noisiness / b.noisiness) / np.log(4)
    return float(np.sqrt(loudness**2 + brightness**2 + noisiness**2))


def landmarks(model: ExportedModel, name: str, count: int) -> list[Landmark]:
    """The `count` labels whose held sounds lie furthest apart (greedy farthest point), in the order of the label tables."""
    places = {}
    for label, (reference, sounds) in references(name).items():
        latent = np.clip(np.mean([latent_at(model, audio, moment) for audio, moment in sounds], axis=0), -3, 3)
        sound = describe(model.hold(latent), model.sample_rate)
        if sound.loudness_db > QUIETEST_DB:
            places[label] = (reference, latent, sound)
    chosen = [next(iter(places))]
    while len(chosen) < min(count, len(places)):
        rest = [label for label in places if label not in chosen]
        chosen.append(max(rest, key=lambda label: min(distance(places[label][2], places[c][2]) for c in chosen)))
    return [
        Landmark(
            label,
            [round(float(value), 3) for value in places[label][1]],
            places[label][0],
            round(places[label][2].loudness_db, 1),
            round(places[label][2].brightness_hz),
            round(places[label][2].noisiness, 4),
        )
        for label in places
        if label in chosen
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["percussion", "voices"])
    parser.add_argument("--model", help="the exported model; by default the shipped one")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if not SAMPLES.is_dir():
        raise FileNotFoundError(f"{SAMPLES} is missing: install Debian's sonic-pi-samples")
    shipped = Path(__file__).resolve().parent.parent / arguments.name / f"{arguments.name}.ts"
    model = ExportedModel(arguments.model or str(shipped))
    found = landmarks(model, arguments.name, arguments.count)
    arguments.out.write_text(json.dumps([asdict(landmark) for landmark in found], indent=2) + "\n")
    for landmark in found:
        sound = f"{landmark.loudnessDb:6.1f} dB {landmark.brightnessHz:6d} Hz  flatness {landmark.noisiness:.4f}"
        print(f"{landmark.label:20s} {sound}  {landmark.latent}")


if __name__ == "__main__":
    main()
