"""Finds labelled places in an exported model's latent space, for presets to start from.

    python3 landmarks.py percussion --out ../percussion/landmarks.json

Each label has reference sounds (`places.py`). They are encoded; the label stands for the latent at the moment that `places.py` gives (a mean over three frames), kept within the nominal range of -3 to 3. The latent is then held and decoded: the measured loudness,
brightness and noisiness say what a performer hears there. Places that are too quiet are left out, as are places that sound
like others.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.sources import SAMPLE_RATE, SAMPLES
from measure import Audio, Descriptors, ExportedModel, describe
from pitch import TONAL, track_pitch
from places import PLACES

QUIETEST_DB = -42.0


@dataclass(frozen=True)
class Landmark:
    """A labelled latent vector and the measured sound of holding it. `note` is the MIDI note of the reference where it is one."""

    label: str
    latent: list[float]
    reference: str
    note: int | None
    loudnessDb: float
    brightnessHz: float
    noisiness: float


def latent_at(model: ExportedModel, audio: Audio, seconds: float) -> NDArray[np.float32]:
    """Mean latent [latents] over three frames from `seconds` into `audio` [samples] on."""
    lead, tail = np.zeros(2 * model.hop, dtype=np.float32), np.zeros(8 * model.hop, dtype=np.float32)
    latents = model.encode(np.concatenate([lead, audio, tail]))
    # The encoder sees the audio half of the model's delay late.
    frame = int((seconds * SAMPLE_RATE + model.delay / 2) / model.hop) + 2
    return latents[:, frame : frame + 3].mean(axis=1)


def distance(a: Descriptors, b: Descriptors) -> float:
    """Perceptual distance of two steady sounds: 6 dB, half an octave of brightness or a factor 4 of flatness each count 1."""
    loudness = (a.loudness_db - b.loudness_db) / 6
    brightness = np.log2(a.brightness_hz / b.brightness_hz) / 0.5
    noisiness = np.log(a.noisiness / b.noisiness) / np.log(4)
    return float(np.sqrt(loudness**2 + brightness**2 + noisiness**2))


def held_cents(audio: Audio, sample_rate: int, note: int) -> float:
    """Median distance in cents of the pitch of a held sound [samples] from a MIDI note (signed; octaves count in full), NaN where
    less than half of its frames are tonal."""
    track = track_pitch(audio, sample_rate)
    tonal = track.aperiodicity < TONAL
    if 2 * tonal.sum() < len(tonal) or not len(tonal):
        return float("nan")
    return float(np.median(1200 * np.log2(track.hertz[tonal] / 440) - 100 * (note - 69)))


def landmarks(model: ExportedModel, name: str, count: int | None = None) -> list[Landmark]:
    """The labels of `PLACES` in its order; of more than `count` those whose held sounds lie furthest apart (greedy farthest point)."""
    places = {}
    for label, make in PLACES[name].items():
        reference = make()
        latent = np.clip(np.mean([latent_at(model, audio, moment) for audio, moment in reference.sounds], axis=0), -3, 3)
        sound = describe(model.hold(latent), model.sample_rate)
        if sound.loudness_db > QUIETEST_DB:
            places[label] = (reference, latent, sound)
    chosen = [next(iter(places))]
    while len(chosen) < min(count or len(places), len(places)):
        rest = [label for label in places if label not in chosen]
        chosen.append(max(rest, key=lambda label: min(distance(places[label][2], places[c][2]) for c in chosen)))
    return [
        Landmark(
            label,
            [round(float(value), 3) for value in places[label][1]],
            places[label][0].source,
            places[label][0].note,
            round(places[label][2].loudness_db, 1),
            round(places[label][2].brightness_hz),
            round(places[label][2].noisiness, 4),
        )
        for label in places
        if label in chosen
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(PLACES))
    parser.add_argument("--model", help="the exported model; by default the shipped one")
    parser.add_argument("--count", type=int, help="the most places to keep; all that are loud enough unless given")
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
        if landmark.note is not None:
            held = model.hold(np.array(landmark.latent, dtype=np.float32))
            sound += f"  {held_cents(held, model.sample_rate, landmark.note):+.0f} cents from note {landmark.note}"
        print(f"{landmark.label:24s} {sound}")


if __name__ == "__main__":
    main()
