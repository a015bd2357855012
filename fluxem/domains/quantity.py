"""Physical quantities (`9.81 m/s^2`) and units on their own (`km/h`), as exact vectors.

The layout is described in `quantity_vectors`, what is read in `quantity_text` and `unit_text`, the units in
`unit_table`. Two quantities that are equal in SI (`3 m` and `300 cm`) differ in their display lanes alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import lanes, numerals, quantity_text, quantity_vectors, unit_text
from fluxem.domains.base import Domain, Span, require_text
from fluxem.domains.number import NUMBER, exact
from fluxem.domains.numerals import Number
from fluxem.domains.unit_table import DIMENSIONS
from fluxem.domains.units import Quantity, Unit
from fluxem.errors import InputError, ParseError, RangeError
from fluxem.space import Vectors

_OUTSIDE = "the value in SI base units is outside the exact range of numbers"


@dataclass(frozen=True, slots=True, eq=False)
class InSI:
    """A value in SI base units, with its dimensions; equal to every quantity that has these, in whatever unit."""

    value: Number
    exponents: tuple[int, ...]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Quantity):
            return (self.value, self.exponents) == (other.si, other.unit.exponents)
        return isinstance(other, InSI) and (self.value, self.exponents) == (other.value, other.exponents)

    def __hash__(self) -> int:
        return hash((self.value, self.exponents))


class QuantityDomain(Domain):
    """Quantities; a value is a `Quantity`: an exact magnitude in a `Unit`."""

    name = "phys_quantity"
    tag = 5
    example = "9.81 m/s^2"
    value_types = (Quantity,)
    network_lanes = NUMBER.network_lanes

    def find(self, text: str) -> Iterator[Span]:
        """Quantities as `quantity_text` describes them."""
        for found in quantity_text.quantities(text):
            if found.quantity:
                yield Span(self.name, found.start, found.end, found.quantity)

    def left_out(self, text: str) -> Iterator[tuple[int, str]]:
        for found in quantity_text.quantities(text):
            if found.quantity is None:
                yield found.start, _OUTSIDE

    def parse(self, text: str) -> Quantity:
        """The quantity of a whole text, its unit in any spelling; ParseError if it is none, RangeError outside."""
        text = require_text(text).strip()
        try:
            quantity = quantity_text.parse(text)
        except ParseError as error:
            raise _not_one(self, text, error) from None
        if quantity is None:
            raise RangeError(_OUTSIDE)
        return quantity

    def with_dims(self, value: int | Decimal | str, dims: dict[str, int]) -> InSI:
        """A value in SI base units: a number, or a fraction such as "1/3", with integer exponents of `DIMENSIONS`."""
        for symbol, exponent in dims.items():
            if symbol not in DIMENSIONS or type(exponent) is not int:
                raise InputError(
                    f"{symbol}: {exponent!r} is no integer exponent of a dimension ({', '.join(DIMENSIONS)})"
                )
        magnitude = NUMBER.parse(value) if isinstance(value, str) else exact(value, 0)
        return InSI(magnitude, tuple(dims.get(symbol, 0) for symbol in DIMENSIONS))

    def encode(self, values: Sequence[Quantity] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n quantities.

        RangeError where the value in SI base units is outside the range of numbers; InputError for another type,
        of the value or of its magnitude: an int or Fraction.
        """
        if set(map(type, values)) - {Quantity}:
            row = next(row for row, value in enumerate(values) if type(value) is not Quantity)
            raise InputError(f"row {row}: not a Quantity: {type(values[row]).__name__} {values[row]!r:.40}")
        magnitudes = [value.magnitude for value in values]
        if set(map(type, magnitudes)) - {int, Fraction}:
            magnitudes = [exact(magnitude, row) for row, magnitude in enumerate(magnitudes)]
        return quantity_vectors.encode(self, magnitudes, [value.unit for value in values])

    def decode(self, vectors: Vectors) -> list[Quantity]:
        """The quantities of vectors (n, 128); InputError when a row is not the vector of one."""
        values, units = quantity_vectors.decode(self, vectors)
        return [Quantity(_magnitude(value, unit), unit) for value, unit in zip(values, units, strict=True)]

    def render(self, vectors: Vectors) -> list[str]:
        """`1.0668 m`: the number as numbers are rendered, exactly, a space, and the unit's canonical text."""
        return [str(quantity) for quantity in self.decode(vectors)]

    def render_rounded(self, vectors: Vectors, significant: int = 6) -> list[str]:
        """As `render`, with numbers rounded to so many significant digits; see `rounded_text`."""
        return [f"{rounded_text(quantity.magnitude, significant)} {quantity.unit}" for quantity in self.decode(vectors)]

    def answer(self, vectors: Vectors) -> list[str]:
        """As `render_rounded`: few conversions end in a short decimal."""
        return self.render_rounded(vectors)


class UnitDomain(Domain):
    """Units; a value is a `Unit`."""

    name = "phys_unit"
    tag = 6
    example = "km/h"
    value_types = (Unit,)
    network_lanes = NUMBER.network_lanes

    def find(self, text: str) -> Iterator[Span]:
        """Units that a text asks for, as `quantity_text` describes them, or a text that is a compound unit."""
        unit, end = unit_text.read(text, 0)
        if unit and end == len(text) and len(unit.factors) > 1:
            yield Span(self.name, 0, len(text), unit)
            return
        for start, end, asked in quantity_text.asked_units(text):
            yield Span(self.name, start, end, asked)

    def parse(self, text: str) -> Unit:
        """The unit of a whole text, in any spelling; ParseError if it is none, RangeError if no vector holds it."""
        text = require_text(text).strip()
        try:
            return unit_text.parse(text)
        except ParseError as error:
            raise _not_one(self, text, error) from None

    def encode(self, values: Sequence[Unit] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n units; InputError for another type."""
        for row, value in enumerate(values):
            if type(value) is not Unit:
                raise InputError(f"row {row}: not a Unit: {type(value).__name__} {value!r:.40}")
        places: dict[Unit, int] = {}
        which = [places.setdefault(unit, len(places)) for unit in values]
        distinct = quantity_vectors.encode(self, [1] * len(places), [unit.difference() for unit in places])
        for row, unit in enumerate(places):
            distinct[row, quantity_vectors.UNIT_LANES] = quantity_vectors.lanes_of(unit)
        return distinct[which]

    def decode(self, vectors: Vectors) -> list[Unit]:
        """The units of vectors (n, 128); InputError when a row is not the vector of one."""
        scales, units = quantity_vectors.decode(self, vectors)
        lanes.require(self, np.array([unit.scale == scale for unit, scale in zip(units, scales, strict=True)], bool))
        return units

    def render(self, vectors: Vectors) -> list[str]:
        """The canonical text: `kg*m/s^2`."""
        return [str(unit) for unit in self.decode(vectors)]


PHYS_QUANTITY = QuantityDomain()
PHYS_UNIT = UnitDomain()


def rounded_text(value: Number, significant: int = 6) -> str:
    """A number to so many significant digits, half to even, from its exact value: `1.0668`, `2.54e-6`, `1.23457e6`.

    The notation is that of C's `%g`: decimal from 10^-4 up to 10^significant, scientific outside, no trailing
    zeros; only the exponent is written without a + and leading zeros.
    """
    if significant < 1:
        raise InputError(f"at least 1 significant digit, not {significant}")
    if value == 0:
        return "0"
    size = abs(Fraction(value))
    exponent = len(str(size.numerator)) - len(str(size.denominator))
    exponent -= size < Fraction(10) ** exponent  # now 10^exponent <= size < 10^(exponent + 1)
    digits = round(size / Fraction(10) ** (exponent - significant + 1))
    if digits == 10**significant:
        digits, exponent = digits // 10, exponent + 1
    sign = "-" if value < 0 else ""
    if -4 <= exponent < significant:
        return numerals.text_of(Fraction(digits) * Fraction(10) ** (exponent - significant + 1) * (-1 if sign else 1))
    mantissa = numerals.text_of(Fraction(digits, 10 ** (significant - 1)))
    return f"{sign}{mantissa}e{exponent}"


def _not_one(domain: Domain, text: str, error: ParseError) -> ParseError:
    shown = text if len(text) <= 40 else text[:37] + "..."
    return ParseError(f"{shown!r} is not one {domain.name} (for example: {domain.example}): {error}")


def _magnitude(si: Number, unit: Unit) -> Number:
    magnitude = (si - unit.offset) / unit.scale
    return magnitude.numerator if magnitude.denominator == 1 else magnitude
