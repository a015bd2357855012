"""Weights on disk, as safetensors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load, save_file
from torch import Tensor, nn

from fluxem.errors import InputError
from fluxem.pipeline.files import replacing


def write_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write weights by name, whole or not at all."""
    with replacing(path) as part:
        save_file({name: value.cpu().contiguous() for name, value in weights.items()}, part)


def read_weights(path: Path, model: nn.Module) -> None:
    """Load weights into a model; InputError when the file is missing, damaged, or of another model."""
    try:
        weights = load(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except SafetensorError as error:
        raise InputError(f"{path}: is not a whole safetensors file ({error}); train the model again") from error
    expected = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in weights.items()}
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise InputError(
                f"{path}: tensor {name} is {found.get(name, 'missing')}, the model of run.json has "
                f"{expected.get(name, 'none')}; train the model again"
            )
    model.load_state_dict(weights)
