"""A trained model, read back from its run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from fluxem.errors import InputError
from fluxem.models.device import move
from fluxem.models.kinds import kind_of
from fluxem.models.weights import read_weights

if TYPE_CHECKING:
    from fluxem.models.kinds import Model


def load_model(folder: Path, device: str = "cpu") -> Model:
    """The model of a run folder, ready to answer; InputError when a file is missing, damaged or of another kind."""
    file = folder / "run.json"
    try:
        spec = json.loads(file.read_text(encoding="utf-8"))["spec"]
        model = kind_of(spec.get("variant", spec["model"]))(spec["architecture"])
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); a model folder holds run.json") from error
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError) as error:
        raise InputError(f"{file}: is not the record of a trained model; train the model again") from error
    read_weights(folder / "model.safetensors", model)
    return move(model, device).eval()
