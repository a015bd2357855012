"""A trained model, read back from its run folder."""

from __future__ import annotations

import json
from pathlib import Path

from fluxem.errors import InputError
from fluxem.models.device import move
from fluxem.models.hybrid import Hybrid
from fluxem.models.hybrids import HYBRIDS, SPEAKING_HYBRIDS
from fluxem.models.token_models import TOKEN_MODELS
from fluxem.models.token_only import TokenOnly
from fluxem.models.weights import read_weights

Model = TokenOnly | Hybrid
#: By the name of the variant.
MODELS: dict[str, type[TokenOnly] | type[Hybrid]] = {**TOKEN_MODELS, **SPEAKING_HYBRIDS, **HYBRIDS}


def load_model(folder: Path, device: str = "cpu") -> Model:
    """The model of a run folder, ready to answer; InputError when a file is missing, damaged or of another kind."""
    file = folder / "run.json"
    try:
        spec = json.loads(file.read_text(encoding="utf-8"))["spec"]
        model = MODELS[spec.get("variant", spec["model"])](spec["architecture"])
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); a model folder holds run.json") from error
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError) as error:
        raise InputError(f"{file}: is not the record of a trained model; train the model again") from error
    read_weights(folder / "model.safetensors", model)
    return move(model, device).eval()
