"""The hand-written part of the bundled models' cards: names, sources, licences, known weaknesses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """The hand-written fields of a model's card."""

    title: str
    character: str
    trained_on: str
    licence: str
    notice: str
    weak: str


FLUID_NOTICE = (
    "FluidR3 GM: copyright 2000-2002, 2008 Frank Wen; 2008 Toby Smithe; released under the MIT licence, whose notice is in "
    "[`NOTICE`](../NOTICE). Sonic Pi's samples: CC0-1.0, from freesound.org."
)
MUSESCORE_NOTICE = (
    "FluidR3 GM: copyright 2000-2002, 2008 Frank Wen; 2008 Toby Smithe. MuseScore General: copyright 2018-2021 S. Christian Collins "
    "and others. Both are released under the MIT licence, whose notice is in [`NOTICE`](../NOTICE). Sonic Pi's samples: CC0-1.0, from "
    "freesound.org."
)
ABOUT = {
    "percussion": About(
        title="Percussion",
        character="drums, tabla, metal and electronic hits",
        trained_on=(
            "textures layered from 105 one-shots of Sonic Pi's samples (drums, bass drums, snares, tabla, percussion, electronic, "
            "glitch), random drum patterns on eight General MIDI kits of FluidR3 GM played by FluidSynth, and eight Sonic Pi loops "
            "at three speeds (`models/training/corpus`)"
        ),
        licence="CC0-1.0",
        notice=FLUID_NOTICE,
        weak=(
            "Loud, sharply pitched moments come out a few decibels under the input: eight latents cannot place every partial,"
            " and the distance it was trained on prefers too soft to wrong. The pitch of toms, tabla and bells is "
            "approximate: tones lie on an equal-tempered grid of semitones, so glides (the tabla's bass, 808 kicks) move in "
            "steps, and two neighbouring tones beat. Partials above 8 kHz become noise. Attacks lose their very first edge: "
            "noise moves in 0.7 ms and tones in 3 ms. Faint hiss behind a recording is often dropped."
        ),
    ),
    "voices": About(
        title="Voices and strings",
        character="choirs, oohs, bowed strings, flute and organ; sustained and pitched",
        trained_on=(
            "random melodies and chords on General MIDI programs of FluidR3 GM (fourteen) and MuseScore General (fourteen more: choirs, "
            "voices, strings, harp, flute, organ) with swells and vibrato, played by FluidSynth; plucked strings by waveguides; and nine "
            "sustained Sonic Pi samples at five pitches (`models/training/corpus`)"
        ),
        licence="CC0-1.0",
        notice=MUSESCORE_NOTICE,
        weak=(
            "One voice at a time is what twelve latents carry well. Chords keep their register and colour but their notes "
            "smear into a cluster, most of all in choirs; held below middle C a choir mostly has no clear pitch. At a note's start the pitch is "
            "unsettled for 10 to 80 ms, of low notes for longer. It was trained on instruments at A = 440 Hz only: an instrument "
            "that is tuned a quarter of a semitone higher is retuned to the nearest note, and vibrato and slides move in steps. "
            "Partials above 6.5 kHz become noise. Instruments "
            "outside the training set are replaced by the nearest string or choir: on the slide guitar and the synthetic "
            "voice its figure is worse than that of the noise baseline, on the string section and the choir hardly better. (The "
            "baseline is given the input's energies 172 times a second.)"
        ),
    ),
    "metal": About(
        title="Metal and glass",
        character="bells, bars, gongs, bowls, cymbals and glass; struck, rubbed and ringing",
        trained_on=(
            "struck, rubbed and bowed bars, plates, bells, bowls and gongs by modal synthesis; random melodies and chords on twelve "
            "General MIDI programs (celesta, glockenspiel, music box, vibraphone, marimba, xylophone, tubular bells, kalimba, tinkle "
            "bell, agogo, steel drums, crystal) and strokes on the metal of the kits of FluidR3 GM and MuseScore General, played by "
            "FluidSynth; textures layered from 17 one-shots of Sonic Pi's samples, and three sustained ones at five pitches "
            "(`models/training/corpus`)"
        ),
        licence="CC0-1.0",
        notice=MUSESCORE_NOTICE,
        weak=(
            "Bells and chimes that were not in the training set (`perc_bell2`, `elec_chime`), gongs and rubbed plates come "
            "out worse than the noise baseline: their partials lie close together and at no harmonic ratio, and twelve "
            "latents replace them by a simpler bell. The pitch of one note of a vibraphone, celesta or glass is right to a "
            "few cents, that of a chord or of several objects at once is not: notes are merged into others. Of the 25 notes "
            "that the preset Vibraphone keys holds, D♯4 is a cluster without clear pitch, and levels differ by up to 13 dB "
            "from key to key. Tubular bells are often heard an octave or a fifth away. The faint treble above 8 kHz of struck "
            "and rubbed solids is lost (14 to 18 dB), and attacks in dense scenes rise several milliseconds late. It was "
            "trained for 37 minutes only, from the voices' weights: held between bells, it can sound like a flute."
        ),
    ),
    "machines": About(
        title="Machines and air",
        character="drones, motors, wind, steam, hum and radio; steady, humming and blowing",
        trained_on=(
            "wind, steam, motors, engines, fans, hum, radio, drones and blown tubes by synthesis; 26 of Sonic Pi's samples (ambience, "
            "robots, telephones, a printer, vinyl) at four speeds, and grains of them; random phrases on eight General MIDI pads and "
            "effects of FluidR3 GM and MuseScore General, played by FluidSynth (`models/training/corpus`)"
        ),
        licence="CC0-1.0",
        notice=MUSESCORE_NOTICE,
        weak=(
            "The pitch of a recording is not kept: a hum, a motor or a pad comes out as another drone, in the median half an octave "
            "away. Noise and hiss keep their colour; attacks rise some milliseconds late. Chords become one drone. It was trained for "
            "46 minutes of a processor only, from the percussion model's weights."
        ),
    ),
}
