"""DNA: a sequence of the bases A, C, G and T, from its 5' end to its 3' end.

The payload is the length, and the sequence itself as base-4 fractions, A = 0, C = 1, G = 2 and T = 3: twelve bases a
lane, the first of them the highest digit. Each lane is a whole multiple of 4^-12 below 1, which float32 holds exactly.
The digits of complementary bases add up to 3: the complement is 3 - digit, the reverse complement that in the opposite
order.

*Bound:* 1 to 1428 bases; RangeError beyond. *Read as DNA:* the four letters, in either case, with white space between
them (`ATGC ATGC`), and with its ends: `5'-ATGC-3'`; `3'-TACG-5'` is read from its 5' end, GCAT. *Refused:* RNA (U), and
the codes for more than one base (N, R, Y, ...), which no digit stands for.

*Found in a running text* are words of eight capitals or more with three different bases among them, and three bases or
more in capitals with their ends. CAT, TAG, GATTACA and AAAAAAAAAA are words.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import lanes
from fluxem.domains.base import Domain, Operation, Span, require_text
from fluxem.domains.number import NUMBER
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError
from fluxem.space import Vectors

LENGTH, BASES = 8, slice(9, 128)
PER_LANE = 12
LONGEST = PER_LANE * (BASES.stop - BASES.start)

Digits = NDArray[np.uint8]  # (n, width): the bases of each sequence, 0 beyond its end
Lengths = NDArray[np.int64]  # (n,)
Rows = NDArray[np.bool_]  # (n,)

_LETTERS = np.frombuffer(b"ACGT", np.uint8)
_UNKNOWN = 255
_DIGIT_OF = np.full(256, _UNKNOWN, np.uint8)
_DIGIT_OF[_LETTERS] = np.arange(4)
_PLACES = (4.0 ** -np.arange(1, PER_LANE + 1)).astype(np.float32)
_SHIFTS = 2 * np.arange(PER_LANE)[::-1]

_KINDS_FOUND = 3
_PRIME = "['\N{PRIME}\N{RIGHT SINGLE QUOTATION MARK}]"
_DASH = r"[ \-\N{NON-BREAKING HYPHEN}\N{EN DASH}]?"
_WITH_ENDS = re.compile(rf"([53]){_PRIME}{_DASH}([ACGTacgt\s]+?){_DASH}([53]){_PRIME}")
_FOUND = re.compile(
    r"[ACGT53](?<!\w.)(?<![\w-]-.)(?:"
    rf"(?<=[53]){_PRIME}{_DASH}[ACGT ]{{3,}}{_DASH}[53]{_PRIME}"
    rf"|(?<=[ACGT])(?<!3{_PRIME}.)(?<!3{_PRIME}{_DASH[:-1]}.)[ACGT]{{7,}}+(?!{_DASH}5{_PRIME}|-)"
    r")(?!\w)"
)
_SPACE = re.compile(r"\s+")


class DnaDomain(Domain):
    """DNA; a value is a str of the letters A, C, G and T, from the 5' end."""

    name = "dna"
    tag = 9
    example = "ATGCGTACGTTAG"
    value_types = (str,)

    def find(self, text: str) -> Iterator[Span]:
        """Sequences as the module describes them."""
        for start, end, bases in _sequences(text):
            if len(bases) <= LONGEST:
                yield Span(self.name, start, end, bases)

    def left_out(self, text: str) -> Iterator[tuple[int, str]]:
        for start, _, bases in _sequences(text):
            if len(bases) > LONGEST:
                yield start, _too_long(len(bases))

    def parse(self, text: str) -> str:
        """The sequence of a whole text, however short; ParseError if it is none, RangeError if it is too long."""
        stripped = require_text(text).strip()
        bases = _read(stripped)
        if not bases or (reason := _reason_against(bases)):
            raise ParseError(f"{stripped!r:.40} is not one {self.name}" + (f": {reason}" if bases else ""))
        if len(bases) > LONGEST:
            raise RangeError(_too_long(len(bases)))
        return bases

    def encode(self, values: Sequence[str] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n sequences; RangeError above 1428 bases, InputError for other letters."""
        if not set(map(type, values)) <= {str}:
            row = next(row for row, value in enumerate(values) if type(value) is not str)
            raise InputError(f"row {row}: a sequence is a str, not {lanes.shown(values[row])}")
        lengths = np.array([len(value) for value in values], np.int64)
        longest = int(lengths.max(initial=0))
        if longest > LONGEST:
            raise RangeError(f"row {int(np.argmax(lengths))}: {_too_long(longest)}")
        # A is 0: what fills a row up to the width of the batch leaves no trace.
        data = "".join([value.ljust(longest, "A") for value in values]).encode("latin-1", "replace")
        digits = _DIGIT_OF[np.frombuffer(data, np.uint8)].reshape(len(lengths), longest)
        unknown = (digits == _UNKNOWN).any(axis=1) | (lengths == 0)
        if unknown.any():
            row = int(np.argmax(unknown))
            raise InputError(f"row {row}: {_reason_against(values[row])}")
        return _vectors(digits, lengths)

    def decode(self, vectors: Vectors) -> list[str]:
        """The sequences of vectors (n, 128); InputError when a row is not the vector of one."""
        digits, lengths = _digits(vectors)
        letters, width = _LETTERS[digits].tobytes().decode(), digits.shape[1]
        return [letters[row * width : row * width + length] for row, length in enumerate(lengths.tolist())]

    def render(self, vectors: Vectors) -> list[str]:
        """The bases, from the 5' end."""
        return self.decode(vectors)


DNA = DnaDomain()


def _sequences(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _FOUND.finditer(text):
        bases = _read(match[0])
        with_ends = match[0][0] in "53"
        if bases and len(set(bases)) >= (1 if with_ends else _KINDS_FOUND) and not (with_ends and len(bases) < 3):
            yield match.start(), match.end(), bases


def _read(text: str) -> str:
    """The letters of a text, from the 5' end, in capitals; "" where the two ends are the same one."""
    ends = _WITH_ENDS.fullmatch(text)
    bases = _SPACE.sub("", ends[2] if ends else text).upper()
    if ends is None:
        return bases
    return "" if ends[1] == ends[3] else bases[:: 1 if ends[1] == "5" else -1]


def _reason_against(bases: str) -> str | None:
    for letter in bases:
        if letter not in "ACGT":
            if letter == "U":
                return "U is a base of RNA; a DNA sequence has T in its place"
            if letter in "RYSWKMBDHVN":
                return f"{letter} stands for more than one base; a sequence is written in A, C, G and T"
            return f"{letter!r} is no base; a sequence is written in A, C, G and T"
    return None if bases else "a sequence has at least one base"


def _too_long(length: int) -> str:
    return f"a sequence has at most {LONGEST} bases, not {length}"


# --- digits and vectors ---


def _vectors(digits: Digits, lengths: Lengths) -> Vectors:
    """The vectors (n, 128) of digits that are 0 beyond the length, LONGEST at most."""
    count, width = digits.shape
    used = -(-width // PER_LANE)
    padded = np.zeros((count, used * PER_LANE), np.float32)
    padded[:, :width] = digits
    vectors = lanes.blank(DNA, count)
    vectors[:, LENGTH] = lengths
    vectors[:, BASES.start : BASES.start + used] = (padded.reshape(-1, PER_LANE) @ _PLACES).reshape(count, used)
    return vectors


def _digits(vectors: Vectors) -> tuple[Digits, Lengths]:
    """The digits of vectors (n, 128) and their lengths; InputError when a row is not the vector of a sequence."""
    vectors = lanes.own(DNA, vectors)
    lengths = np.clip(vectors[:, LENGTH], 0, LONGEST + 1).astype(np.int64)
    lanes.require(DNA, (lengths >= 1) & (lengths <= LONGEST))
    longest = int(lengths.max(initial=0))
    used = -(-longest // PER_LANE)
    packed = (np.clip(vectors[:, BASES.start : BASES.start + used], 0, 1) * 4**PER_LANE).astype(np.int64)
    digits = ((packed[:, :, None] >> _SHIFTS) & 3).astype(np.uint8)
    digits = digits.reshape(len(vectors), used * PER_LANE)[:, :longest]
    digits *= _within(lengths, longest)
    lanes.require(DNA, (_vectors(digits, lengths) == vectors).all(axis=1))
    return digits, lengths


def _within(lengths: Lengths, width: int) -> Rows:
    """(n, width): which places are before the end."""
    return np.arange(width) < lengths[:, None]


# --- operations ---


def _complement(vectors: Vectors) -> tuple[Vectors, Rows]:
    digits, lengths = _digits(vectors)
    return _vectors((3 - digits) * _within(lengths, digits.shape[1]), lengths), np.ones(len(lengths), bool)


def _reverse_complement(vectors: Vectors) -> tuple[Vectors, Rows]:
    digits, lengths = _digits(vectors)
    width = digits.shape[1]
    backwards = np.maximum(lengths[:, None] - 1 - np.arange(width), 0)
    reverse = (3 - np.take_along_axis(digits, backwards, axis=1)) * _within(lengths, width)
    return _vectors(reverse, lengths), np.ones(len(lengths), bool)


def _concatenate(left: Vectors, right: Vectors) -> tuple[Vectors, Rows]:
    (first, lengths), (second, more) = _digits(left), _digits(right)
    ok = lengths + more <= LONGEST
    digits = np.zeros((len(lengths), first.shape[1] + second.shape[1]), np.uint8)
    digits[:, : first.shape[1]] = first
    rows, places = np.nonzero(_within(more, second.shape[1]))
    digits[rows, lengths[rows] + places] = second[rows, places]
    vectors = _vectors(digits[:, :LONGEST], lengths + more)
    vectors[~ok] = 0
    return vectors, ok


def _hamming(left: Vectors, right: Vectors) -> tuple[Vectors, Rows]:
    (first, lengths), (second, others) = _digits(left), _digits(right)
    ok = lengths == others
    width = min(first.shape[1], second.shape[1])
    vectors = NUMBER.encode((first[:, :width] != second[:, :width]).sum(axis=1))
    vectors[~ok] = 0
    return vectors, ok


def _unequal(left: Vectors, right: Vectors) -> InputError:
    lengths = [int(_digits(side)[1][0]) for side in (left, right)]
    return UndefinedError(
        f"a Hamming distance is between sequences of one length, not of {lengths[0]} and {lengths[1]}"
    )


def _gc_content(vectors: Vectors) -> tuple[Vectors, Rows]:
    digits, lengths = _digits(vectors)
    strong = ((digits == 1) | (digits == 2)).sum(axis=1)
    shares = [Fraction(of, length) for of, length in zip(strong.tolist(), lengths.tolist(), strict=True)]
    return NUMBER.encode(shares), np.ones(len(lengths), bool)


def _length(vectors: Vectors) -> tuple[Vectors, Rows]:
    lengths = _digits(vectors)[1]
    return NUMBER.encode(lengths), np.ones(len(lengths), bool)


def _beyond(left: Vectors, right: Vectors) -> InputError:
    return RangeError(_too_long(sum(int(_digits(side)[1][0]) for side in (left, right))))


OPERATIONS = (
    Operation(
        "concatenate",
        "+",
        ("dna", "dna"),
        "dna",
        False,
        "e(x) + e(y) = e(xy), bitwise",
        _concatenate,
        _beyond,
    ),
    Operation(
        "hamming_distance",
        "hamming_distance",
        ("dna", "dna"),
        "number",
        True,
        "the digits in which e(x) and e(y) differ = hamming(x, y)",
        _hamming,
        _unequal,
    ),
    Operation(
        "complement",
        "complement",
        ("dna",),
        "dna",
        False,
        "3 - digits of e(x) = digits of e(complement x), bitwise",
        _complement,
    ),
    Operation(
        "reverse_complement",
        "reverse_complement",
        ("dna",),
        "dna",
        False,
        "R R e(x) = e(x), and R e(xy) = R e(y) + R e(x), bitwise",
        _reverse_complement,
    ),
    Operation(
        "gc_content",
        "gc_content",
        ("dna",),
        "number",
        False,
        "the share of the digits 1 and 2 in e(x) = gc_content(x), exactly",
        _gc_content,
    ),
    Operation(
        "length",
        "length",
        ("dna",),
        "number",
        False,
        "the lane of length in e(x) = length(x), exactly",
        _length,
    ),
)
