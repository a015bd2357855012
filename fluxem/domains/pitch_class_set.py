"""Pitch-class sets, the domain of atonal music: the 4096 sets of the 12 pitch classes, C = 0 to B = 11.

The payload is 12 lanes, one for each pitch class, 1 where the set has it. Transposition by n semitones rotates the
lanes by n; inversion, x to -x modulo 12, mirrors them.

The convention is that of J. Rahn, *Basic Atonal Theory* (1980), where A. Forte, *The Structure of Atonal Music*
(1973) packs some sets the other way. Read as a binary number with the lowest bit for 0, the *prime form* is the
smallest of all transpositions of a set and of its inversion; of two such numbers, the one whose highest pitch class
is lower is the smaller one, then the second highest decides, and so on: that is packed from the right, as Rahn has
it. The *normal order* starts on the member from which the set, transposed to start on 0, is smallest in this sense,
and on the lowest of several. There are 224 set classes, the empty set's among them.

*Read as pitch-class sets:* `{0, 4, 7, t}`, with `t` or 10 for ten and `e` or 11 for eleven, in any order, each once.
`find` takes a set without `t` and `e` only where the text around speaks of pitch classes, set classes, prime forms,
normal orders, interval vectors or transposition: elsewhere `{0, 4, 7}` may be any set of numbers. It takes no empty
set.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import lanes
from fluxem.domains.base import Domain, Operation, Span, require_text
from fluxem.domains.cues import Cues
from fluxem.domains.vector import VECTOR
from fluxem.errors import InputError, RangeError, UndefinedError
from fluxem.space import Vectors

MEMBERS = slice(8, 20)
CLASSES = 12

_ALL = 1 << CLASSES
_BITS = 1 << np.arange(CLASSES)
_DIGITS = {"t": 10, "e": 11}
_MEMBER = "(?:1[01]|[0-9te])"
_SET = re.compile(rf"\{{(?<![\w\\^}}]\{{)[ ]?(?:{_MEMBER}(?:,[ ]?{_MEMBER}){{0,11}}[ ]?)?\}}")
_CUE = re.compile(
    r"pitch[- ]class|\bpc[- ]sets?\b|set[- ]class|prime form|normal (?:order|form)"
    r"|interval(?:[- ]class)? vector|transpos|atonal|\bForte\b",
    re.IGNORECASE,
)


class PitchClassSetDomain(Domain):
    """Sets of pitch classes; a value is a frozenset of integers from 0 to 11."""

    name = "pitch_class_set"
    tag = 11
    example = "{0, 4, 7, t}"
    value_types = (frozenset,)

    def find(self, text: str) -> Iterator[Span]:
        """Sets as the module describes them."""
        cues = Cues(_CUE, text)
        for match in _SET.finditer(text):
            value = _read(match[0])
            if value and (_unmistakable(match[0]) or cues.around(match.start())):
                yield Span(self.name, match.start(), match.end(), value)

    def parse(self, text: str) -> frozenset[int]:
        """The set of a whole text, whatever it speaks of, also the empty one `{}`; ParseError if it is none."""
        stripped = require_text(text).strip()
        value = _read(stripped) if _SET.fullmatch(stripped) else None
        if value is not None:
            return value
        read: frozenset[int] = super().parse(text)
        return read

    def encode(self, values: Sequence[Iterable[int]] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n sets; RangeError for a member outside 0..11, InputError for another type."""
        masks = [_mask(value, row) for row, value in enumerate(values)]
        return self._of_masks(np.array(masks, np.int64))

    def decode(self, vectors: Vectors) -> list[frozenset[int]]:
        """The sets of vectors (n, 128); InputError when a row is not the vector of one."""
        vectors = lanes.own(self, vectors)
        values = [_sets()[mask] for mask in self.masks(vectors).tolist()]
        lanes.require_canonical(self, vectors, values)
        return values

    def render(self, vectors: Vectors) -> list[str]:
        """`{0, 4, 7, t}`: in ascending order, with `t` for ten and `e` for eleven."""
        shown = "0123456789te"
        return ["{" + ", ".join(shown[member] for member in sorted(value)) + "}" for value in self.decode(vectors)]

    def masks(self, vectors: Vectors) -> NDArray[np.int64]:
        """The sets (n,) of vectors (n, 128) as binary numbers, the lowest bit for pitch class 0; errors as `decode`."""
        members = np.rint(lanes.own(self, vectors)[:, MEMBERS])
        lanes.require(self, ((members == 0) | (members == 1)).all(axis=1))
        return members.astype(np.int64) @ _BITS

    def _of_masks(self, masks: NDArray[np.int64]) -> Vectors:
        vectors = lanes.blank(self, len(masks))
        vectors[:, MEMBERS] = (masks[:, None] & _BITS) > 0
        return vectors


PITCH_CLASS_SET = PitchClassSetDomain()


def _unmistakable(written: str) -> bool:
    """Whether a set has `t` or `e` beside two numbers or more: sets of numbers, or of letters, do not look so."""
    return ("t" in written or "e" in written) and len(re.findall("[0-9]+", written)) > 1


def _read(written: str) -> frozenset[int] | None:
    """The set of what `_SET` matches; None when a member is repeated."""
    members = [_DIGITS.get(part) or int(part) for part in re.findall(r"\w+", written)]
    return frozenset(members) if len(set(members)) == len(members) else None


def _mask(value: Any, row: int) -> int:
    if not isinstance(value, frozenset | set):
        raise InputError(f"row {row}: a pitch-class set is a frozenset of integers, not {lanes.shown(value)}")
    mask = 0
    for member in value:
        if not isinstance(member, int) or isinstance(member, bool):
            raise InputError(f"row {row}: a pitch class is an integer in 0..11, not {lanes.shown(member)}")
        if not 0 <= member < CLASSES:
            raise RangeError(f"row {row}: a pitch class is an integer in 0..11, not {lanes.shown(member)}")
        mask |= 1 << member
    return mask


@cache
def _sets() -> list[frozenset[int]]:
    """Every set, by its binary number."""
    return [frozenset(pc for pc in range(CLASSES) if mask >> pc & 1) for mask in range(_ALL)]


# --- operations, as tables over all sets or as rotations of the lanes ---


def _rotated(masks: NDArray[np.int64], by: Any) -> NDArray[np.int64]:
    by = by % CLASSES
    return (masks << by | masks >> (CLASSES - by)) & (_ALL - 1)


@cache
def _inversions() -> NDArray[np.int64]:
    return (np.arange(_ALL)[:, None] >> (-np.arange(CLASSES) % CLASSES) & 1) @ _BITS


@cache
def _starts() -> NDArray[np.int64]:
    """(4096,) the pitch class on which the normal order of each set starts; 0 for the empty set."""
    masks = np.arange(_ALL)
    from_each = np.stack([_rotated(masks, -start) for start in range(CLASSES)])  # (12, 4096)
    from_each[from_each & 1 == 0] = _ALL  # does not start on a member
    return from_each.argmin(axis=0)


@cache
def _prime_forms() -> NDArray[np.int64]:
    """(4096,) the prime form of each set."""
    masks = np.arange(_ALL)
    return np.min([_rotated(some, by) for some in (masks, _inversions()) for by in range(CLASSES)], axis=0)


@cache
def _normal_orders() -> list[tuple[int, ...]]:
    return [
        tuple((start + step) % CLASSES for step in range(CLASSES) if (start + step) % CLASSES in members)
        for members, start in zip(_sets(), _starts().tolist(), strict=True)
    ]


@cache
def _interval_vectors() -> NDArray[np.int64]:
    """(4096, 6) how often each interval class 1..6 occurs between two members."""
    masks = np.arange(_ALL)
    common = np.stack([masks & _rotated(masks, by) for by in range(1, 7)], axis=1)  # (4096, 6)
    counts = (common[..., None] & _BITS > 0).sum(axis=2)
    counts[:, 5] //= 2  # six semitones up is six semitones down: each pair was counted twice
    return counts


def _all(vectors: Vectors) -> tuple[Vectors, NDArray[np.bool_]]:
    return vectors, np.ones(len(vectors), bool)


def _transpose(sets: Vectors, semitones: Vectors) -> tuple[Vectors, NDArray[np.bool_]]:
    numbers, whole = lanes.whole_numbers(semitones)
    by = np.array([number % CLASSES for number in numbers], np.int64)
    vectors = PITCH_CLASS_SET._of_masks(_rotated(PITCH_CLASS_SET.masks(sets), by))
    vectors[~whole] = 0
    return vectors, whole


def _not_whole(sets: Vectors, semitones: Vectors) -> InputError:
    return UndefinedError("transposition is by a whole number of semitones")


def _invert(sets: Vectors) -> tuple[Vectors, NDArray[np.bool_]]:
    return _all(PITCH_CLASS_SET._of_masks(_inversions()[PITCH_CLASS_SET.masks(sets)]))


def _prime_form(sets: Vectors) -> tuple[Vectors, NDArray[np.bool_]]:
    return _all(PITCH_CLASS_SET._of_masks(_prime_forms()[PITCH_CLASS_SET.masks(sets)]))


def _normal_order(sets: Vectors) -> tuple[Vectors, NDArray[np.bool_]]:
    masks = PITCH_CLASS_SET.masks(sets)
    ok = masks > 0
    orders = [_normal_orders()[mask] for mask in masks[ok].tolist()]
    vectors = np.zeros_like(sets)
    vectors[ok] = VECTOR.encode(orders)
    return vectors, ok


def _empty(sets: Vectors) -> InputError:
    return UndefinedError("the empty set has no normal order")


def _interval_vector(sets: Vectors) -> tuple[Vectors, NDArray[np.bool_]]:
    return _all(VECTOR.encode(list(map(tuple, _interval_vectors()[PITCH_CLASS_SET.masks(sets)].tolist()))))


_UNARY = ("pitch_class_set",)

OPERATIONS = (
    Operation(
        "transpose",
        "T",
        ("pitch_class_set", "number"),
        "pitch_class_set",
        False,
        "T e(S), e(n) = e({x + n mod 12}): the lanes rotate by n, bitwise",
        _transpose,
        _not_whole,
    ),
    Operation(
        "invert",
        "I",
        _UNARY,
        "pitch_class_set",
        False,
        "I e(S) = e({-x mod 12}): the lanes are mirrored, bitwise",
        _invert,
    ),
    Operation(
        "prime_form",
        "prime form",
        _UNARY,
        "pitch_class_set",
        False,
        "prime form e(S) = e(the prime form of S, after Rahn), bitwise; the same for T S and I S",
        _prime_form,
    ),
    Operation(
        "normal_order",
        "normal order",
        _UNARY,
        "vector",
        False,
        "normal order e(S) = e(the normal order of S, after Rahn), bitwise",
        _normal_order,
        _empty,
    ),
    Operation(
        "interval_vector",
        "interval vector",
        _UNARY,
        "vector",
        False,
        "interval vector e(S) = e(counts of interval classes 1 to 6), bitwise; the same for T S",
        _interval_vector,
    ),
)
