"""The labelled reference sounds of each bundled model, which `landmarks.py` looks up in its latent space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from corpus import modal, textures
from corpus.sources import FLUID_FONT, SAMPLE_RATE, load_mono, render, to_peak
from corpus.waveguides import blown_tube, engine
from measure import Audio
from midi import Note


@dataclass(frozen=True)
class Reference:
    """The sound that a place is named after: its source in words, sounds [samples] with the moment in seconds at which each is read, and the
    MIDI note where the sound is one."""

    source: str
    sounds: list[tuple[Audio, float]]
    note: int | None = None


Make = Callable[[], Reference]


def loudest(audio: Audio) -> float:
    """The time in seconds at which the loudest 10 ms of `audio` [samples] begin."""
    return int(np.argmax(np.convolve(audio**2, np.ones(441), mode="valid"))) / SAMPLE_RATE


def samples(names: str, later: float = 0.0) -> Make:
    """Samples of Sonic Pi, read `later` seconds after their loudest moment."""

    def make() -> Reference:
        sounds = [to_peak(load_mono(name), -3) for name in names.split()]
        return Reference(names, [(sound, loudest(sound) + later) for sound in sounds])

    return make


def sample_at(name: str, moment: float) -> Make:
    """A sample of Sonic Pi, read `moment` seconds after its beginning."""
    return lambda: Reference(f"{name} at {moment} s", [(to_peak(load_mono(name), -3), moment)])


def program(number: int, pitches: tuple[int, ...], moment: float) -> Make:
    """A chord of General MIDI program `number` (from 0) of FluidR3, read `moment` seconds after its beginning."""

    def make() -> Reference:
        notes = [Note(0.05, 3.0, pitch, 100, 0) for pitch in pitches]
        sound = render(notes, 3.0, number, 0, np.random.default_rng(0), swell=False, font=FLUID_FONT)
        pitch_names = " ".join(map(str, pitches))
        note = pitches[0] if len(pitches) == 1 else None
        return Reference(f"GM program {number + 1}, notes {pitch_names}", [(to_peak(sound, -6), moment)], note)

    return make


def synthesised(make_sound: Callable[[np.random.Generator], Audio], source: str, moment: float) -> Make:
    """A sound synthesised from a fixed seed, read `moment` seconds after its beginning."""
    return lambda: Reference(source, [(to_peak(make_sound(np.random.default_rng(3)), -6), moment)])


def texture(make_texture: Callable[[np.random.Generator, float], Audio], moment: float = 2.0) -> Make:
    name = make_texture.__name__.replace("_", " ")
    return synthesised(lambda rng: make_texture(rng, 6.0), f"synthesised {name}", moment)


NOTE_NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"]


def chromatic(name: str, number: int, low: int, high: int, moment: float) -> dict[str, Make]:
    """Every MIDI note from `low` to `high` of a General MIDI program, read `moment` seconds after its beginning."""
    return {f"{name} {NOTE_NAMES[note % 12]}{note // 12 - 1}": program(number, (note,), moment) for note in range(low, high + 1)}


PLACES: dict[str, dict[str, Make]] = {
    "percussion": {
        "tight kick": samples("bd_haus bd_tek"),
        "deep boom": samples("bd_boom bd_808", 0.15),
        "snare crack": samples("drum_snare_hard sn_dolf"),
        "snare rattle": samples("drum_roll drum_snare_soft", 0.04),
        "closed hat": samples("drum_cymbal_closed"),
        "open metal": samples("drum_cymbal_open drum_splash_hard", 0.1),
        "low tom": samples("drum_tom_lo_hard", 0.03),
        "high tom": samples("drum_tom_hi_hard", 0.03),
        "tabla ring": samples("tabla_na_o tabla_tun1", 0.05),
        "tabla bass": samples("tabla_ghe2 tabla_ghe3", 0.1),
        "cowbell": samples("drum_cowbell", 0.02),
        "wood": samples("elec_wood"),
        "electric ping": samples("elec_ping", 0.02),
        "swish": samples("perc_swash perc_swoosh"),
        "finger snap": samples("perc_snap perc_snap2"),
    },
    "voices": {
        "low choir": program(52, (48,), 1.0),
        "high choir": program(52, (74,), 1.0),
        "choir chord": program(52, (57, 60, 64), 1.0),
        "dark oohs": program(53, (55,), 1.0),
        "bright oohs": program(53, (76,), 1.0),
        "bowed low": program(42, (38,), 0.8),
        "cello song": program(42, (57,), 0.8),
        "viola": program(41, (62,), 0.8),
        "violin high": program(40, (81,), 0.8),
        "string section": program(48, (48, 55, 64), 1.2),
        "shimmering strings": program(44, (76,), 1.0),
        "flute": program(73, (72,), 0.8),
        "flute breath": program(73, (91,), 0.4),
        "organ": program(19, (48, 60), 1.0),
        "organ pedal": program(19, (36,), 1.0),
    },
    "metal": {
        "handbell": samples("perc_bell", 0.05),
        "electric bell": samples("elec_bell", 0.05),
        "triangle": samples("elec_triangle", 0.05),
        "cowbell": samples("drum_cowbell", 0.02),
        "hi-hat": samples("drum_cymbal_closed", 0.01),
        "ride wash": samples("drum_cymbal_open", 0.3),
        "crash": samples("drum_splash_hard drum_cymbal_hard", 0.03),
        "glass hum": sample_at("ambi_glass_hum", 3.0),
        "celesta": program(8, (84,), 0.15),
        "music box": program(10, (79,), 0.15),
        "marimba": program(12, (53,), 0.1),
        "tubular bell": program(14, (60,), 0.4),
        "steel drum": program(114, (67,), 0.2),
        "gong bloom": synthesised(modal.gong, "synthesised gong", 0.4),
        "gong tail": synthesised(modal.gong, "synthesised gong", 3.0),
        "rubbed bowl": synthesised(modal.rubbed_object, "synthesised rubbed object", 1.5),
        **chromatic("vibraphone", 11, 60, 84, 0.25),
    },
    "machines": {
        "drone": texture(textures.drone),
        "bass drone": sample_at("ambi_drone", 2.0),
        "wind": texture(textures.wind),
        "steam": texture(textures.steam, 3.0),
        "motor": texture(textures.motor),
        "engine": texture(engine),
        "fan": texture(textures.fan),
        "mains hum": texture(textures.hum),
        "short wave": texture(textures.radio),
        "breath in a tube": texture(blown_tube, 3.0),
        "soft buzz": sample_at("ambi_soft_buzz", 0.5),
        "printer": sample_at("loop_3d_printer", 1.0),
        "robot": samples("mehackit_robot1 mehackit_robot4", 0.05),
        "telephone": samples("mehackit_phone1", 0.05),
        "vinyl hiss": sample_at("vinyl_hiss", 1.0),
        "boom": samples("misc_cineboom", 0.3),
        "haunted hum": sample_at("ambi_haunted_hum", 3.0),
        "swoosh": samples("ambi_swoosh", 0.0),
        "sweep pad": program(95, (45, 52), 1.2),
    },
}
