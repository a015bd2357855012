"""Mixed streams as plain Python lists, `["(", 12, "+", 7, ")"]`: an int is a virtual token, a str a character."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fluxem import algebra, registry
from fluxem.integration.segmenter import spans
from fluxem.integration.stream import PAD, VIRTUAL, Streams, characters_to_tokens, tokens_to_characters

Items = list[int | str]
NUMBER = list(registry.DOMAINS).index("number")


def streams_of(rows: Sequence[Items]) -> Streams:
    """A batch of streams, exactly as given: nothing is squeezed or dropped."""
    counts = [sum(isinstance(item, int) for item in row) for row in rows]
    tokens = np.zeros((len(rows), max(map(len, rows), default=0)), np.uint8)
    vectors = np.zeros((len(rows), max(counts, default=0), 128), np.float32)
    types = np.full(vectors.shape[:2], -1, np.int64)
    for index, row in enumerate(rows):
        values = [item for item in row if isinstance(item, int)]
        for at, item in enumerate(row):
            tokens[index, at] = VIRTUAL if isinstance(item, int) else characters_to_tokens(item)[0]
        vectors[index, : len(values)] = algebra.encode_batch(values, "number")
        types[index, : len(values)] = NUMBER
    return Streams(tokens, vectors, types)


def streams_from(*texts: str) -> Streams:
    """The streams of texts, their spans found by the segmenter."""
    return Streams.from_texts(texts, [spans(text) for text in texts])


def items_of(streams: Streams) -> list[Items]:
    """The streams of a batch; checks that whatever is beyond the end of one is empty."""
    rows: list[Items] = []
    for tokens, vectors, types in zip(streams.tokens, streams.vectors, streams.types, strict=True):
        length, count = int((tokens != PAD).sum()), int((types >= 0).sum())
        assert not tokens[length:].any() and not vectors[count:].any() and (types[count:] == -1).all()
        assert (tokens == VIRTUAL).sum() == count and (types[:count] == NUMBER).all()
        values = iter(algebra.decode_batch(vectors[:count]))
        rows.append(
            [next(values) if token == VIRTUAL else tokens_to_characters(token[None]) for token in tokens[:length]]
        )
    return rows
