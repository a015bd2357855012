"""Where a network runs."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

from fluxem.errors import InputError

Network = TypeVar("Network", bound=nn.Module)


def move(model: Network, device: str) -> Network:
    """The model, moved to a device; InputError when this machine has no such device."""
    try:
        return model.to(torch.device(device))
    except (RuntimeError, AssertionError) as error:  # torch raises either, by how it was built
        found = ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
        found += ["mps"] * torch.backends.mps.is_available()
        raise InputError(f"device {device!r} is not available; on this machine: {', '.join(found)}") from error
