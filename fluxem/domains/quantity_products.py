"""Products, quotients and powers of quantities and units, on their vectors.

Units stay as written (`km*m`), and equal ones merge: `m*m` is m^2, `m/m` is dimensionless. Temperatures on a
scale have no products, see `quantity_operations`.
"""

import contextlib
import operator
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import lanes, number, quantity_vectors
from fluxem.domains.base import Domain, Operation
from fluxem.domains.number import NUMBER
from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT
from fluxem.domains.quantity_vectors import UNIT_LANES, Lanes, on_a_scale
from fluxem.domains.units import Unit
from fluxem.errors import InputError, RangeError, UndefinedError
from fluxem.space import ZERO, Vectors, read_tag

Results = tuple[Vectors, NDArray[np.bool_]]

_, _, _MULTIPLY, _DIVIDE = (operation.function for operation in number.OPERATIONS)
_LARGEST_POWER = 16

_times: Callable[[Unit, Unit], Unit] = operator.mul
_over: Callable[[Unit, Unit], Unit] = operator.truediv


def si(vectors: Vectors) -> Vectors:
    """The SI values of quantities (n, 128), as numbers (n, 128)."""
    return quantity_vectors.as_numbers(lanes.own(PHYS_QUANTITY, vectors))


def with_lanes(domain: Domain, numbers: Vectors, unit_lanes: Lanes, ok: NDArray[np.bool_]) -> Results:
    """Quantities or units (n, 128) of these SI values and unit lanes, all zero where not ok (n,)."""
    vectors = quantity_vectors.with_unit(domain, numbers, unit_lanes)
    vectors[~ok] = 0
    return vectors, ok


def units(*vectors: Vectors) -> list[Unit]:
    """The unit of each vector (1, 128)."""
    return [quantity_vectors.units_of(one[:, UNIT_LANES])[0] for one in vectors]


def out_of_range() -> InputError:
    """The refusal of a result that no vector holds."""
    return RangeError("the result is outside what a vector holds exactly")


def _combined(combine: Callable[..., Unit], *operands: Vectors) -> tuple[Lanes, NDArray[np.bool_]]:
    """Unit lanes of what `combine` makes of the units of operands, once for each distinct row, and where it can."""
    rows = np.concatenate([operand[:, UNIT_LANES] for operand in operands], axis=1)
    places: dict[bytes, int] = {}
    which = [places.setdefault(row.tobytes(), len(places)) for row in rows]
    made, ok = np.zeros((len(places), rows.shape[1] // len(operands)), np.float32), np.zeros(len(places), bool)
    for key, place in places.items():
        parts = np.frombuffer(key, np.float32).reshape(len(operands), -1)
        with contextlib.suppress(InputError):
            made[place], ok[place] = quantity_vectors.lanes_of(combine(*quantity_vectors.units_of(parts))), True
    return made[which], ok[which]


def _both(domain: Domain, numbers: Callable[..., Results], combine: Callable[..., Unit]) -> Callable[..., Results]:
    """The operation on two quantities, or two units."""

    def operate(left: Vectors, right: Vectors) -> Results:
        values, ok = numbers(*(quantity_vectors.as_numbers(lanes.own(domain, one)) for one in (left, right)))
        unit_lanes, defined = _combined(combine, left, right)
        return with_lanes(domain, values, unit_lanes, ok & defined)

    return operate


def _by_number(numbers: Callable[..., Results], quantities: Vectors, factors: Vectors) -> Results:
    values, ok = numbers(si(quantities), factors)
    return with_lanes(PHYS_QUANTITY, values, quantities[:, UNIT_LANES], ok & ~on_a_scale(quantities))


def _number_times_quantity(left: Vectors, right: Vectors) -> Results:
    return _by_number(_MULTIPLY, right, left)


def _number_over_quantity(left: Vectors, right: Vectors) -> Results:
    values, ok = _DIVIDE(left, si(right))
    unit_lanes, defined = _combined(lambda unit: unit**-1, right)
    return with_lanes(PHYS_QUANTITY, values, unit_lanes, ok & defined)


def _power(quantities: Vectors, exponents: Vectors) -> Results:
    base, powers = si(quantities), NUMBER.decode(exponents)
    result, ok = np.zeros_like(base), np.zeros(len(base), bool)
    for power in {power for power in powers if isinstance(power, int) and abs(power) <= _LARGEST_POWER}:
        rows = np.flatnonzero([one == power for one in powers])
        values, known = _raised(base[rows], power)
        unit_lanes, defined = _combined(lambda unit, power=power: unit**power, quantities[rows])
        result[rows], ok[rows] = with_lanes(PHYS_QUANTITY, values, unit_lanes, known & defined)
    return result, ok


def _raised(base: Vectors, power: int) -> Results:
    """Numbers to a power, by repeated multiplication; none of the steps is larger than the result."""
    result = np.repeat(NUMBER.encode([1]), len(base), axis=0)
    ok = np.ones(len(base), bool) if power else base[:, ZERO] == 0
    if power < 0:
        base, ok = _DIVIDE(result, base)
    for bit in f"{abs(power):b}":
        for factor in (result, base) if bit == "1" else (result,):
            rows = np.flatnonzero(ok)
            result[rows], ok[rows] = _MULTIPLY(result[rows], factor[rows])
    return result, ok


def _no_power(quantity: Vectors, exponent: Vectors) -> InputError:
    power = NUMBER.decode(exponent)[0]
    if not isinstance(power, int):
        return UndefinedError(f"a quantity has integer powers, not {power}")
    if abs(power) > _LARGEST_POWER:
        return RangeError(f"a quantity has powers of up to {_LARGEST_POWER}, not {power}")
    return _no_product(quantity) or (UndefinedError("a power of zero") if quantity[0, ZERO] else out_of_range())


def _no_product(*operands: Vectors) -> InputError | None:
    """The refusal that lies in the units alone, where there is one."""
    for operand in operands:
        if read_tag(operand)[0] != NUMBER.tag and on_a_scale(operand)[0]:
            return UndefinedError(f"{units(operand)[0]} is a temperature scale: convert to K first")
    return None


def _not_in_range(*operands: Vectors) -> InputError:
    return _no_product(*operands) or out_of_range()


def no_quotient(left: Vectors, right: Vectors) -> InputError:
    """Why a quotient, (1, 128) each, is refused."""
    if right[0, ZERO]:
        return UndefinedError("division by zero")
    return _not_in_range(left, right)


def _operation(
    symbol: str,
    domains: tuple[Domain, Domain],
    function: Callable[[Vectors, Vectors], Results],
    refusal: Callable[[Vectors, Vectors], InputError],
    commutative: bool = False,
) -> Operation:
    name = {"*": "multiply", "/": "divide", "^": "power"}[symbol]
    operands = (domains[0].name, domains[1].name)
    result = PHYS_UNIT.name if PHYS_UNIT in domains else PHYS_QUANTITY.name
    law = f"e(a) {symbol} e(b) = e(a {symbol} b), bitwise"
    return Operation(name, symbol, operands, result, commutative, law, function, refusal)


_QUANTITIES, _UNITS = (PHYS_QUANTITY, PHYS_QUANTITY), (PHYS_UNIT, PHYS_UNIT)

OPERATIONS = (
    _operation("*", _QUANTITIES, _both(PHYS_QUANTITY, _MULTIPLY, _times), _not_in_range, commutative=True),
    _operation("*", (PHYS_QUANTITY, NUMBER), partial(_by_number, _MULTIPLY), _not_in_range),
    _operation("*", (NUMBER, PHYS_QUANTITY), _number_times_quantity, _not_in_range),
    _operation("/", _QUANTITIES, _both(PHYS_QUANTITY, _DIVIDE, _over), no_quotient),
    _operation("/", (PHYS_QUANTITY, NUMBER), partial(_by_number, _DIVIDE), no_quotient),
    _operation("/", (NUMBER, PHYS_QUANTITY), _number_over_quantity, no_quotient),
    _operation("^", (PHYS_QUANTITY, NUMBER), _power, _no_power),
    _operation("*", _UNITS, _both(PHYS_UNIT, _MULTIPLY, _times), _not_in_range, commutative=True),
    _operation("/", _UNITS, _both(PHYS_UNIT, _DIVIDE, _over), no_quotient),
)
