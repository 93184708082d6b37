"""Starts a model from the weights of an exported one, to train it further or on other sounds.

An exported file holds encoder and decoder as they were trained; its rotation of the latents lies outside of them. The sizes are
read from the file. Those of `GROWING` may be changed; a branch or layer that is added starts without effect (clicks 100 dB
under full scale), so that the model's output at the first step is that of the file.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, Mapping

import torch
from torch import Tensor

from model import BANDS, SPECTRAL_FEATURES, Autoencoder, Config, tone_frequencies

GROWING = ("latents", "encoder_dilations", "tone_lowest", "tones_per_octave", "tones", "tone_bend", "clicks")
SILENT_TONE_BIAS = -3.0
"""Gives a new tone an amplitude of 1e-4: soft enough to be inaudible, loud enough to have a gradient."""
CLICK_SCALE = 0.01
"""Of new clicks' weights. Clicks are cubed: at a tenth they were heard in trained models, and raised percussion's distance from 0.69 to 0.90."""


def bundled(name: str) -> Path:
    """The file that `name` stands for: a path, or the name of a bundled model."""
    path = Path(name)
    return path if path.suffix else Path(__file__).resolve().parent.parent / name / f"{name}.ts"


def sizes(state: Mapping[str, Tensor], tone_bend: float) -> Config:
    """The sizes of a model from the shapes of its tensors. Raises KeyError where it is no model of this kind."""
    layers = 0
    while f"encoder.stack.{layers}.mix.weight" in state:
        layers += 1
    steps = state["decoder.tone_bank.step"].flatten().double()
    frequencies = steps * 44100 / BANDS
    return Config(
        taps=state["analysis.conv.weight"].size(2) * BANDS,
        latents=state["decoder.start.weight"].size(1),
        envelope_steps=(state["encoder.reduce.weight"].size(1) - SPECTRAL_FEATURES) // BANDS,
        encoder_width=state["encoder.reduce.weight"].size(0),
        # A kernel of three has a cache of twice its dilation.
        encoder_dilations=tuple(state[f"encoder.stack.{i}.dilated.cache.pad"].size(2) // 2 for i in range(layers)),
        widths=(
            state["decoder.start.weight"].size(0),
            state["decoder.tone_amplitude.weight"].size(1),
            state["decoder.noise_amplitude.weight"].size(1),
            state["decoder.wave.weight"].size(1),
        ),
        # The file holds them in single precision.
        tone_lowest=round(float(frequencies[0]), 3),
        tones_per_octave=round(1 / math.log2(float(frequencies[1] / frequencies[0]))),
        tones=len(frequencies),
        tone_bend=tone_bend,
        clicks="decoder.click_amplitude.weight" in state,
    )


def open_exported(path: Path) -> Autoencoder:
    """The model in the exported file `path`. Raises ValueError where the file was not made by `export.py`."""
    try:
        script = torch.jit.load(str(path), map_location="cpu")
    except (RuntimeError, ValueError) as error:
        raise ValueError(f"{path} cannot be read as an exported model: {str(error).splitlines()[0]}") from error
    state = script.state_dict()
    try:
        config = sizes(state, float(getattr(script, "tone_bend", 0.0)))
        model = Autoencoder(config)
        # What is fixed is computed, not read: its names have changed between versions.
        learned = {key: state[key] for key, _ in model.named_parameters()}
        model.load_state_dict({**model.state_dict(), **learned})
    except (KeyError, RuntimeError, ZeroDivisionError) as error:
        raise ValueError(f"{path} is not of the kind that Tiller trains: {str(error).splitlines()[0]}") from error
    return model


def grown(old: Autoencoder, settings: Mapping[str, Any]) -> Autoencoder:
    """A model with `settings` (fields of `model.Config`) in place of the sizes of `old`, which sounds like `old`.

    Raises ValueError for sizes that cannot be changed without training anew.
    """
    config = replace(old.config, **settings)
    changed = {key for key in settings if getattr(config, key) != getattr(old.config, key)}
    if fixed := changed - set(GROWING):
        raise ValueError(f"a model that is trained on keeps its {', '.join(sorted(fixed))}; free are {', '.join(GROWING)}")
    if config.latents < old.config.latents or (
        config.encoder_dilations[: len(old.config.encoder_dilations)] != old.config.encoder_dilations
    ):
        raise ValueError("latents and layers of the encoder can be added to a model that is trained on, not taken away")
    new = Autoencoder(config)
    before, after = old.state_dict(), new.state_dict()
    tones = tone_places(old.config, config)
    for key, value in after.items():
        if key.startswith("decoder.tone_bank."):
            continue
        if key.startswith("decoder.tone_amplitude."):
            value.fill_(SILENT_TONE_BIAS if value.dim() == 1 else 0.0)
            value[[place for place, _ in tones]] = before[key][[source for _, source in tones]]
        elif key.startswith("decoder.tone_offset."):
            value.zero_()
            if key in before:
                value[[place for place, _ in tones]] = before[key][[source for _, source in tones]]
        elif key.startswith("encoder.head."):
            # Means first, then scales; those of new latents stay as they were drawn.
            count = old.config.latents
            value[:count] = before[key][:count]
            value[config.latents : config.latents + count] = before[key][count:]
        elif key == "decoder.start.weight":
            value.zero_()
            value[:, : old.config.latents] = before[key]
        elif key in before:
            value.copy_(before[key])
        elif key.startswith("encoder.stack.") and ".mix." in key:
            value.zero_()
        elif key.startswith("decoder.click_amplitude."):
            value.mul_(CLICK_SCALE)
    new.load_state_dict(after)
    return new


def tone_places(old: Config, new: Config) -> list[tuple[int, int]]:
    """Pairs (tone of `new`, tone of `old`) of tones that sound at the same frequency, to within five cents.

    Raises ValueError where a tone of `old` is missing in `new`.
    """
    wanted, given = tone_frequencies(old), tone_frequencies(new)
    nearest = [int(abs(given / frequency - 1).argmin()) for frequency in wanted]
    if any(abs(1200 * math.log2(given[place] / frequency)) > 5 for place, frequency in zip(nearest, wanted)):
        raise ValueError("the new grid of tones leaves out some of those that the model has learned to play")
    return [(place, source) for source, place in enumerate(nearest)]


def training_before(path: Path) -> dict[str, float]:
    """Steps and seconds that the exported model `path` was trained for, as its card beside it says; zeros without a card."""
    card = path.parent / "card.json"
    if not card.is_file():
        return {"steps": 0, "seconds": 0.0}
    facts = json.loads(card.read_text())
    return {"steps": int(facts["steps"]), "seconds": 3600 * float(facts["trainingHours"])}
