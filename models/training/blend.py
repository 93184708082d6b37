"""Weights between a model and what it became by further training.

    python3 blend.py percussion RUN/checkpoint.pt --share 0.5 --out RUN/blended.pt

writes the checkpoint again, its averaged weights moved back towards those of the model that the run was started from (`train.py
--from`). A model in between is often better on audio that neither was trained on than both of them (Wortsman et al., "Robust
fine-tuning of zero-shot models", 2022). It has to be measured: `evaluate.py RUN/blended.pt`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch

from model import Autoencoder, Config
from train import save
from warm_start import GROWING, bundled, grown, open_exported


def blended(start: Autoencoder, checkpoint: dict[str, Any], share: float) -> dict[str, Any]:
    """`checkpoint` with the averaged weights at `share` (0 to 1) of the way from `start`, in whose sizes it was begun, to its own.

    Raises ValueError where the checkpoint's sizes cannot have grown from those of `start`.
    """
    config = Config.from_dict(checkpoint["config"])
    changes = {name: getattr(config, name) for name in GROWING if getattr(config, name) != getattr(start.config, name)}
    first = grown(start, changes)
    if first.config != config:
        raise ValueError("the checkpoint's model has other sizes than one that was started from this model")
    before = dict(first.named_parameters())
    trained = checkpoint["average"]
    return {
        **checkpoint,
        "average": {
            name: torch.lerp(before[name].detach(), value, share) if name in before else value for name, value in trained.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("start", help="the model that the run was started from: a .ts file or a bundled one's name")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="0 is the start, 1 the checkpoint as it is")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if not 0 <= arguments.share <= 1:
        parser.error("--share is from 0 to 1")
    try:
        state = blended(open_exported(bundled(arguments.start)), torch.load(arguments.checkpoint, map_location="cpu"), arguments.share)
    except ValueError as error:
        parser.error(str(error))
    save(arguments.out, state)


if __name__ == "__main__":
    main()
