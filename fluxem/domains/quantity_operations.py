"""Operations on quantities and units. They work on the vectors: phases, exponents, and the lanes of the written
unit.

*Temperatures on a scale* (°C, °F) follow pint: °C - °C is a difference, in Δ°C; °C + Δ°C and °C - Δ°C are
temperatures; °C + °C, °C + K, conversions between °C and Δ°C and products with °C are refused. Two things that pint
allows are refused here too, as no difference is a temperature: Δ°C - °C, and Δ°C < °C. K may be either.

Sums are in the unit of the left operand; where just the left one is a difference (Δ°C + K), in that of the right.
Products are in `quantity_products`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import lanes, number, quantity_products, quantity_vectors
from fluxem.domains.base import Domain, Operation
from fluxem.domains.boolean import BOOLEAN
from fluxem.domains.number import NUMBER
from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT
from fluxem.domains.quantity_products import Results, out_of_range, si, units, with_lanes
from fluxem.domains.quantity_vectors import ON_A_SCALE, UNIT_LANES, agree, on_a_scale, unit_numbers
from fluxem.domains.unit_table import UNITS
from fluxem.domains.units import difference_number, unit_of
from fluxem.errors import InputError, UndefinedError
from fluxem.space import SIGN, Vectors

_ADD, _SUBTRACT, _, _DIVIDE = (operation.function for operation in number.OPERATIONS)

_DELTAS = {difference_number(unit) for unit in np.flatnonzero(ON_A_SCALE).tolist()}
_IS_DELTA = np.array([unit in _DELTAS for unit in range(len(UNITS))])
_DIFFERENCE_LANES = np.stack(
    [
        quantity_vectors.lanes_of(unit_of(((0, difference_number(unit), 1),) if unit else ()))
        for unit in range(len(UNITS))
    ]
)


def _deltas(vectors: Vectors) -> NDArray[np.bool_]:
    """Whether (n,) there is a difference of temperatures among the factors of the unit."""
    return np.logical_or.reduce(_IS_DELTA[unit_numbers(vectors)], axis=1)


def _alike(left: Vectors, right: Vectors) -> NDArray[np.bool_]:
    """Whether (n,) dimensions agree, and not one side is a temperature and the other a difference."""
    mixed = (on_a_scale(left) & _deltas(right)) | (_deltas(left) & on_a_scale(right))
    return agree(left, right) & ~mixed


def _different(left: Vectors, right: Vectors) -> InputError:
    first, second = units(left, right)
    if agree(left, right)[0]:
        return UndefinedError(f"{first} and {second}: one is a temperature, the other a difference of temperatures")
    return UndefinedError(f"{first} and {second} have different dimensions")


# --- conversion and comparison ---


def _convert(quantities: Vectors, wanted: Vectors) -> Results:
    quantities, wanted = lanes.own(PHYS_QUANTITY, quantities), lanes.own(PHYS_UNIT, wanted)
    return with_lanes(PHYS_QUANTITY, quantities, wanted[:, UNIT_LANES], _alike(quantities, wanted))


def _same_dimension(left_domain: Domain, right_domain: Domain) -> Callable[[Vectors, Vectors], Results]:
    def compare(left: Vectors, right: Vectors) -> Results:
        same = agree(lanes.own(left_domain, left), lanes.own(right_domain, right))
        return BOOLEAN.encode(same), np.ones(len(same), bool)

    return compare


def _less(left: Vectors, right: Vectors) -> Results:
    first, second, ok = si(left), si(right), _alike(left, right)
    difference, known = _SUBTRACT(first, second)
    less = difference[:, SIGN] < 0
    for row in np.flatnonzero(~known):  # the difference is out of range: the values themselves decide
        a, b = NUMBER.decode(np.stack([first[row], second[row]]))
        less[row] = a < b
    result = BOOLEAN.encode(less)
    result[~ok] = 0
    return result, ok


def _ratio(left: Vectors, right: Vectors) -> Results:
    result, ok = _DIVIDE(si(left), si(right))
    ok &= agree(left, right) & ~on_a_scale(left) & ~on_a_scale(right)
    result[~ok] = 0
    return result, ok


def _no_ratio(left: Vectors, right: Vectors) -> InputError:
    return quantity_products.no_quotient(left, right) if agree(left, right)[0] else _different(left, right)


# --- sums ---


def _sum(left: Vectors, right: Vectors, subtract: bool) -> Results:
    numbers, ok = (_SUBTRACT if subtract else _ADD)(si(left), si(right))
    left_scale, right_scale = on_a_scale(left), on_a_scale(right)
    left_delta, right_delta = _deltas(left), _deltas(right)
    from_right = left_delta & ~right_delta
    if subtract:
        ok &= ~(left_delta & right_scale)
        to_difference = left_scale & ~right_delta
    else:
        ok &= ~(left_scale & ~right_delta) & ~(right_scale & ~left_delta)
        to_difference = np.zeros(len(left), bool)
    unit_lanes = np.where(from_right[:, None], right[:, UNIT_LANES], left[:, UNIT_LANES])
    unit_lanes = np.where(to_difference[:, None], _DIFFERENCE_LANES[unit_numbers(left)[:, 0]], unit_lanes)
    return with_lanes(PHYS_QUANTITY, numbers, unit_lanes, ok & agree(left, right))


def _add(left: Vectors, right: Vectors) -> Results:
    return _sum(left, right, subtract=False)


def _subtract(left: Vectors, right: Vectors) -> Results:
    return _sum(left, right, subtract=True)


def _no_sum(left: Vectors, right: Vectors) -> InputError:
    if not agree(left, right)[0]:
        return _different(left, right)
    if on_a_scale(left)[0] or on_a_scale(right)[0]:
        first, second = units(left, right)
        return UndefinedError(f"{first} and {second} do not add up: a temperature takes a difference, in Δ°C or Δ°F")
    return out_of_range()


def _operation(
    name: str,
    symbol: str,
    operands: tuple[str, str],
    result: str,
    law: str,
    function: Callable[[Vectors, Vectors], Results],
    refusal: Callable[[Vectors, Vectors], InputError] = _different,
    commutative: bool = False,
) -> Operation:
    return Operation(name, symbol, operands, result, commutative, f"{law}, bitwise", function, refusal)


_Q, _U, _N, _B = PHYS_QUANTITY.name, PHYS_UNIT.name, NUMBER.name, BOOLEAN.name
_SAME = "same_dimension(e(a), e(b)) = e(a and b have the same exponents)"

OPERATIONS = (
    _operation("convert", "to", (_Q, _U), _Q, "convert(e(a), e(u)) = e(a in the unit u)", _convert),
    *(
        _operation("same_dimension", "~", (a.name, b.name), _B, _SAME, _same_dimension(a, b), commutative=a is b)
        for a, b in ((PHYS_QUANTITY, PHYS_QUANTITY), (PHYS_UNIT, PHYS_UNIT), (PHYS_QUANTITY, PHYS_UNIT))
    ),
    _operation("add", "+", (_Q, _Q), _Q, "e(a) + e(b) = e(a + b)", _add, _no_sum),
    _operation("subtract", "-", (_Q, _Q), _Q, "e(a) - e(b) = e(a - b)", _subtract, _no_sum),
    _operation("less", "<", (_Q, _Q), _B, "e(a) < e(b) = e(a < b)", _less),
    _operation("ratio", ":", (_Q, _Q), _N, "e(a) : e(b) = e(a / b, a number)", _ratio, _no_ratio),
    *quantity_products.OPERATIONS,
)
