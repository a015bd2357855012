"""Random router: not learned. It chooses evenly among what the hybrid may choose: the floor of a router."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from fluxem.integration.stream import Streams
from fluxem.models.hybrid import Hybrid
from fluxem.models.packing import SPEAK, allowed_candidates


class RandomRouter(Hybrid):
    """A hybrid that was not trained and whose scores nobody asks for.

    It speaks only where there is no value to answer with: its characters are those of an untrained network. What it
    chooses hangs on the stream and on a number that is drawn with its weights and kept with them.
    """

    learned: ClassVar[bool] = False
    seed: Tensor

    def __init__(self, architecture: Mapping[str, Any], value_jitter: float = 0.0) -> None:
        super().__init__(architecture, value_jitter)
        self.register_buffer("seed", torch.randint(2**32, ()))

    def route(self, streams: Streams) -> np.ndarray:
        """(B, candidates) log-probabilities, the same for all that may be chosen."""
        allowed = allowed_candidates(streams, self.brackets_wait)
        allowed[:, SPEAK] = streams.counts == 0
        with np.errstate(divide="ignore"):
            return np.log(allowed / allowed.sum(1, keepdims=True))

    def choose(self, scores: np.ndarray, streams: Streams) -> np.ndarray:
        """(B,) one of the candidates of each stream."""
        chosen = np.empty(len(scores), np.int64)
        for row, (length, count) in enumerate(zip(streams.lengths.tolist(), streams.counts.tolist(), strict=True)):
            content = streams.tokens[row, :length].tobytes() + streams.vectors[row, :count].tobytes()
            rng = np.random.default_rng([int(self.seed), zlib.crc32(content)])
            chosen[row] = rng.choice(np.flatnonzero(np.isfinite(scores[row])))
        return chosen
