"""Defects of the first implementation (commits 0a4e442 and 4ea13c9), each measured there: none may come back."""

import pytest
from pint_reference import quantity, run, unit

from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT
from fluxem.domains.units import Quantity
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError


def test_every_decode_raised_an_index_error_and_no_value_was_exact() -> None:
    """373.15 came back as 373.14996."""
    vectors = PHYS_QUANTITY.encode([quantity("373.15 K"), quantity("9.81 m/s^2")])
    assert PHYS_QUANTITY.render(vectors) == ["373.15 K", "9.81 m/s^2"]


@pytest.mark.parametrize(("left", "right"), [("5 m", "5 s"), ("2 kg", "2 K"), ("1 mol", "1 m")])
def test_metres_were_added_to_seconds_and_converted_to_them(left: str, right: str) -> None:
    """can_add and is_compatible were True for every pair."""
    a, b = quantity(left), quantity(right)
    assert run("same_dimension", a, b) is False and run("same_dimension", a.unit, b.unit) is False
    for name, second in (("add", b), ("subtract", b), ("convert", b.unit)):
        with pytest.raises(UndefinedError, match="different dimensions"):
            run(name, a, second)


def test_units_came_back_as_the_first_of_their_factors_without_prefix() -> None:
    """m/s was m, and km was m."""
    assert PHYS_UNIT.render(PHYS_UNIT.encode([unit("m/s"), unit("km")])) == ["m/s", "km"]


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [("20 C", "F", "68 °F"), ("300 K", "C", "26.85 °C"), ("-40 °F", "°C", "-40 °C"), ("0 K", "°F", "-459.67 °F")],
)
def test_celsius_was_coulomb_and_its_conversion_to_fahrenheit_the_identity(text: str, wanted: str, result: str) -> None:
    assert str(run("convert", quantity(text), unit(wanted))) == result


@pytest.mark.parametrize("text", ["60 mph", "20 degC", "5 \N{MICRO SIGN}m", "5 \N{GREEK SMALL LETTER MU}m"])
def test_units_that_were_unknown(text: str) -> None:
    assert quantity(text).magnitude in (60, 20, 5)


def test_760_mmhg_were_101324_979_pascals() -> None:
    assert str(run("convert", quantity("760 mmHg"), unit("Pa"))) == "101325.0144354 Pa"


def test_a_nautical_mile_was_a_nano_mile_and_hh_two_hundred_hours() -> None:
    assert str(run("convert", quantity("1 nmi"), unit("m"))) == "1852 m"
    with pytest.raises(ParseError):
        unit("hh")


@pytest.mark.parametrize("text", ["m^0.5", "m^1.5"])
def test_broken_powers_were_dropped(text: str) -> None:
    with pytest.raises(ParseError, match="integer"):
        unit(text)
    with pytest.raises(ParseError, match="integer"):
        quantity(f"4 {text}")


def test_nan_was_accepted_and_large_values_overflowed() -> None:
    with pytest.raises(InputError):
        PHYS_QUANTITY.encode([Quantity(float("nan"), unit("m"))])  # type: ignore[arg-type]
    with pytest.raises(RangeError):
        PHYS_QUANTITY.encode([Quantity(10**400, unit("m"))])
    with pytest.raises(RangeError):
        run("multiply", quantity("1e100 m"), quantity("1e100 m"))
