"""Mixed streams: characters and virtual tokens, as a batch of arrays that reductions shorten.

A *mixed stream* is a text in which every span is one `VIRTUAL` token that stands for a 128-d vector. A reduction of two
adjacent virtual tokens replaces them and the text between them by one virtual token (`Streams.reduce`).

What is written in several ways is written in one: spaces are dropped but between two letters or digits of the text
(`12 + 7` is `12+7`), a product that goes without saying is said (`2(3+4)` is `2*(3+4)`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fluxem import algebra, registry, space
from fluxem.domains.base import Span
from fluxem.integration.normalise import normalise

PAD, START, ANSWER, END, UNKNOWN, VIRTUAL = range(6)
CHARACTERS = 6
#: What a model reads and can say: printable ASCII, and the letters of canonical unit texts beyond it.
ALPHABET = "".join(map(chr, range(32, 127))) + "°µΩΔÅγλ"
VOCABULARY_SIZE = CHARACTERS + len(ALPHABET)

_TOKEN_OF = np.full(1024, UNKNOWN, np.uint8)  # by code point; what lies beyond shares the last, which is unknown
_TOKEN_OF[[ord(character) for character in ALPHABET]] = np.arange(CHARACTERS, VOCABULARY_SIZE)
_SEPARABLE = np.zeros(256, bool)
for _character in "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ":
    _SEPARABLE[_TOKEN_OF[ord(_character)]] = True
_SPACE, _OPEN, _CLOSE, _MINUS, _TIMES = (int(_TOKEN_OF[ord(character)]) for character in " ()-*")
_DIGIT = np.zeros(256, bool)
_DIGIT[_TOKEN_OF[ord("0")] : _TOKEN_OF[ord("9")] + 1] = True
_DOMAIN_INDEX = {name: index for index, name in enumerate(registry.DOMAINS)}


def characters_to_tokens(text: str) -> np.ndarray:
    """Token ids of a text, (len(text),) uint8; characters beyond `ALPHABET` are `UNKNOWN`."""
    codepoints = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _TOKEN_OF[np.minimum(codepoints, len(_TOKEN_OF) - 1)]


def tokens_to_characters(tokens: np.ndarray) -> str:
    """The text of character tokens; the other tokens are shown as `?`."""
    known = np.asarray(tokens, np.int64)
    return "".join(ALPHABET[t - CHARACTERS] if t >= CHARACTERS else "?" for t in known.tolist())


def _squeeze(tokens: np.ndarray) -> np.ndarray:
    """Drop every space but one between two letters or digits."""
    kept = np.flatnonzero(tokens != _SPACE)
    if len(kept) == len(tokens) or not len(kept):
        return tokens[kept]
    gap = np.diff(kept) > 1
    separable = _SEPARABLE[tokens[kept]]
    after = np.flatnonzero(gap & separable[:-1] & separable[1:]) + 1
    return np.insert(tokens[kept], after, _SPACE)


def _say_products(tokens: np.ndarray) -> np.ndarray:
    """Write the `*` that people leave out between a value and a bracket that touch: 2(3+4), (1+2)(3+4), (1+2)3."""
    value = (tokens == VIRTUAL) | _DIGIT[tokens]
    before, after = tokens[:-1], tokens[1:]
    follows = np.append(tokens[2:], PAD)
    opens = (value[:-1] | (before == _CLOSE)) & (after == _OPEN)
    opens &= _DIGIT[follows] | np.isin(follows, (VIRTUAL, _OPEN, _MINUS))
    return np.insert(tokens, np.flatnonzero(opens | ((before == _CLOSE) & value[1:])) + 1, _TIMES)


def text_tokens(text: str) -> np.ndarray:
    """The stream of a text read as characters alone: what a token-only model sees, (n,) uint8."""
    return _squeeze(_say_products(characters_to_tokens(normalise(text))))


def stream_tokens(text: str, spans: Sequence[Span]) -> np.ndarray:
    """The stream of a text whose `spans` (sorted, apart) become one `VIRTUAL` token each, (n,) uint8."""
    tokens = characters_to_tokens(normalise(text))
    keep = np.ones(len(tokens), bool)
    for span in spans:
        tokens[span.start] = VIRTUAL
        keep[span.start + 1 : span.end] = False
    return _squeeze(_say_products(tokens[keep]))


def _compact(tokens: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Move the kept tokens of each row to the left; `PAD` fills the right."""
    order = np.argsort(~keep, axis=1, kind="stable")
    length = keep.sum(axis=1)
    width = int(length.max(initial=0))
    moved = np.take_along_axis(tokens, order[:, :width], axis=1)
    moved[np.arange(width) >= length[:, None]] = PAD
    return moved


def _drop_needless_brackets(tokens: np.ndarray) -> np.ndarray:
    """Drop brackets that hold one virtual token and nothing else, however deep."""
    while tokens.shape[1] >= 3:
        alone = (tokens[:, :-2] == _OPEN) & (tokens[:, 1:-1] == VIRTUAL) & (tokens[:, 2:] == _CLOSE)
        if not alone.any():
            break
        keep = tokens != PAD
        rows, columns = np.nonzero(alone)
        keep[rows, columns] = False
        keep[rows, columns + 2] = False
        tokens = _compact(tokens, keep)
    return tokens


def _unopened(step: np.ndarray) -> np.ndarray:
    """Where -1 closes what no +1 before it has opened: where the running sum falls below all it was before."""
    lowest = np.minimum(np.minimum.accumulate(np.cumsum(step, axis=1), axis=1), 0)
    return np.diff(lowest, axis=1, prepend=0) < 0


def _drop_widowed_brackets(tokens: np.ndarray) -> np.ndarray:
    """Drop brackets whose partner is gone."""
    step = (tokens == _OPEN).astype(np.int16) - (tokens == _CLOSE)
    widowed = _unopened(step) | _unopened(-step[:, ::-1])[:, ::-1]
    return _compact(tokens, (tokens != PAD) & ~widowed) if widowed.any() else tokens


@dataclass
class Streams:
    """A batch of B mixed streams of at most L tokens and K virtual tokens.

    Attributes:
        tokens: (B, L) uint8, `PAD` after the end of a stream.
        vectors: (B, K, 128) float32, the virtual tokens of each stream from left to right; zero after the last.
        types: (B, K) int64, index of the domain of each virtual token in `registry.DOMAINS`; -1 after the last.
    """

    tokens: np.ndarray
    vectors: np.ndarray
    types: np.ndarray

    @classmethod
    def from_texts(cls, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Streams:
        """Streams of texts and their spans; raises RangeError for a value its domain cannot hold."""
        rows = [stream_tokens(text, found) for text, found in zip(texts, spans, strict=True)]
        tokens = np.zeros((len(rows), max((len(row) for row in rows), default=0)), np.uint8)
        for index, row in enumerate(rows):
            tokens[index, : len(row)] = row
        counts = np.array([len(found) for found in spans], np.int64)
        width = int(counts.max(initial=0))
        vectors = np.zeros((len(rows), width, space.DIM), np.float32)
        types = np.full((len(rows), width), -1, np.int64)
        used = np.arange(width) < counts[:, None]
        flat = [span for found in spans for span in found]
        types[used] = [_DOMAIN_INDEX[span.domain] for span in flat]
        for name, index in _DOMAIN_INDEX.items():
            values = [span.value for span in flat if span.domain == name]
            if values:
                vectors[types == index] = algebra.encode_batch(values, name)
        return cls(_drop_needless_brackets(tokens), vectors, types)

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def lengths(self) -> np.ndarray:
        """(B,) number of tokens of each stream."""
        return (self.tokens != PAD).sum(axis=1)

    @property
    def counts(self) -> np.ndarray:
        """(B,) number of virtual tokens of each stream."""
        return (self.types >= 0).sum(axis=1)

    def adjacent(self) -> np.ndarray:
        """(B, K - 1) bool: whether virtual tokens p and p + 1 may be reduced: what is in brackets comes first.

        With m(p) the lowest bracket depth between p and p + 1, a pair waits while m is higher to either side of it:
        one of its tokens then shares a bracket with a third token and not with its partner. Brackets that hold one
        virtual token make nothing wait.
        """
        pairs = self.types[:, 1:] >= 0
        if not pairs.any():
            return pairs
        depth = np.cumsum((self.tokens == _OPEN).astype(np.int64) - (self.tokens == _CLOSE), axis=1)
        lowest = np.full(self.types.shape, -len(depth[0]) - 1)  # below every depth where there is no pair
        lowest[self.types >= 0] = np.minimum.reduceat(depth.ravel(), np.flatnonzero(self.tokens == VIRTUAL))
        lowest[:, :-1][~pairs] = lowest[:, -1] = -len(depth[0]) - 1
        return pairs & (lowest[:, :-1] >= lowest[:, 1:]) & (lowest[:, :-1] >= np.roll(lowest, 1, axis=1)[:, :-1])

    def last_vectors(self) -> np.ndarray:
        """(B, 128) the last virtual token of each stream; zero where there is none."""
        if not self.vectors.shape[1]:
            return np.zeros((len(self), space.DIM), np.float32)
        return self.vectors[np.arange(len(self)), np.maximum(self.counts - 1, 0)]

    def text(self, row: int) -> str:
        """A stream as a person reads it, its virtual tokens rendered: `What is⟦12⟧+⟦7⟧?`."""
        values = iter(algebra.render_batch(self.vectors[row, : int(self.counts[row])]))
        tokens = self.tokens[row, : int(self.lengths[row])]
        return "".join(f"⟦{next(values)}⟧" if t == VIRTUAL else tokens_to_characters(t[None]) for t in tokens)

    def take(self, rows: np.ndarray) -> Streams:
        """The streams of these rows, trimmed to the longest."""
        tokens, types = self.tokens[rows], self.types[rows]
        length = int((tokens != PAD).sum(axis=1).max(initial=0))
        width = int((types >= 0).sum(axis=1).max(initial=0))
        return Streams(tokens[:, :length], self.vectors[rows, :width], types[:, :width])

    def put(self, rows: np.ndarray, other: Streams) -> Streams:
        """A copy in which `rows` are replaced by the streams of `other`."""
        shape = [max(a, b) for a, b in zip(self.tokens.shape[1:], other.tokens.shape[1:], strict=True)]
        width = max(self.types.shape[1], other.types.shape[1])
        tokens = np.zeros((len(self), *shape), np.uint8)
        vectors = np.zeros((len(self), width, space.DIM), np.float32)
        types = np.full((len(self), width), -1, np.int64)
        for target, source in ((slice(None), self), (rows, other)):
            tokens[target] = PAD
            tokens[target, : source.tokens.shape[1]] = source.tokens
            vectors[target] = 0
            vectors[target, : source.vectors.shape[1]] = source.vectors
            types[target] = -1
            types[target, : source.types.shape[1]] = source.types
        return Streams(tokens, vectors, types)

    def reduce(self, pair: np.ndarray, results: np.ndarray, types: np.ndarray) -> Streams:
        """Every stream after one reduction.

        Args:
            pair: (B,) which two virtual tokens: `pair` and `pair + 1`.
            results: (B, 128) what the executor made of them.
            types: (B,) domain index of the results.

        Virtual token `pair` becomes the result; all from there to virtual token `pair + 1` goes, together with
        brackets of the stream that have no partner and brackets that hold nothing but a virtual token.
        """
        rows = np.arange(len(self))
        virtual = self.tokens == VIRTUAL
        ordinal = np.cumsum(virtual, axis=1) - 1  # (B, L) which virtual token stands here or was the last before
        between = (ordinal == pair[:, None]) & ~virtual
        second = (ordinal == pair[:, None] + 1) & virtual
        tokens = _compact(self.tokens, (self.tokens != PAD) & ~between & ~second)
        shift = np.arange(self.types.shape[1])[None, :] + (
            np.arange(self.types.shape[1])[None, :] > pair[:, None]
        )  # (B, K) source column of each virtual token
        last = shift.shape[1] - 1
        vectors = self.vectors[rows[:, None], np.minimum(shift, last)]
        types_left = self.types[rows[:, None], np.minimum(shift, last)]
        vectors[shift > last] = 0
        types_left[shift > last] = -1
        vectors[rows, pair] = results
        types_left[rows, pair] = types
        return Streams(_drop_needless_brackets(_drop_widowed_brackets(tokens)), vectors, types_left)
