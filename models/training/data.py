"""Builds the training and held-out audio of one model, and serves random crops of it.

    python3 data.py percussion --out ~/tiller-data

writes `<out>/<name>/train.npy` (int16 mono at 44.1 kHz, one long array), `<out>/<name>/held-out/*.wav` and
`<out>/<name>/sources.json` (what went in). Everything is drawn from a seeded generator. What goes in is said in `corpus/`.

Sources: Debian's `sonic-pi-samples` (CC0; `loop_amen*` and `loop_breakbeat` are left out as of doubtful origin),
`fluid-soundfont-gm` and `musescore-general-soundfont` (both MIT) played by `fluidsynth`, and synthesis.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

from corpus import machines, metal, percussion, voices
from corpus.sources import SAMPLE_RATE, load_mono, to_peak
from variations import SPEEDS, at_speed, source_samples, tilted

CORPORA = {"percussion": percussion, "voices": voices, "metal": metal, "machines": machines}


def write_set(folder: Path, segments: list[np.ndarray], held_out: dict[str, np.ndarray], order: np.ndarray, facts: dict) -> None:
    """Writes a data set under `folder`: `segments` [samples each] one after another in `order`, and the held-out clips."""
    (folder / "held-out").mkdir(parents=True, exist_ok=True)
    audio = np.concatenate([segments[i] for i in order])
    np.save(folder / "train.npy", np.clip(np.round(audio * 32767), -32768, 32767).astype(np.int16))
    for clip, samples in held_out.items():
        sf.write(folder / "held-out" / f"{clip}.wav", samples, SAMPLE_RATE, subtype="PCM_16")
    facts = {"seconds": round(len(audio) / SAMPLE_RATE, 1), "segments": len(segments), **facts, "heldOut": sorted(held_out)}
    (folder / "sources.json").write_text(json.dumps(facts, indent=2) + "\n")
    print(f"{folder.name}: {facts['seconds'] / 60:.1f} minutes of training audio, held out: {', '.join(facts['heldOut'])}")


def build(name: str, out: Path, minutes: float, seed: int) -> None:
    """Writes the data set of model `name` under `out` (replacing an earlier one)."""
    rng = np.random.default_rng(seed)
    corpus = CORPORA[name]
    segments, held_out = corpus.build(rng, minutes)
    held_out.update({n: to_peak(load_mono(n), -3)[: 10 * SAMPLE_RATE] for n in corpus.HELD_OUT})
    write_set(out / name, segments, held_out, rng.permutation(len(segments)), {"seed": seed})


@dataclass
class CropSampler:
    """Random crops of a training array, silence-aware: a crop whose RMS is under -60 dBFS is redrawn nine times in ten.

    Each crop has a random gain (-18 to +1 dB, kept under full scale) and a random sign; a share `varied` of them another speed,
    and as many, drawn apart, another spectral tilt (`variations.py`). Resuming restores `rng`.
    """

    audio: np.ndarray
    crop: int
    rng: np.random.Generator
    varied: float = 0.0

    def source(self, samples: int) -> np.ndarray:
        """float32 [samples] of the array, from a random place on."""
        start = int(self.rng.integers(len(self.audio) - samples))
        return self.audio[start : start + samples].astype(np.float32) / 32768

    def clip(self) -> np.ndarray:
        """float32 [crop], varied or not."""
        if self.rng.random() < self.varied:
            speed = SPEEDS[int(self.rng.integers(len(SPEEDS)))]
            clip = at_speed(self.source(source_samples(self.crop, speed)), self.crop, speed)
        else:
            clip = self.source(self.crop)
        return tilted(clip, self.rng, SAMPLE_RATE) if self.rng.random() < self.varied else clip

    def batch(self, size: int) -> np.ndarray:
        """float32 [size, crop] in -1..1."""
        out = np.empty((size, self.crop), dtype=np.float32)
        for row in range(size):
            while True:
                clip = self.clip()
                if float(np.mean(clip**2)) > 1e-6 or self.rng.random() < 0.1:
                    break
            gain = 10 ** (self.rng.uniform(-18, 1) / 20) * self.rng.choice([-1, 1])
            out[row] = clip * min(abs(gain), 1 / max(1e-6, float(np.max(np.abs(clip))))) * np.sign(gain)
        return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(CORPORA))
    parser.add_argument("--out", type=Path, default=Path.home() / "tiller-data")
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    build(arguments.name, arguments.out, arguments.minutes, arguments.seed)


if __name__ == "__main__":
    main()
