"""Stop and go on: what a training is made of, kept in a file after every epoch.

A training that goes on from there ends in the same bytes as one that was never stopped: the file has the weights, the
best weights so far, the optimiser, the generators of random numbers, and the questions in flight.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from fluxem.pipeline.files import replacing
from fluxem.pipeline.spec import canonical

NAME = "checkpoint.pt"


class Part(Protocol):
    """What can be kept and taken up again, as torch's modules can; its state is of tensors and plain values."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: dict[str, Any], /) -> Any: ...


class Draws:
    """The generators of random numbers: torch's, on the processor and on the device, and one of NumPy's."""

    def __init__(self, rng: np.random.Generator, device: str) -> None:
        self.rng, self.cuda = rng, device.startswith("cuda")

    def state_dict(self) -> dict[str, Any]:
        """Where each generator is."""
        drawn = {"numpy": json.dumps(self.rng.bit_generator.state), "torch": torch.get_rng_state()}
        return drawn | ({"cuda": torch.cuda.get_rng_state()} if self.cuda else {})

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from there."""
        self.rng.bit_generator.state = json.loads(state_dict["numpy"])
        torch.set_rng_state(state_dict["torch"])
        if self.cuda:
            torch.cuda.set_rng_state(state_dict["cuda"])


class Checkpoint:
    """The checkpoint of a run.

    Args:
        folder: of the run.
        spec: of the training; a file of another spec or device is as good as none.
        device: where the network is trained.
        parts: what the training is made of, by name.
    """

    def __init__(self, folder: Path, spec: Mapping[str, Any], device: str, **parts: Part) -> None:
        self.file, self.parts = folder / NAME, parts
        self.of = canonical({"device": device, "spec": dict(spec)})

    def restore(self) -> None:
        """Set every part to where it was when the file was written; without such a file nothing changes."""
        try:
            kept = torch.load(self.file, map_location="cpu", weights_only=True)
            if kept["of"] != self.of:
                return
        except (OSError, RuntimeError, ValueError, LookupError, TypeError, EOFError, pickle.UnpicklingError):
            return  # none, cut or damaged: train from the start
        for name, part in self.parts.items():
            part.load_state_dict(kept[name])

    def save(self) -> None:
        """Write the file, whole or not at all."""
        with replacing(self.file) as part:
            torch.save({"of": self.of} | {name: each.state_dict() for name, each in self.parts.items()}, part)

    def remove(self) -> None:
        """The training is over."""
        self.file.unlink(missing_ok=True)
