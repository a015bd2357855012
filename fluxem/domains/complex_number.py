"""Complex numbers with rational parts, exact, on prime phases.

Each part is held as a number is (see `fluxem.residues`), on the first 28 of its 48 primes: 56 phases, then sign,
log10 of its size, the part itself clipped to float32, and log10 of its denominator. So + - * / and conjugation are
rotations and products of residues, channel by channel. A part n/d, reduced, is held when 4 |n| d < P', the product of
the 28 primes that do not divide d: about 10^61 for integers. What is outside is refused, what is inside never is.

`complex_text` says how complex numbers are written.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, log10, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem import residues, space
from fluxem.domains import complex_text, lanes
from fluxem.domains.base import Domain, Operation, Span
from fluxem.domains.complex_text import ComplexNumber
from fluxem.domains.number import NUMBER, exact
from fluxem.domains.numerals import Number
from fluxem.errors import InputError, RangeError, UndefinedError
from fluxem.residues import ERASED, Residues
from fluxem.space import Vectors

CHANNELS = 28  # primes for each part
REAL, IMAGINARY = slice(8, 64), slice(64, 120)  # phases
REAL_SIZE, IMAGINARY_SIZE = slice(120, 124), slice(124, 128)  # sign, log, linear, log of the denominator

Logs = NDArray[np.float64]  # (n,) log10 of absolute values
Results = tuple[Vectors, NDArray[np.bool_]]

_PRODUCT = prod(residues.PRIMES[:CHANNELS])
_LOG_MODULI = residues.LOG_MODULI[:CHANNELS]
_FLOAT32_MAX = float(np.finfo(np.float32).max)
_SLACK = 0.01  # as for numbers: above the error of float32 lanes, below what `in_range` can spare

_OUTSIDE = f"a complex number has parts n/d with 4 |n| d < {float(_PRODUCT):.1e}"


class ComplexDomain(Domain):
    """Complex numbers; a value is a `ComplexNumber`."""

    name = "complex"
    tag = 2
    example = "3+4i"
    value_types = (ComplexNumber, complex)

    def find(self, text: str) -> Iterator[Span]:
        """Complex numbers as `complex_text` describes them."""
        for start, end, value in complex_text.sums(text):
            if _held(value):
                yield Span(self.name, start, end, value)

    def left_out(self, text: str) -> Iterator[tuple[int, str]]:
        for start, _, value in complex_text.sums(text):
            if not _held(value):
                yield start, _OUTSIDE

    def parse(self, text: str) -> ComplexNumber:
        """The complex number of a whole text; ParseError if it is none, RangeError if no vector holds it."""
        value: ComplexNumber = complex_text.whole(text) or super().parse(text)
        if not _held(value):
            raise RangeError(_OUTSIDE)
        return value

    def encode(self, values: Sequence[ComplexNumber | complex] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n complex numbers, Python's among them: 0.1j is i/10.

        RangeError outside the range; InputError for NaN, infinity or another type.
        """
        pairs: list[tuple[tuple[int, int], tuple[int, int]]] = []
        for row, value in enumerate(values):
            if isinstance(value, complex):
                real, imaginary = exact(value.real, row), exact(value.imag, row)
            elif isinstance(value, ComplexNumber):
                real, imaginary = exact(value.real, row), exact(value.imaginary, row)
            else:
                raise InputError(f"row {row}: not a ComplexNumber or complex: {lanes.shown(value)}")
            if not (_in_range(real) and _in_range(imaginary)):
                raise RangeError(f"row {row}: {_OUTSIDE}")
            pairs.append((real.as_integer_ratio(), imaginary.as_integer_ratio()))
        return _vectors([real for real, _ in pairs], [imaginary for _, imaginary in pairs])

    def decode(self, vectors: Vectors) -> list[ComplexNumber]:
        """The exact values; InputError unless each row is, up to float noise, the vector of its value."""
        vectors = lanes.own(self, vectors)
        found = [part.reconstructed() for part in _parts(vectors)]
        real, imaginary = ([parts or (0, 0) for parts in one] for one in found)
        for row, parts in enumerate(zip(real, imaginary, strict=True)):
            if not all(d and _in_range(_number((n, d))) for n, d in parts):
                raise InputError(f"row {row}: no complex number has these phases and this size")
        expected = _vectors(real, imaginary)
        agrees = np.abs(vectors - expected) <= residues.OFF_LATTICE + 1e-5 * np.abs(expected)
        lanes.require(self, agrees.all(axis=1))
        return [ComplexNumber(_number(a), _number(b)) for a, b in zip(real, imaginary, strict=True)]

    def render(self, vectors: Vectors) -> list[str]:
        """`3+4i`, as `ComplexNumber.__str__`."""
        return list(map(str, self.decode(vectors)))


COMPLEX = ComplexDomain()

# --- between values and vectors ---


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of n complex numbers: its residues, and bounds for log10 of |numerator| and of the denominator."""

    residues: Residues  # (n, 28)
    numerator: Logs
    denominator: Logs

    def __add__(self, other: "_Part") -> "_Part":
        return self._sum(other, residues.add)

    def __sub__(self, other: "_Part") -> "_Part":
        return self._sum(other, residues.subtract)

    def __neg__(self) -> "_Part":
        return _Part(residues.subtract(np.zeros_like(self.residues), self.residues), self.numerator, self.denominator)

    def __mul__(self, other: "_Part") -> "_Part":
        made = residues.multiply(self.residues, other.residues)
        return _Part(made, self.numerator + other.numerator, self.denominator + other.denominator)

    def __truediv__(self, other: "_Part") -> "_Part":
        made = residues.divide(self.residues, other.residues)
        return _Part(made, self.numerator + other.denominator, self.denominator + other.numerator)

    def _sum(self, other: "_Part", combine: Callable[[Residues, Residues], Residues]) -> "_Part":
        crossed = np.maximum(self.numerator + other.denominator, other.numerator + self.denominator)
        made = combine(self.residues, other.residues)
        return _Part(made, crossed + log10(2), self.denominator + other.denominator)

    def proven(self) -> NDArray[np.bool_]:
        """Where the bounds leave no choice: one rational within them has these residues, and it is in range."""
        known = (self.residues != ERASED) @ _LOG_MODULI
        return np.asarray(self.numerator + self.denominator + log10(4) + 3 * _SLACK < known)

    def rows(self, rows: NDArray[np.int64]) -> "_Part":
        return _Part(self.residues[rows], self.numerator[rows], self.denominator[rows])

    def reconstructed(self) -> list[tuple[int, int] | None]:
        """Per row the reduced n, d with these residues within these bounds, or None."""
        whole = np.full((len(self.residues), len(residues.PRIMES)), ERASED)
        whole[:, :CHANNELS] = self.residues
        bounds = 10 ** np.minimum(np.stack([self.numerator, self.denominator], axis=1) + _SLACK, log10(_PRODUCT))
        found: list[tuple[int, int] | None] = []
        for row, (integer, (most, most_below)) in enumerate(
            zip(residues.to_integers(whole), bounds.tolist(), strict=True)
        ):
            erased = self.residues[row] == ERASED
            modulus = _PRODUCT // prod(residues.MODULI[:CHANNELS][erased].tolist())
            found.append(residues.reconstruct(integer % modulus, modulus, int(most), int(most_below)))
        return found


def _parts(vectors: Vectors) -> tuple[_Part, _Part]:
    """The real and the imaginary part of vectors (n, 128); InputError where a phase is off the lattice."""
    return _part(vectors, REAL, REAL_SIZE), _part(vectors, IMAGINARY, IMAGINARY_SIZE)


def _part(vectors: Vectors, phases: slice, size: slice) -> _Part:
    from_phases = vectors[:, phases.start - space.PHASES.start :]  # as if they were those of a number
    _, log, _, denominator = vectors[:, size].astype(np.float64).T
    return _Part(residues.to_residues(from_phases, CHANNELS), log + denominator, denominator)


def _vectors(real: list[tuple[int, int]], imaginary: list[tuple[int, int]]) -> Vectors:
    """Vectors (n, 128) of reduced n, d in range."""
    vectors = lanes.blank(COMPLEX, len(real))
    for parts, phases, size in ((real, REAL, REAL_SIZE), (imaginary, IMAGINARY, IMAGINARY_SIZE)):
        values = np.array([n / d for n, d in parts])
        vectors[:, phases] = residues.to_phases(residues.of_fractions(parts)[:, :CHANNELS])
        logs = np.log10(np.where(values == 0, 1.0, np.abs(values)))
        denominators = np.log10(np.array([float(d) for _, d in parts]))
        linear = np.clip(values, -_FLOAT32_MAX, _FLOAT32_MAX)
        vectors[:, size] = np.stack([np.sign(values), logs, linear, denominators], axis=1)
    return vectors


def _in_range(value: Number) -> bool:
    n, d = value.as_integer_ratio()
    return 4 * abs(n) * d * gcd(d, _PRODUCT) < _PRODUCT


def _held(value: ComplexNumber) -> bool:
    return _in_range(value.real) and _in_range(value.imaginary)


def _number(parts: tuple[int, int]) -> Number:
    return parts[0] if parts[1] == 1 else Fraction(*parts)


# --- operations ---


@dataclass(frozen=True)
class _Rule:
    """An operation as a formula of the real and imaginary parts of its operands, exact ones or residues."""

    formula: Callable[..., tuple[Any, Any]]
    divides: bool = False

    def __call__(self, *operands: Vectors) -> Results:
        """Results (n, 128) and ok (n,): see `Operation`. What the residues do not prove, fractions decide."""
        operands = tuple(lanes.own(COMPLEX, operand) for operand in operands)
        real, imaginary = self.formula(*(part for operand in operands for part in _parts(operand)))
        ok = ~_zero(operands[-1]) if self.divides else np.ones(len(operands[0]), bool)
        proven = ok & real.proven() & imaginary.proven()
        rows = np.flatnonzero(proven)
        values = [part.rows(rows).reconstructed() for part in (real, imaginary)]
        known = [[parts for parts in part if parts] for part in values]
        if not len(known[0]) == len(known[1]) == len(rows):
            raise InputError("an operand is not the vector of a complex number: its phases and its size disagree")
        result = np.zeros_like(operands[0])
        result[rows] = _vectors(*known)
        for row in np.flatnonzero(ok & ~proven):
            exact_parts = [COMPLEX.decode(operand[row : row + 1])[0] for operand in operands]
            fractions = [Fraction(x) for value in exact_parts for x in (value.real, value.imaginary)]
            value = ComplexNumber(*self.formula(*fractions))
            ok[row] = _held(value)
            if ok[row]:
                result[row] = COMPLEX.encode([value])[0]
        return result, ok

    def refusal(self, *operands: Vectors) -> InputError:
        """Why the result of operands, (1, 128) each, is not ok."""
        if self.divides and _zero(operands[-1])[0]:
            return UndefinedError("division by zero")
        return RangeError(f"the result is out of range: {_OUTSIDE}")


def _zero(vectors: Vectors) -> NDArray[np.bool_]:
    return np.asarray((vectors[:, REAL_SIZE.start] == 0) & (vectors[:, IMAGINARY_SIZE.start] == 0))


def _sum_of(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    return a + c, b + d


def _difference(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    return a - c, b - d


def _product(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    return a * c - b * d, a * d + b * c


def _quotient(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    norm = c * c + d * d
    return (a * c + b * d) / norm, (b * c - a * d) / norm


def _conjugate(a: Any, b: Any) -> tuple[Any, Any]:
    return a, -b


def _norm_squared(vectors: Vectors) -> Results:
    norms = [Fraction(value.real) ** 2 + Fraction(value.imaginary) ** 2 for value in COMPLEX.decode(vectors)]
    ok = np.array([residues.in_range(norm.numerator, norm.denominator) for norm in norms], bool)
    result = np.zeros((len(norms), space.DIM), np.float32)
    result[ok] = NUMBER.encode([norm for norm, is_ok in zip(norms, ok, strict=True) if is_ok])
    return result, ok


def _operation(name: str, symbol: str, rule: _Rule, commutative: bool) -> Operation:
    law = f"e(z) {symbol} e(w) = e(z {symbol} w), bitwise"
    return Operation(name, symbol, ("complex", "complex"), "complex", commutative, law, rule, rule.refusal)


_CONJUGATE = _Rule(_conjugate)

OPERATIONS = (
    _operation("add", "+", _Rule(_sum_of), commutative=True),
    _operation("subtract", "-", _Rule(_difference), commutative=False),
    _operation("multiply", "*", _Rule(_product), commutative=True),
    _operation("divide", "/", _Rule(_quotient, divides=True), commutative=False),
    Operation(
        "conjugate",
        "conj",
        ("complex",),
        "complex",
        False,
        "conj e(z) = e(conj z), bitwise",
        _CONJUGATE,
        _CONJUGATE.refusal,
    ),
    Operation(
        "norm_squared",
        "|.|^2",
        ("complex",),
        "number",
        False,
        "|e(z)|^2 = e(z conj z), bitwise",
        _norm_squared,
    ),
)
