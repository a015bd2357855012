"""Learned projection: hybrid text with a learned encoder of numbers in place of the vectors, of the same shape.

The encoder reads the canonical text of a number, a character at a time, each with its place counted from the end: it
knows what digits are, and has to learn what they are worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fluxem import algebra, registry, space
from fluxem.domains import number
from fluxem.integration.stream import Streams
from fluxem.models.hybrid_text import HybridText

#: What canonical texts of numbers are written with, behind "no character".
CHARACTERS = "0123456789-./"
#: Characters that are read, from the end; a longer number is read as its end.
PLACES = 24
WIDTH = 64  # of the encoder

_READ = slice(space.TAG.stop, space.TAG.stop + PLACES)  # the lanes that hold the characters
_NUMBER = list(registry.DOMAINS).index(number.NUMBER.name)


class LearnedProjection(HybridText):
    """Hybrid text with an encoder of two layers. Of other domains than numbers it sees the type alone."""

    offset: Tensor

    def __init__(self, architecture: Mapping[str, Any]) -> None:
        super().__init__(architecture)
        symbols = len(CHARACTERS) + 1
        self.places = nn.EmbeddingBag(PLACES * symbols, WIDTH, mode="sum")
        self.encode = nn.Linear(WIDTH, space.DIM)
        self.register_buffer("offset", torch.arange(PLACES) * symbols, persistent=False)
        nn.init.normal_(self.places.weight, std=PLACES**-0.5)

    def vectors_of(self, streams: Streams) -> np.ndarray:
        """(B, K, 128) float32: the characters of numbers, in place of their vectors."""
        vectors = np.zeros_like(streams.vectors)
        of_numbers = streams.types == _NUMBER
        texts = algebra.render_batch(streams.vectors[of_numbers])
        padded = "".join(text[-PLACES:].rjust(PLACES) for text in texts)
        codes = np.array([CHARACTERS.find(character) + 1 for character in padded], np.float32)
        vectors[of_numbers, _READ] = codes.reshape(-1, PLACES)
        return vectors

    def read_values(self, vectors: Tensor, types: Tensor) -> Tensor:
        """(V, H) what enters the network for virtual tokens of these characters (V, 128) and domain indices (V,)."""
        learned = self.encode(F.gelu(self.places(vectors[:, _READ].long() + self.offset)))  # (V, 128)
        return self.project(learned) + self.type_embedding(types)
