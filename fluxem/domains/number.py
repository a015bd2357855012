"""Numbers: exact integers, decimals and rationals on prime phases, with + - * / as operations on the vectors.

The range: a reduced n/d is held when 4 |n| d < P', the product of the primes of `residues.PRIMES` that do not
divide d. What is outside is refused (RangeError, or a row that is not ok), never wrapped; what is inside is
never refused.

The lanes beside the phases hold sign and size to float32 precision. They are the bounds that make rational
reconstruction unique; a vector whose lanes and phases disagree is refused.
"""

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem import residues, space
from fluxem.domains import numerals
from fluxem.domains.base import Domain, Operation, Span
from fluxem.domains.numerals import Number
from fluxem.errors import InputError, RangeError, UndefinedError
from fluxem.residues import ERASED, Residues
from fluxem.space import Vectors

Logs = NDArray[np.float64]  # (n,) log10 of absolute values

# In log10: far above the error of a few float32 lanes, far below the factor 2 `residues.in_range` can spare.
_SLACK = 0.01
_LARGEST = log10(residues.PRODUCT)
_FLOAT32_MAX = float(np.finfo(np.float32).max)


class NumberDomain(Domain):
    """Rationals; a value is an int, or a Fraction where it is not integral."""

    name = "number"
    tag = 1
    example = "-3/4"
    value_types = (int, Fraction, float, Decimal, np.integer)
    network_lanes = slice(space.PHASES.stop)  # a number of nine digits looks like one of two

    def find(self, text: str) -> Iterator[Span]:
        """Numbers written as `numerals` describes."""
        for literal in numerals.literals(text):
            if literal.value is not None:
                yield Span(self.name, literal.start, literal.end, literal.value)

    def left_out(self, text: str) -> Iterator[tuple[int, str]]:
        for literal in numerals.literals(text):
            if literal.value is None:
                digits = sum(character.isdecimal() for character in text[literal.start : literal.end])
                yield literal.start, _outside(f"a number written with {digits} digits")

    def encode(self, values: Sequence[Any] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n ints, numpy integers, Fractions, Decimals or floats.

        A float is the decimal that Python writes for it: 0.1 is 1/10. An int64 array is encoded fastest.
        RangeError outside the range, InputError for NaN, infinity or another type (bool, str, None, ...).
        """
        integers = _as_int64(values)
        if integers is not None:
            ones = np.ones(len(integers))
            return _vectors(residues.of_integers(integers), integers.astype(np.float64), ones)
        rationals = [exact(value, row) for row, value in enumerate(values)]
        for row, value in enumerate(rationals):
            if not residues.in_range(value.numerator, value.denominator):
                raise RangeError(f"row {row}: {_outside(_size(value))}")
        parts = [(value.numerator, value.denominator) for value in rationals]
        return _vectors_of_parts(parts, residues.of_fractions(parts))

    def decode(self, vectors: Vectors) -> list[Number]:
        """The exact values.

        InputError unless each row is, up to `residues.OFF_LATTICE` and float noise, the vector of its value.
        """
        vectors = _numbers(vectors)
        lattice = residues.to_residues(vectors)
        values: list[Number] = []
        for row, parts in enumerate(_reconstruct(lattice, *_log_parts(vectors))):
            if parts is None or not residues.in_range(*parts):
                raise InputError(f"row {row}: no number has these phases and this size")
            values.append(_number(parts))
        expected = self.encode(values)
        agrees = (np.abs(vectors - expected) <= residues.OFF_LATTICE + 1e-5 * np.abs(expected)).all(axis=1)
        if not agrees.all():
            row = int(np.argmin(agrees))
            text = numerals.text_of(values[row])
            raise InputError(f"row {row}: the phases are those of {text}, but other lanes are not")
        return values

    def render(self, vectors: Vectors) -> list[str]:
        """`-12`; `3.25` where the decimal terminates; else `n/d`, reduced."""
        return [numerals.text_of(value) for value in self.decode(vectors)]


NUMBER = NumberDomain()

# --- values to vectors ---


def _as_int64(values: Sequence[Any] | NDArray[Any]) -> NDArray[np.int64] | None:
    """The values as an int64 array where all are integers that fit, else None."""
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise InputError(f"values to encode have shape (n,), not {values.shape}")
        return values.astype(np.int64) if values.dtype.kind in "iu" and values.dtype != np.uint64 else None
    if set(map(type, values)) <= {int}:
        try:
            return np.array(values, dtype=np.int64)
        except OverflowError:
            return None
    return None


def exact(value: Any, row: int) -> Number:
    """The int or Fraction that a value means; InputError, naming the row, if it means none.

    A Fraction or int may be outside the range of vectors; a float or Decimal that is raises RangeError.
    """
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, Fraction):
        return value
    if isinstance(value, (float, Decimal)):
        text = float.__repr__(value) if isinstance(value, float) else str(value)
        try:
            magnitude = numerals.value_of(text.lstrip("-"))
        except ValueError:
            raise InputError(f"row {row}: {text} is not a number that can be encoded") from None
        if magnitude is None:
            raise RangeError(f"row {row}: {_outside(f'{text:.40}')}")
        return -magnitude if text.startswith("-") else magnitude
    kind = type(value).__name__
    raise InputError(f"row {row}: a number is an int, Fraction, Decimal or float, not {kind} {value!r:.40}")


def _outside(what: str) -> str:
    return f"{what} is outside the exact range (4 |n| d < {float(residues.PRODUCT):.2e} for a reduced n/d)"


def _size(value: Number) -> str:
    """The size in words, from bit lengths: str() refuses integers of more than 4,300 digits."""
    above, below = (int(part.bit_length() * log10(2)) + 1 for part in (value.numerator, value.denominator))
    return f"a number of about {above} digits" + (f" over {below}" if value.denominator > 1 else "")


def _number(parts: tuple[int, int]) -> Number:
    return parts[0] if parts[1] == 1 else Fraction(*parts)


def _vectors_of_parts(parts: list[tuple[int, int]], lattice: Residues) -> Vectors:
    # int / int is correctly rounded, like the conversion of an int64: equal values get equal lanes
    values, denominators = [n / d for n, d in parts], [float(d) for _, d in parts]
    return _vectors(lattice, np.array(values), np.array(denominators))


def _vectors(lattice: Residues, values: NDArray[np.float64], denominators: NDArray[np.float64]) -> Vectors:
    """The one place where vectors are made: from residues (n, 48), values and denominators (n,)."""
    vectors = np.zeros((len(values), space.DIM), np.float32)
    vectors[:, space.TAG] = space.tag_code(NumberDomain.tag)
    vectors[:, space.PHASES] = residues.to_phases(lattice)
    vectors[:, space.SIGN] = np.sign(values)
    vectors[:, space.LOG] = np.log10(np.where(values == 0, 1.0, np.abs(values)))
    vectors[:, space.LINEAR] = np.clip(values, -_FLOAT32_MAX, _FLOAT32_MAX)
    vectors[:, space.ZERO] = values == 0
    vectors[:, space.LOG_DENOMINATOR] = np.log10(denominators)
    return vectors


# --- vectors to values ---


def _numbers(vectors: Vectors) -> Vectors:
    vectors = space.as_vectors(vectors)
    foreign = space.read_tag(vectors) != NumberDomain.tag
    if foreign.any():
        raise InputError(f"row {int(np.argmax(foreign))}: not the vector of a number")
    return vectors


def _log_parts(vectors: Vectors) -> tuple[Logs, Logs]:
    """log10 of |n| and of d, from the lanes; 0 for the n of zero, which bounds it too."""
    denominator = vectors[:, space.LOG_DENOMINATOR].astype(np.float64)
    return vectors[:, space.LOG] + denominator, denominator


def _reconstruct(lattice: Residues, numerator: Logs, denominator: Logs) -> list[tuple[int, int] | None]:
    """Per row the reduced n, d with these residues and within these bounds, or None."""
    found: list[tuple[int, int] | None] = []
    bounds = 10 ** np.minimum(np.stack([numerator, denominator], axis=1) + _SLACK, _LARGEST)
    erased = (lattice == ERASED).any(axis=1).tolist()
    integers = residues.to_integers(lattice)
    for row, (integer, (most, most_below)) in enumerate(zip(integers, bounds.tolist(), strict=True)):
        if not erased[row] and abs(integer) <= most:  # by far the most common case
            found.append((integer, 1))
        else:
            modulus = residues.known_modulus(lattice[row])
            found.append(residues.reconstruct(integer, modulus, int(most), int(most_below)))
    return found


# --- operations ---


@dataclass(frozen=True)
class _Rule:
    """An operation on residues, on exact values, and on the bounds log |n|, log d of left and right."""

    residues: Callable[[Residues, Residues], Residues]
    exact: Callable[[Fraction, Fraction], Fraction]
    bounds: Callable[[Logs, Logs, Logs, Logs], tuple[Logs, Logs]]
    divides: bool = False

    def __call__(self, left: Vectors, right: Vectors) -> tuple[Vectors, NDArray[np.bool_]]:
        """Results (n, 128) and ok (n,): see `Operation`.

        The residues determine a result when 4 * |n| * d, as bounded before reduction, is below the product of
        the primes that are left; then it is in range too. Where that is not so, it may still be in range: the
        exact operands, read from their vectors, decide.
        """
        left, right = _numbers(left), _numbers(right)
        lattice = self.residues(residues.to_residues(left), residues.to_residues(right))
        numerator, denominator = self.bounds(*_log_parts(left), *_log_parts(right))
        ok = right[:, space.ZERO] == 0 if self.divides else np.ones(len(left), bool)
        result = np.zeros((len(left), space.DIM), np.float32)

        proven = numerator + denominator + log10(4) + 3 * _SLACK < (lattice != ERASED) @ residues.LOG_MODULI
        rows = np.flatnonzero(ok & proven)
        result[rows] = _snap(lattice[rows], numerator[rows], denominator[rows])

        for row in np.flatnonzero(ok & ~proven):
            a, b = (Fraction(NUMBER.decode(operand[row : row + 1])[0]) for operand in (left, right))
            exact = self.exact(a, b)
            ok[row] = residues.in_range(exact.numerator, exact.denominator)
            if ok[row]:
                result[row] = NUMBER.encode([exact])[0]
        return result, ok

    def refusal(self, left: Vectors, right: Vectors) -> InputError:
        """Why the result of a pair, (1, 128) each, is not ok."""
        if self.divides and right[0, space.ZERO]:
            return UndefinedError("division by zero")
        return RangeError(_outside("the result"))


def _snap(lattice: Residues, numerator: Logs, denominator: Logs) -> Vectors:
    """The vectors of results which these residues and bounds determine; erased channels are restored."""
    parts = [found for found in _reconstruct(lattice, numerator, denominator) if found]
    if len(parts) < len(lattice):
        raise InputError("an operand is not the vector of a number: its phases and its size disagree")
    erased = np.flatnonzero((lattice == ERASED).any(axis=1))
    lattice[erased] = residues.of_fractions([parts[row] for row in erased])
    return _vectors_of_parts(parts, lattice)


def _of_sum(n: Logs, d: Logs, m: Logs, e: Logs) -> tuple[Logs, Logs]:
    return np.maximum(n + e, m + d) + log10(2), d + e


def _of_product(n: Logs, d: Logs, m: Logs, e: Logs) -> tuple[Logs, Logs]:
    return n + m, d + e


def _of_quotient(n: Logs, d: Logs, m: Logs, e: Logs) -> tuple[Logs, Logs]:
    return n + e, d + m


def _operation(name: str, symbol: str, rule: _Rule, commutative: bool) -> Operation:
    law = f"e(a) {symbol} e(b) = e(a {symbol} b), bitwise"
    return Operation(name, symbol, ("number", "number"), "number", commutative, law, rule, rule.refusal)


_ADD = _Rule(residues.add, operator.add, _of_sum)
_SUBTRACT = _Rule(residues.subtract, operator.sub, _of_sum)
_MULTIPLY = _Rule(residues.multiply, operator.mul, _of_product)
_DIVIDE = _Rule(residues.divide, operator.truediv, _of_quotient, divides=True)

OPERATIONS = (
    _operation("add", "+", _ADD, commutative=True),
    _operation("subtract", "-", _SUBTRACT, commutative=False),
    _operation("multiply", "*", _MULTIPLY, commutative=True),
    _operation("divide", "/", _DIVIDE, commutative=False),
)
