"""Quantities and units as vectors.

Both have the payload of a number (`fluxem.domains.number`): of a quantity its value in SI base units, of a
unit its factor to SI. So equal physical quantities have equal phases, and adding, multiplying and comparing
them is arithmetic on phases. Then come the exponents of the 7 base dimensions, which add up in products, and
the unit as written, up to 4 factors of three lanes each: number of the prefix in steps of 1/32, number of the
unit in steps of 1/256 (so that no lane dwarfs the phases), and power. Prefixes and units are numbered by
their place in the table. The order is canonical, and unused factors are zero.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fluxem import residues, space
from fluxem.domains import lanes, number
from fluxem.domains.base import Domain
from fluxem.domains.number import NUMBER
from fluxem.domains.numerals import Number
from fluxem.domains.unit_table import PREFIXES, UNITS
from fluxem.domains.units import MOST_FACTORS, Factor, Unit, unit_of
from fluxem.errors import InputError, RangeError
from fluxem.space import Vectors

UNIT_LANES = slice(space.DIMENSION_EXPONENTS.start, space.DISPLAY.stop)  # exponents and display, side by side
ON_A_SCALE = np.array([bool(unit.offset) for unit in UNITS])  # by the number of the unit

Lanes = NDArray[np.float32]  # (n, 19): the unit lanes of vectors

_UNIT_NUMBERS = slice(space.DISPLAY.start + 1, space.DISPLAY.stop, 3)
_UNIT_STEP = 1 / 256
_STEPS = np.tile(np.array([1 / 32, _UNIT_STEP, 1], np.float32), MOST_FACTORS)
_NOISE = 1e-3  # a lane may be this far off; the closest two are 1/256 apart
_EXPONENTS = space.DIMENSION_EXPONENTS.stop - space.DIMENSION_EXPONENTS.start
_BATCH = 512  # rows at a time: their intermediate results stay in the processor's cache
_EXACT = 2.0**53  # integers below are exact as float64, and so is the rounding of their quotient
_INT64 = 2.0**62


def encode(domain: Domain, magnitudes: Sequence[Number], units: Sequence[Unit]) -> Vectors:
    """Vectors (n, 128) float32 of n magnitudes, int or Fraction, in n units; RangeError if none holds one."""
    vectors = np.empty((len(units), space.DIM), np.float32)
    if not len(units):
        return vectors
    places: dict[int, int] = {}
    which = np.array([places.setdefault(id(unit), len(places)) for unit in units])
    distinct = list({id(unit): unit for unit in units}.values())
    unit_lanes = np.stack([lanes_of(unit) for unit in distinct])
    above, below, fits = _in_si(magnitudes, distinct, which)
    for start in range(0, len(units), _BATCH):
        rows = slice(start, start + _BATCH)
        batch = _numbers(above[rows], below[rows])
        large = np.flatnonzero(~fits[rows])
        if large.size:
            batch[large] = _exactly(magnitudes, units, (start + large).tolist())
        batch[:, space.TAG] = space.tag_code(domain.tag)
        batch[:, UNIT_LANES] = unit_lanes[which[rows]]
        vectors[rows] = batch
    return vectors


def decode(domain: Domain, vectors: Vectors) -> tuple[list[Number], list[Unit]]:
    """SI values and units of vectors (n, 128); InputError when a row is not the vector of any."""
    vectors = lanes.own(domain, vectors)
    lanes.require(domain, (np.abs(vectors[:, space.TAG] - space.tag_code(domain.tag)) <= _NOISE).all(axis=1))
    return NUMBER.decode(as_numbers(vectors)), units_of(vectors[:, UNIT_LANES])


def as_numbers(vectors: Vectors) -> Vectors:
    """The SI values (n, 128), as vectors of numbers."""
    numbers = vectors.copy()
    numbers[:, space.TAG] = space.tag_code(NUMBER.tag)
    numbers[:, UNIT_LANES] = 0
    return numbers


def with_unit(domain: Domain, numbers: Vectors, unit_lanes: Lanes) -> Vectors:
    """Vectors (n, 128) of a domain from SI values as numbers (n, 128) and unit lanes (n, 19)."""
    vectors = numbers.copy()
    vectors[:, space.TAG] = space.tag_code(domain.tag)
    vectors[:, UNIT_LANES] = unit_lanes
    return vectors


def lanes_of(unit: Unit) -> Lanes:
    """The unit lanes (19,) of a unit."""
    made = np.zeros(UNIT_LANES.stop - UNIT_LANES.start, np.float32)
    made[:_EXPONENTS] = unit.exponents
    codes = np.array(unit.factors, np.float32).reshape(-1)
    made[_EXPONENTS : _EXPONENTS + len(codes)] = codes * _STEPS[: len(codes)]
    return made


def units_of(unit_lanes: Lanes) -> list[Unit]:
    """The units of unit lanes (n, 19); InputError, with the row, where they are those of no unit."""
    rows = np.ascontiguousarray(unit_lanes, np.float32)
    return [_unit(row.tobytes(), index) for index, row in enumerate(rows)]


def agree(left: Vectors, right: Vectors) -> NDArray[np.bool_]:
    """Whether (n,) the dimensions of two batches agree."""
    first, second = (np.rint(one[:, space.DIMENSION_EXPONENTS]) for one in (left, right))
    return np.logical_and.reduce(first == second, axis=1)


def unit_numbers(vectors: Vectors) -> NDArray[np.int64]:
    """The numbers (n, 4) of the units of the factors, 0 where there is none; InputError outside the table."""
    numbers = np.rint(vectors[:, _UNIT_NUMBERS] / _UNIT_STEP)
    possible = ((numbers >= 0) & (numbers < len(UNITS))).all(axis=1)
    if not possible.all():
        raise InputError(f"row {int(np.argmin(possible))}: no unit has these lanes")
    return numbers.astype(np.int64)


def on_a_scale(vectors: Vectors) -> NDArray[np.bool_]:
    """Whether (n,) the unit is a temperature scale, with an offset."""
    return ON_A_SCALE[unit_numbers(vectors)[:, 0]]


def _unit(key: bytes, row: int) -> Unit:
    unit = _read(key)
    if unit is None:
        raise InputError(f"row {row}: no unit has these lanes")
    return unit


@lru_cache(maxsize=4096)
def _read(key: bytes) -> Unit | None:
    given = np.frombuffer(key, np.float32)
    codes = np.rint(given[_EXPONENTS:] / _STEPS).astype(np.int64).reshape(MOST_FACTORS, 3).tolist()
    factors: list[Factor] = []
    for prefix, unit, power in codes:
        if not (0 <= prefix < len(PREFIXES) and 0 <= unit < len(UNITS)):
            return None
        if unit:
            factors.append((prefix, unit, power))
    try:
        found = unit_of(tuple(factors))
    except InputError:
        return None
    return found if (np.abs(lanes_of(found) - given) <= _NOISE).all() else None


def _in_si(
    magnitudes: Sequence[Number], units: list[Unit], which: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Reduced numerators and denominators (n,) of the SI values, and where they fit; elsewhere they are 0 and 1."""
    # n/d * s/t + o/q = (n * sq + d * ot) / (d * tq), where s/t is the scale of the unit and o/q its offset
    parts = [
        (
            unit.scale.numerator * unit.offset.denominator,
            unit.offset.numerator * unit.scale.denominator,
            unit.scale.denominator * unit.offset.denominator,
        )
        for unit in units
    ]
    large = [max(map(abs, part)) >= _INT64 for part in parts]
    sq, ot, tq = np.array([(0, 0, 1) if is_large else part for part, is_large in zip(parts, large, strict=True)])[
        which
    ].T
    n, known = _int64([magnitude.numerator for magnitude in magnitudes])
    d, known_below = _int64([magnitude.denominator for magnitude in magnitudes])
    size = np.abs(n.astype(np.float64)) * sq + d * np.abs(ot.astype(np.float64))
    fits = known & known_below & ~np.array(large)[which] & (size < _INT64) & (d * tq.astype(np.float64) < _INT64)
    n, d, ot = np.where(fits, n, 0), np.where(fits, d, 1), np.where(fits, ot, 0)
    above, below = n * sq + d * ot, d * tq
    divisor = np.gcd(above, below)
    above, below = above // divisor, below // divisor
    fits &= (np.abs(above) < _EXACT) & (below < _EXACT)
    return np.where(fits, above, 0), np.where(fits, below, 1), fits


def _int64(integers: list[int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The integers (n,), and which fit; 1 elsewhere."""
    try:
        return np.array(integers, np.int64), np.ones(len(integers), bool)
    except OverflowError:
        fits = [abs(integer) < _INT64 for integer in integers]
        small = [integer if is_small else 1 for integer, is_small in zip(integers, fits, strict=True)]
        return np.array(small, np.int64), np.array(fits)


def _numbers(above: NDArray[np.int64], below: NDArray[np.int64]) -> Vectors:
    """Numbers (n, 128) of reduced numerators and denominators (n,), all below 2^53."""
    lattice = residues.of_integers(above)
    denominators, place = np.unique(below, return_inverse=True)
    if denominators[-1] > 1:
        lattice = residues.divide(lattice, residues.of_integers(denominators)[place])
    return number._vectors(lattice, above / below, below.astype(np.float64))


def _exactly(magnitudes: Sequence[Number], units: Sequence[Unit], rows: list[int]) -> Vectors:
    """Numbers (k, 128) of the SI values of these rows, whatever their size; RangeError if no vector holds one."""
    values = [magnitudes[row] * units[row].scale + units[row].offset for row in rows]
    for row, value in zip(rows, values, strict=True):
        if not residues.in_range(value.numerator, value.denominator):
            raise RangeError(f"row {row}: the value in SI base units is outside the exact range of numbers")
    return NUMBER.encode(values)
