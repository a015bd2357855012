"""Vectors of 1 to 16 rational entries, exact.

The payload is 7 lanes for each entry, a reduced n/d with |n| < 10^24 and 0 < d < 10^18, in limbs of base 10^6: 4 for
n, each with its sign, and 3 for d, the lowest first; lanes of entries beyond the length are 0. One more lane holds
the length. A limb is below 2^24, so float32 holds it exactly. What is outside these bounds is refused.

Where the denominators are 1, adding vectors adds limbs and carries; in general the operations are those of fractions,
on all entries of a batch at once, and every result is reduced.

`vector_text` says how vectors are written.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem import residues, space
from fluxem.domains import lanes, numerals, rationals, vector_text
from fluxem.domains.base import Domain, Operation, Span
from fluxem.domains.number import NUMBER, exact
from fluxem.domains.numerals import Number
from fluxem.domains.rationals import Integers, Rationals
from fluxem.errors import InputError, RangeError, UndefinedError
from fluxem.space import Vectors

MOST_ENTRIES = 16
ENTRIES = slice(8, 120)
LENGTH = 120

_BASE = 10**6
_ABOVE, _BELOW = 4, 3  # limbs of numerator and denominator
_NUMERATORS, _DENOMINATORS = _BASE**_ABOVE, _BASE**_BELOW
_OUTSIDE = "an entry of a vector is n/d with |n| < 10^24 and d < 10^18"

Lengths = NDArray[np.int64]  # (n,)
Results = tuple[Vectors, NDArray[np.bool_]]


class VectorDomain(Domain):
    """Vectors; a value is a tuple of ints, and Fractions where entries are not integral."""

    name = "vector"
    tag = 3
    example = "(1, 2.5, -1/3)"
    value_types = (tuple,)

    def find(self, text: str) -> Iterator[Span]:
        """Vectors as `vector_text` describes them."""
        for start, end, entries in vector_text.lists(text):
            if _held(entries):
                yield Span(self.name, start, end, entries)

    def left_out(self, text: str) -> Iterator[tuple[int, str]]:
        for start, _, entries in vector_text.lists(text):
            if not _held(entries):
                yield start, _why_not(entries)

    def parse(self, text: str) -> tuple[Number, ...]:
        """The vector of a whole text; ParseError if it is none, RangeError outside the bounds."""
        entries: tuple[Number, ...] = vector_text.whole(text) or super().parse(text)
        if not _held(entries):
            raise RangeError(_why_not(entries))
        return entries

    def encode(self, values: Sequence[Sequence[Any]] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n tuples or lists of numbers, or of an array (n, length).

        Rationals are what the number domain takes. RangeError outside the bounds; InputError for another type.
        """
        if isinstance(values, np.ndarray):
            values = values.tolist()
        for row, value in enumerate(values):
            if not isinstance(value, tuple | list):
                raise InputError(f"row {row}: a vector is a tuple of numbers, not {lanes.shown(value)}")
            if not 1 <= len(value) <= MOST_ENTRIES:
                raise RangeError(f"row {row}: a vector has 1 to {MOST_ENTRIES} entries, not {len(value)}")
        lengths = np.array([len(value) for value in values], np.int64)
        rows = np.repeat(np.arange(len(values)), lengths).tolist()
        flat = list(chain.from_iterable(values))
        if set(map(type, flat)) <= {int}:
            above, below = rationals.integers(flat), np.ones(len(flat), np.int64)
        else:
            parts = [exact(value, row).as_integer_ratio() for value, row in zip(flat, rows, strict=True)]
            above, below = rationals.integers([n for n, _ in parts]), rationals.integers([d for _, d in parts])
        vectors, ok = _encoded(lengths, _padded(lengths, above, below))
        if not ok.all():
            raise RangeError(f"row {int(np.argmin(ok))}: {_OUTSIDE}")
        return vectors

    def decode(self, vectors: Vectors) -> list[tuple[Number, ...]]:
        """The tuples of vectors (n, 128); InputError when a row is not the vector of one."""
        lengths, (above, below) = read(vectors)
        rows = zip(lengths.tolist(), above.tolist(), below.tolist(), strict=True)
        return [tuple(map(_number, n[:length], d[:length])) for length, n, d in rows]

    def render(self, vectors: Vectors) -> list[str]:
        """`(1, 2.5, -1/3)`, `(5,)`: the canonical numerals of the entries."""
        texts = [", ".join(map(numerals.text_of, value)) for value in self.decode(vectors)]
        return [f"({text})" if "," in text else f"({text},)" for text in texts]


VECTOR = VectorDomain()


def _held(entries: tuple[Number, ...]) -> bool:
    return len(entries) <= MOST_ENTRIES and all(
        abs(entry.numerator) < _NUMERATORS and entry.denominator < _DENOMINATORS for entry in entries
    )


def _why_not(entries: tuple[Number, ...]) -> str:
    if len(entries) > MOST_ENTRIES:
        return f"a vector has 1 to {MOST_ENTRIES} entries, not {len(entries)}"
    return _OUTSIDE


def _number(numerator: int, denominator: int) -> Number:
    return numerator if denominator == 1 else Fraction(numerator, denominator)


# --- between entries and vectors ---


def _padded(lengths: Lengths, above: Integers, below: Integers) -> Rationals:
    """Rationals (n, w) from those of all vectors in a row, (sum of lengths,) each; w is the largest length."""
    used = np.arange(lengths.max(initial=0)) < lengths[:, None]
    numerators, denominators = np.zeros(used.shape, above.dtype), np.ones(used.shape, below.dtype)
    numerators[used], denominators[used] = above, below
    return numerators, denominators


def _encoded(lengths: Lengths, entries: Rationals) -> Results:
    """Vectors (n, 128) of reduced entries, and which of them are within the bounds (n,); zero where they are not."""
    numerators, denominators = entries
    width = numerators.shape[1]
    limbs = np.zeros((len(lengths), MOST_ENTRIES, _ABOVE + _BELOW), np.float32)
    rest = _split(np.abs(numerators), limbs[:, :width, :_ABOVE])
    rest |= _split(denominators, limbs[:, :width, _ABOVE:])
    limbs[:, :width, :_ABOVE] *= np.where(numerators < 0, -1, 1)[..., None]
    limbs[:, :width][np.arange(width) >= lengths[:, None]] = 0
    ok = np.asarray(~rest.any(axis=1))
    vectors = lanes.blank(VECTOR, len(lengths))
    vectors[:, ENTRIES] = limbs.reshape(len(lengths), ENTRIES.stop - ENTRIES.start)
    vectors[:, LENGTH] = lengths
    vectors[~ok] = 0
    return vectors, ok


def _split(magnitudes: Integers, limbs: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Write magnitudes (n, w) into limbs (n, w, k); returns where they are too large, (n, w)."""
    for place in range(limbs.shape[2]):
        limbs[..., place] = magnitudes % _BASE
        magnitudes = magnitudes // _BASE
    return np.asarray(magnitudes > 0, bool)


def read(vectors: Vectors) -> tuple[Lengths, Rationals]:
    """Lengths (n,) and entries of vectors (n, 128); InputError when a row is not the vector of a tuple."""
    vectors = lanes.own(VECTOR, vectors)
    lengths = np.rint(vectors[:, LENGTH])
    lanes.require(VECTOR, (lengths >= 1) & (lengths <= MOST_ENTRIES))
    lengths = lengths.astype(np.int64)
    width = int(lengths.max(initial=0))
    limbs = vectors[:, ENTRIES].reshape(-1, MOST_ENTRIES, _ABOVE + _BELOW)[:, :width]
    lanes.require(VECTOR, np.asarray((np.abs(limbs) < _BASE).all(axis=(1, 2))))
    used = np.arange(width) < lengths[:, None]
    whole = np.rint(limbs).astype(np.int64)
    numerators = _joined(whole[..., :_ABOVE])
    denominators = np.where(used, _joined(whole[..., _ABOVE:]), 1)
    lanes.require(VECTOR, ((denominators > 0) & (np.gcd(numerators, denominators) == 1)).all(axis=1))
    lanes.require_same(VECTOR, vectors, _encoded(lengths, (numerators, denominators))[0])
    return lengths, (numerators, denominators)


def _joined(limbs: NDArray[np.int64]) -> Integers:
    """Integers (n, w) of limbs (n, w, k)."""
    if limbs[..., 3:].any():
        return np.asarray(limbs.astype(object) @ [_BASE**place for place in range(limbs.shape[2])])
    return np.asarray(limbs[..., :3] @ [_BASE**place for place in range(3)])  # below 10^18


# --- operations ---


def _total(entries: Rationals) -> Results:
    """Number vectors (n, 128) of the sums of entries (n, w), and which of them a number can be (n,)."""
    total = rationals.columns(entries, [0])
    for column in range(1, entries[0].shape[1]):
        total = rationals.plus(total, rationals.columns(entries, [column]))
    parts = zip(total[0][:, 0].tolist(), total[1][:, 0].tolist(), strict=True)
    values = [_number(n, d) if residues.in_range(n, d) else None for n, d in parts]
    ok = np.array([value is not None for value in values], bool)
    vectors = np.zeros((len(values), space.DIM), np.float32)
    vectors[ok] = NUMBER.encode([value for value in values if value is not None])
    return vectors, ok


def _both(left: Vectors, right: Vectors, width: int = 1) -> tuple[Lengths, Lengths, Rationals, Rationals]:
    """Lengths (n,) and entries, of at least this width, of two batches."""
    (lengths, a), (others, b) = read(left), read(right)
    width = max(width, a[0].shape[1], b[0].shape[1])
    return lengths, others, rationals.widened(a, width), rationals.widened(b, width)


def _only(possible: NDArray[np.bool_], results: Results) -> Results:
    """The results, with zero in rows where there can be none."""
    vectors, ok = results
    ok = ok & possible
    vectors[~ok] = 0
    return vectors, ok


def _add(left: Vectors, right: Vectors) -> Results:
    lengths, others, a, b = _both(left, right)
    return _only(lengths == others, _encoded(lengths, rationals.plus(a, b)))


def _subtract(left: Vectors, right: Vectors) -> Results:
    lengths, others, a, b = _both(left, right)
    return _only(lengths == others, _encoded(lengths, rationals.plus(a, rationals.minus(b))))


def _scale(vectors: Vectors, numbers: Vectors) -> Results:
    factors = [value.as_integer_ratio() for value in NUMBER.decode(numbers)]
    lengths, entries = read(vectors)
    column = (
        rationals.integers([n for n, _ in factors])[:, None],
        rationals.integers([d for _, d in factors])[:, None],
    )
    return _encoded(lengths, rationals.times(entries, column))


def _dot(left: Vectors, right: Vectors) -> Results:
    lengths, others, a, b = _both(left, right)
    return _only(lengths == others, _total(rationals.times(a, b)))


def _norm_squared(vectors: Vectors) -> Results:
    return _dot(vectors, vectors)


def _cross(left: Vectors, right: Vectors) -> Results:
    lengths, others, a, b = _both(left, right, width=3)
    first = rationals.times(rationals.columns(a, [1, 2, 0]), rationals.columns(b, [2, 0, 1]))
    second = rationals.times(rationals.columns(a, [2, 0, 1]), rationals.columns(b, [1, 2, 0]))
    lengths = np.minimum(lengths, 3)
    return _only((lengths == 3) & (others == 3), _encoded(lengths, rationals.plus(first, rationals.minus(second))))


def _unlike(left: Vectors, right: Vectors) -> InputError:
    one, other = (int(read(vectors)[0][0]) for vectors in (left, right))
    if one != other:
        return UndefinedError(f"vectors of {one} and of {other} entries")
    return RangeError("the result is outside what a vector holds exactly")


def _not_three(left: Vectors, right: Vectors) -> InputError:
    one, other = (int(read(vectors)[0][0]) for vectors in (left, right))
    if not one == other == 3:
        return UndefinedError(f"a cross product is of vectors of 3 entries, not of {one} and {other}")
    return RangeError("the result is outside what a vector holds exactly")


_PAIR = ("vector", "vector")

OPERATIONS = (
    Operation("add", "+", _PAIR, "vector", True, "e(v) + e(w) = e(v + w), bitwise", _add, _unlike),
    Operation("subtract", "-", _PAIR, "vector", False, "e(v) - e(w) = e(v - w), bitwise", _subtract, _unlike),
    Operation("scale", "*", ("vector", "number"), "vector", False, "e(v) * e(a) = e(a v), bitwise", _scale),
    Operation("dot", "·", _PAIR, "number", True, "e(v) · e(w) = e(v · w), bitwise", _dot, _unlike),
    Operation("cross", "×", _PAIR, "vector", False, "e(v) × e(w) = e(v × w), bitwise", _cross, _not_three),
    Operation(
        "norm_squared",
        "|.|^2",
        ("vector",),
        "number",
        False,
        "|e(v)|^2 = e(v · v), bitwise",
        _norm_squared,
    ),
)
