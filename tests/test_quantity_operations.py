"""Operations on quantities against pint on Fractions: their laws hold bitwise, and what is undefined is refused."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pint_reference import (
    BY_OPERANDS,
    DOMAINS,
    TEMPERATURES,
    alike,
    in_pint,
    magnitudes,
    quantities,
    quantity,
    rationals,
    run,
    unit,
    units,
)

from fluxem import laws
from fluxem.domains.boolean import BOOLEAN
from fluxem.domains.number import NUMBER
from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT
from fluxem.domains.quantity_operations import OPERATIONS
from fluxem.domains.units import DIMENSIONLESS, Quantity, Unit
from fluxem.errors import InputError, RangeError, UndefinedError


def exact_of(name: str) -> Callable[..., Any]:
    """What an operation does, on values; ArithmeticError and InputError are refusals."""

    def sum_unit(a: Quantity, b: Quantity, subtract: bool) -> Unit:
        if a.unit.exponents != b.unit.exponents:
            raise UndefinedError("dimensions")
        left, right = in_pint(a), in_pint(b)
        if subtract and str(a.unit).startswith("Δ") and b.unit.offset:
            raise UndefinedError("a difference less a temperature")
        try:
            theirs = left - right if subtract else left + right
        except pint.OffsetUnitCalculusError:
            raise UndefinedError("temperatures") from None
        candidates = (a.unit, b.unit, a.unit.difference())
        found = next(one for one in candidates if in_pint(Quantity(1, one))._units == theirs._units)
        assert theirs.to_base_units().magnitude == Quantity(theirs.magnitude, found).si
        return found

    def total(a: Quantity, b: Quantity, sign: int) -> Quantity:
        unit = sum_unit(a, b, sign < 0)
        return Quantity((a.si + sign * b.si - unit.offset) / unit.scale, unit)

    def times(a: Any, b: Any) -> Quantity:
        first, second = (value if isinstance(value, Quantity) else Quantity(value, DIMENSIONLESS) for value in (a, b))
        return Quantity(Fraction(first.magnitude) * second.magnitude, first.unit * second.unit)

    def over(a: Any, b: Any) -> Quantity:
        first, second = (value if isinstance(value, Quantity) else Quantity(value, DIMENSIONLESS) for value in (a, b))
        return Quantity(Fraction(first.magnitude) / second.magnitude, first.unit / second.unit)

    def power(a: Quantity, n: Any) -> Quantity:
        if n != int(n) or abs(n) > 16 or (n == 0 == a.magnitude):
            raise UndefinedError("power")
        return Quantity(Fraction(a.magnitude) ** int(n), a.unit ** int(n))

    def require_alike(a: Unit, b: Unit) -> None:
        if a.exponents != b.exponents:
            raise UndefinedError("dimensions")
        if (a.offset and "Δ" in str(b)) or (b.offset and "Δ" in str(a)):
            raise UndefinedError("a temperature and a difference")

    def less(a: Quantity, b: Quantity) -> bool:
        require_alike(a.unit, b.unit)
        return a.si < b.si

    def ratio(a: Quantity, b: Quantity) -> Fraction:
        require_alike(a.unit, b.unit)
        if a.unit.offset or b.unit.offset:
            raise UndefinedError("scale")
        return a.si / b.si

    def convert(a: Quantity, wanted: Unit) -> Quantity:
        require_alike(a.unit, wanted)
        return Quantity((a.si - wanted.offset) / wanted.scale, wanted)

    def same(a: Any, b: Any) -> bool:
        first, second = (value.unit if isinstance(value, Quantity) else value for value in (a, b))
        return first.exponents == second.exponents

    exact: dict[str, Callable[..., Any]] = {
        "convert": convert,
        "same_dimension": same,
        "add": lambda a, b: total(a, b, 1),
        "subtract": lambda a, b: total(a, b, -1),
        "less": less,
        "ratio": ratio,
        "multiply": times,
        "divide": over,
        "power": power,
    }
    return exact[name]


ON_QUANTITIES = [operation for operation in OPERATIONS if "phys_quantity" in operation.operands]
STRATEGIES = {
    "phys_quantity": quantities,
    "phys_unit": units,
    "number": st.one_of(st.integers(-3, 17), st.just(Fraction(1, 2)), rationals),
}


@pytest.mark.parametrize("operation", ON_QUANTITIES, ids=lambda one: f"{one.name} {' '.join(one.operands)}")
@settings(max_examples=40)
@given(data=st.data())
def test_the_laws_hold_bitwise(operation: Any, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(*(STRATEGIES[name] for name in operation.operands)), max_size=6))
    pairs = data.draw(st.lists(st.tuples(magnitudes, magnitudes, alike), max_size=6))
    if operation.operands == ("phys_quantity", "phys_quantity"):
        rows += [(Quantity(a, left), Quantity(b, right)) for a, b, (left, right) in pairs]
    elif operation.operands == ("phys_quantity", "phys_unit"):
        rows += [(Quantity(a, left), right) for a, _, (left, right) in pairs]
    domains = [DOMAINS[name] for name in (*operation.operands, operation.result)]
    laws.assert_homomorphism(domains, operation, exact_of(operation.name), rows)


@pytest.mark.parametrize("name", ["add", "subtract"])
def test_sums_of_temperatures_follow_pint(name: str) -> None:
    rows = [(Quantity(100, unit(a)), Quantity(10, unit(b))) for a in TEMPERATURES for b in TEMPERATURES]
    laws.assert_homomorphism(PHYS_QUANTITY, BY_OPERANDS[name, "phys_quantity", "phys_quantity"], exact_of(name), rows)


def assert_converts_as_in_pint(value: Quantity, wanted: Unit, refusal: str) -> None:
    try:
        expected = in_pint(value).to(in_pint(Quantity(1, wanted)).units).magnitude
    except pint.DimensionalityError:
        with pytest.raises(UndefinedError, match=refusal):
            run("convert", value, wanted)
    else:
        assert run("convert", value, wanted) == Quantity(expected, wanted)


@given(magnitudes, st.sampled_from(TEMPERATURES), st.sampled_from(TEMPERATURES))
def test_temperatures_convert_as_in_pint(magnitude: Fraction | int, source: str, wanted: str) -> None:
    assert_converts_as_in_pint(Quantity(magnitude, unit(source)), unit(wanted), "temperatures")


@given(magnitudes, alike, units)
def test_conversions_are_those_of_pint(magnitude: Fraction | int, pair: tuple[Unit, Unit], other: Unit) -> None:
    source, wanted = pair
    assert_converts_as_in_pint(Quantity(magnitude, source), wanted, "temperatures")
    if source.exponents != other.exponents:
        assert_converts_as_in_pint(Quantity(magnitude, source), other, "different dimensions")


def test_batches_convert_and_compare_row_by_row() -> None:
    values = [quantity(text) for text in ("3.5 ft", "20 °C", "5 m", "1 h")]
    wanted = [unit(text) for text in ("m", "°F", "s", "min")]
    result, ok = BY_OPERANDS["convert", "phys_quantity", "phys_unit"].function(
        PHYS_QUANTITY.encode(values), PHYS_UNIT.encode(wanted)
    )
    assert ok.tolist() == [True, True, False, True] and not result[2].any()
    assert PHYS_QUANTITY.render(result[ok]) == ["1.0668 m", "68 °F", "60 min"]


@pytest.mark.parametrize(
    ("name", "left", "right", "result"),
    [
        *[("convert", "60 mph", "km/h", "96.56064 km/h"), ("convert", "760 mmHg", "Pa", "101325.0144354 Pa")],
        *[
            ("convert", "-40 °C", "°F", "-40 °F"),
            ("convert", "373.15 K", "°C", "100 °C"),
            ("convert", "1 nmi", "m", "1852 m"),
        ],
        *[("add", "1 ft", "1 in", None), ("subtract", "20 °C", "5 °C", "15 Δ°C"), ("add", "20 °C", "5 Δ°C", "25 °C")],
        *[
            ("multiply", "3 km", "2 m", "6 m*km"),
            ("divide", "6 m", "2 m", "3 dimensionless"),
            ("divide", "100 km", "2 h", "50 km/h"),
        ],
        *[("subtract", "300 K", "20 °C", "6.85 K"), ("add", "5 Δ°C", "10 K", "15 K")],
    ],
)
def test_examples(name: str, left: str, right: str, result: str | None) -> None:
    second = unit(right) if name == "convert" else quantity(right)
    found = str(run(name, quantity(left), second))
    assert found == (result or "13/12 ft")


@pytest.mark.parametrize(
    ("name", "values", "error", "reason"),
    [
        *[("convert", ("5 m", "s"), UndefinedError, "m and s have different dimensions")],
        *[
            (name, ("2 kg", "2 K"), UndefinedError, "kg and K have different dimensions")
            for name in ("add", "subtract", "less", "ratio")
        ],
        *[
            ("add", ("20 °C", "5 °C"), UndefinedError, "do not add up"),
            ("subtract", ("5 Δ°C", "20 °C"), UndefinedError, "add up"),
        ],
        *[
            ("add", ("20 °C", "5 K"), UndefinedError, "do not add up"),
            ("multiply", ("20 °C", "2 m"), UndefinedError, "scale"),
        ],
        *[("multiply", ("20 °C", 2), UndefinedError, "scale"), ("ratio", ("20 °C", "5 °C"), UndefinedError, "scale")],
        *[("divide", ("5 m", "0 s"), UndefinedError, "zero"), ("ratio", ("5 m", "0 m"), UndefinedError, "zero")],
        *[("divide", (5, "0 s"), UndefinedError, "zero"), ("divide", ("5 s", 0), UndefinedError, "zero")],
        *[
            ("power", ("4 m", Fraction(1, 2)), UndefinedError, "integer powers"),
            ("power", ("4 m", 17), RangeError, "up to 16"),
        ],
        *[
            ("convert", ("5 °C", "Δ°C"), UndefinedError, "a difference"),
            ("less", ("5 Δ°C", "5 °C"), UndefinedError, "a difference"),
        ],
        *[("power", ("0 m", -1), UndefinedError, "zero"), ("power", ("0 m", 0), UndefinedError, "zero")],
        *[("power", ("1e20 m", 9), RangeError, "outside"), ("power", ("4 °C", 2), UndefinedError, "scale")],
        *[
            ("multiply", ("1e60 m", "1e60 m"), RangeError, "outside"),
            ("add", ("1e110 m", "1/99999999 m"), RangeError, "outside"),
        ],
        *[("multiply", ("1 kg*m*A*K", "1 s"), RangeError, "outside")],
    ],
)
def test_refusals_say_why(name: str, values: tuple[Any, ...], error: type[InputError], reason: str) -> None:
    read = [
        value if not isinstance(value, str) else quantity(value) if value[0] in "-0123456789" else unit(value)
        for value in values
    ]
    with pytest.raises(error, match=reason):
        run(name, *read)


def test_far_apart_values_are_compared_although_their_difference_is_not_held() -> None:
    large, small = quantity("1e110 m"), Quantity(Fraction(1, 10**50 + 1), unit("m"))
    assert run("less", small, large) is True and run("less", large, small) is False


@pytest.mark.parametrize(
    ("left", "right", "agree"),
    [
        *[("3 N", "2 kg*m/s^2", True), ("5 J", "2 W*h", True), ("20 °C", "5 °F", True), ("1 m", "1 s", False)],
        *[("1 m/s", "1 km", False), ("1 L", "1 m^3", True), ("1 Hz", "1 Bq", True), ("2 kg", "2 K", False)],
        *[("1 m", "1 mol", False), ("3 ft", "1 acre", False), ("5 rad", "1 dimensionless", True)],
    ],
)
def test_same_dimension_is_true_exactly_when_dimensions_agree(left: str, right: str, agree: bool) -> None:
    """can_add: the first implementation said True of metres and seconds, and of every other pair."""
    a, b = quantity(left), quantity(right)
    assert in_pint(a).is_compatible_with(in_pint(b)) == agree
    for first, second in ((a, b), (a.unit, b.unit), (a, b.unit)):
        assert run("same_dimension", first, second) is agree


def test_of_all_pairs_of_kinds_only_equal_ones_can_be_added() -> None:
    kinds = ("m", "kg", "s", "K", "m/s")
    values = [Quantity(1, unit(text)) for text in kinds]
    vectors = PHYS_QUANTITY.encode([a for a in values for _ in values]), PHYS_QUANTITY.encode(values * len(values))
    result, ok = BY_OPERANDS["same_dimension", "phys_quantity", "phys_quantity"].function(*vectors)
    assert ok.all() and np.array(BOOLEAN.decode(result)).reshape(5, 5).tolist() == np.eye(5, dtype=bool).tolist()


def test_operands_of_other_domains_are_refused() -> None:
    number, length = NUMBER.encode([5]), PHYS_QUANTITY.encode([quantity("5 m")])
    for operation in ON_QUANTITIES:
        wrong = [number if name != "number" else length for name in operation.operands]
        with pytest.raises(InputError):
            operation.function(*wrong)
