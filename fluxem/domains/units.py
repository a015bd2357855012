"""Units and quantities as values: exact factors to SI, dimensions, and how they were written.

A unit is a product of up to 4 prefixed units of the table with integer powers, in one canonical order, so
that `m*kg/s^2` and `kg*m/s^2` are equal, while N, which has the same factor and dimensions, is another unit.

Temperatures on a scale (°C, °F) have an offset beside their factor. They cannot be part of a product:
`W/m^2/°C` is about differences of temperature, whose units (Δ°C) have none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from fluxem import residues
from fluxem.domains import numerals
from fluxem.domains.numerals import Number
from fluxem.domains.unit_table import NUMBER_OF, PREFIXES, SYMBOLS, UNITS
from fluxem.errors import InputError, RangeError, UndefinedError

MOST_FACTORS = 4
LARGEST_POWER = 99

Factor = tuple[int, int, int]  # number of the prefix, number of the unit, power

_DELTA = {number: NUMBER_OF["delta_" + unit.name] for number, unit in enumerate(UNITS) if unit.offset}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; equal when written with equal factors. A value v in it is scale * v + offset in SI base units.

    RangeError for more than 4 factors, powers beyond 99, or a scale that no vector holds; InputError for a
    temperature scale in a product.
    """

    factors: tuple[Factor, ...]
    scale: Fraction = field(init=False, compare=False)
    offset: Fraction = field(init=False, compare=False)
    exponents: tuple[int, ...] = field(init=False, compare=False)  # (7,), of unit_table.DIMENSIONS

    def __post_init__(self) -> None:
        factors = _canonical(self.factors)
        scale, exponents = Fraction(1), [0] * 7
        for prefix, number, power in factors:
            # Powers this large may take long to compute, and are beyond every range.
            if abs(power) > LARGEST_POWER:
                raise RangeError(f"a unit has powers of up to {LARGEST_POWER}, not {power}")
            scale *= (PREFIXES[prefix].factor * UNITS[number].scale) ** power
            exponents = [e + power * x for e, x in zip(exponents, UNITS[number].exponents, strict=True)]
        if len(factors) > MOST_FACTORS:
            raise RangeError(f"a unit has up to {MOST_FACTORS} factors, not {len(factors)}")
        if not residues.in_range(scale.numerator, scale.denominator):
            raise RangeError("the factor of this unit to SI is outside what a vector holds exactly")
        on_a_scale = [UNITS[number] for _, number, _ in factors if UNITS[number].offset]
        if on_a_scale and factors != ((0, factors[0][1], 1),):
            symbol = on_a_scale[0].symbol
            raise InputError(f"{symbol} is a temperature scale and no part of a product: write Δ{symbol}")
        object.__setattr__(self, "factors", factors)
        object.__setattr__(self, "scale", scale)
        object.__setattr__(self, "offset", on_a_scale[0].offset if on_a_scale else Fraction(0))
        object.__setattr__(self, "exponents", tuple(exponents))

    def __mul__(self, other: "Unit") -> "Unit":
        return Unit(self._as_factors() + other._as_factors())

    def __truediv__(self, other: "Unit") -> "Unit":
        return self * other**-1

    def __pow__(self, power: int) -> "Unit":
        return Unit(tuple((prefix, number, own * power) for prefix, number, own in self._as_factors()))

    def _as_factors(self) -> tuple[Factor, ...]:
        if self.offset:
            raise UndefinedError(f"{self} is a temperature scale: convert to K before multiplying or dividing")
        return self.factors

    def difference(self) -> "Unit":
        """The unit of differences: Δ°C for °C, and the unit itself where it has no offset."""
        return Unit(tuple((0, _DELTA[number], 1) for _, number, _ in self.factors)) if self.offset else self

    def __str__(self) -> str:
        """The canonical text: `kg*m/s^2`, `s^-1`; `dimensionless` without factors."""
        return _text(self.factors)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A magnitude, int or Fraction, in a unit. `3 m` and `300 cm` are equal in SI, but not as values."""

    magnitude: Number
    unit: Unit

    @property
    def si(self) -> Fraction:
        """The magnitude in SI base units: kelvins for temperatures."""
        si = self.magnitude * self.unit.scale
        return si + self.unit.offset if self.unit.offset else si

    def held(self) -> bool:
        """Whether a vector holds it."""
        si = self.si
        return residues.in_range(si.numerator, si.denominator)

    def __str__(self) -> str:
        """The canonical text: `1.0668 m`, `1/3 kg`."""
        return f"{numerals.text_of(self.magnitude)} {self.unit}"


@lru_cache(maxsize=4096)
def unit_of(factors: tuple[Factor, ...]) -> Unit:
    """The unit of these factors, which is made only once; errors as `Unit`."""
    return Unit(factors)


def difference_number(number: int) -> int:
    """The number of the unit of differences on this temperature scale; other units stay."""
    return _DELTA.get(number, number)


def _canonical(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """One factor for each prefixed unit, what is multiplied before what is divided, each in the table's order."""
    powers: dict[tuple[int, int], int] = {}
    for prefix, number, power in factors:
        powers[number, prefix] = powers.get((number, prefix), 0) + power
    ordered = sorted((power < 0, number, prefix) for (number, prefix), power in powers.items() if power)
    return tuple((prefix, number, powers[number, prefix]) for _, number, prefix in ordered)


@lru_cache(maxsize=4096)
def _text(factors: tuple[Factor, ...]) -> str:
    if not factors:
        return UNITS[0].name
    above = [factor for factor in factors if factor[2] > 0]
    below = [(prefix, number, -power) for prefix, number, power in factors if power < 0]
    if not above:
        return "*".join(_power(*factor) for factor in factors)
    return "*".join(_power(*factor) for factor in above) + "".join("/" + _power(*factor) for factor in below)


def _power(prefix: int, number: int, power: int) -> str:
    symbol = PREFIXES[prefix].symbol + UNITS[number].symbol
    if prefix and SYMBOLS.get(symbol) != (prefix, number):  # kt is a knot
        symbol = PREFIXES[prefix].name + UNITS[number].name
    return symbol if power == 1 else f"{symbol}^{power}"


DIMENSIONLESS = unit_of(())
