"""Hybrid text: reads the mixed stream as the hybrid does, and answers in characters: no router, no executor.

Whether vectors help a network that has to compute by itself. It is trained as token-only is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fluxem import registry, space
from fluxem.domains.base import Span
from fluxem.integration.sample_format import Sample
from fluxem.integration.segmenter import spans as find_spans
from fluxem.integration.stream import ANSWER, START, VIRTUAL, Streams
from fluxem.models.answer import Answer
from fluxem.models.rows import Rows, rows_of
from fluxem.models.speaker import answer_tokens, pad, speak, speaking_loss
from fluxem.models.token_only import TokenOnly


@dataclass(frozen=True)
class MixedRows(Rows):
    """Rows of mixed streams of at most K virtual tokens, with what these stand for.

    Attributes:
        vectors: (N, K, 128) float32, zero after the last.
        types: (N, K) int64 domain indices, -1 after the last.
    """

    vectors: Tensor
    types: Tensor


class HybridText(TokenOnly):
    """The backbone, a projection of vectors and the tied character head.

    The projection sees all 128 lanes, for what it does not see cannot be said; asinh makes the unbounded ones small.
    """

    def __init__(self, architecture: Mapping[str, Any]) -> None:
        super().__init__(architecture)
        H = architecture["hidden_dim"]
        self.project = nn.Linear(space.DIM, H)
        self.type_embedding = nn.Embedding(len(registry.DOMAINS), H)
        nn.init.normal_(self.type_embedding.weight, std=0.02)

    def vectors_of(self, streams: Streams) -> np.ndarray:
        """(B, K, 128) float32: what this model is given of the virtual tokens of streams."""
        return streams.vectors

    def read_values(self, vectors: Tensor, types: Tensor) -> Tensor:
        """(V, H) what enters the network for virtual tokens of these vectors (V, 128) and domain indices (V,)."""
        return self.project(torch.asinh(vectors)) + self.type_embedding(types)

    def embed(self, tokens: Tensor, vectors: Tensor, types: Tensor) -> Tensor:
        """(B, T, H) embeddings of streams (B, T) of characters and virtual tokens, whose vectors are (B, K, 128)."""
        x = self.backbone.embedding(tokens)
        used = types >= 0
        virtual = (tokens == VIRTUAL).flatten().nonzero()[:, 0]  # from left to right, row by row, as `used` is
        return x.view(-1, x.shape[-1]).index_add(0, virtual, self.read_values(vectors[used], types[used])).view_as(x)

    def read(self, samples: Sequence[Sample]) -> MixedRows:
        """Samples as this model learns them."""
        streams = Streams.from_texts([sample.text for sample in samples], [sample.spans for sample in samples])
        rows = rows_of(_questions(streams), [answer_tokens(sample.target_text) for sample in samples])
        vectors, types = torch.from_numpy(self.vectors_of(streams)), torch.from_numpy(streams.types)
        return MixedRows(rows.tokens, rows.prefix, rows.lengths, vectors, types)

    def loss(self, rows: Rows) -> Tensor:
        """Loss of answers spoken after their questions; see `speaking_loss`."""
        assert isinstance(rows, MixedRows)
        x = self.embed(rows.tokens, rows.vectors, rows.types)
        return speaking_loss(self.backbone, x, rows.tokens, rows.prefix, rows.lengths)

    @torch.inference_mode()
    def answer(self, texts: Sequence[str], spans: Sequence[Sequence[Span]] | None = None) -> list[Answer]:
        """Greedy answers, one for each text; `spans` are found by the segmenter when not given."""
        found = [find_spans(text) for text in texts] if spans is None else spans
        streams = Streams.from_texts(texts, found)
        tokens, lengths = pad([np.append(question, ANSWER) for question in _questions(streams)])
        device = self.type_embedding.weight.device
        vectors, types = torch.from_numpy(self.vectors_of(streams)), torch.from_numpy(streams.types)
        x = self.embed(tokens.to(device), vectors.to(device), types.to(device))
        return speak(self.backbone, x, lengths.to(device))


def _questions(streams: Streams) -> list[np.ndarray]:
    """Streams as token rows: `START`, then characters and virtual tokens."""
    lengths = streams.lengths.tolist()
    rows = [np.append(START, row[:length]) for row, length in zip(streams.tokens, lengths, strict=True)]
    return [row.astype(np.int64) for row in rows]
