"""Hybrid blind: its router sees where a virtual token is and of which domain, and nothing of its vector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from fluxem.models.hybrid import Hybrid


class HybridBlind(Hybrid):
    """The hybrid without its projection of vectors; the executor still works on them."""

    def __init__(self, architecture: Mapping[str, Any], value_jitter: float = 0.0) -> None:
        super().__init__(architecture, value_jitter)
        del self.project

    def read_values(self, vectors: Tensor, types: Tensor) -> Tensor:
        """(V, H) embeddings of the domains (V,) alone."""
        return self.type_embedding(types)
