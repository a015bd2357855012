"""Units against pint: the table, every spelling that both read, the algebra, and what is refused."""

import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pint_reference import REGISTRY, unit_in_pint

from fluxem import laws
from fluxem.domains import unit_table, unit_text
from fluxem.domains.quantity import PHYS_UNIT
from fluxem.domains.quantity_operations import OPERATIONS
from fluxem.domains.unit_table import DIMENSIONS, NAMES, PREFIXES, SYMBOLS, UNITS
from fluxem.domains.units import DIMENSIONLESS, Quantity, Unit, unit_of
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError


def _words(text: str) -> list[str]:
    return text.split()


PINT_DIMENSIONS = _words("[length] [mass] [time] [current] [temperature] [substance] [luminosity]")
EVERY_UNIT = range(1, len(UNITS))
COMMON = _words(
    "m km cm µm ft in mi kg g lb oz s ms min h day K m/s km/h mph N J W*h kWh Pa bar mmHg L gal A V Ω mol "
    "cd m^2 ft^3 kg*m/s^2 W/m^2/K Δ°C acre kn"
)


def assert_agrees_with_pint(unit: Unit) -> None:
    for magnitude in (Fraction(1), Fraction(-22, 7)):
        expected = REGISTRY.Quantity(magnitude, unit_in_pint(unit)).to_base_units()
        assert Quantity(magnitude, unit).si == expected.magnitude
    exponents = {name: int(power) for name, power in unit_in_pint(unit).dimensionality.items()}
    assert unit.exponents == tuple(exponents.get(name, 0) for name in PINT_DIMENSIONS)


def refusal(text: str) -> str:
    with pytest.raises(InputError) as raised:
        unit_text.parse(text)
    return str(raised.value)


# --- the table ---


def test_the_table_is_what_its_maker_makes_of_pint(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[1]
    monkeypatch.syspath_prepend(root / "tools")
    import make_unit_table

    assert make_unit_table.table() == (root / "fluxem" / "data" / "units.tsv").read_text("utf-8")
    for module in ("make_unit_table", "unit_spellings"):
        del sys.modules[module]


@pytest.mark.parametrize("number", EVERY_UNIT, ids=[unit.name for unit in UNITS[1:]])
def test_every_unit_is_that_of_pint(number: int) -> None:
    assert_agrees_with_pint(unit_of(((0, number, 1),)))


@pytest.mark.parametrize("number", range(1, len(PREFIXES)), ids=[prefix.name for prefix in PREFIXES[1:]])
def test_every_prefix_is_that_of_pint(number: int) -> None:
    assert_agrees_with_pint(unit_of(((number, SYMBOLS["B"][1], 1),)))


def test_every_unit_reads_back_from_its_canonical_text_with_every_prefix_it_takes() -> None:
    for spelled in {*SYMBOLS.values(), *NAMES.values()}:
        unit = unit_of(((*spelled, 1),))
        assert unit_text.parse(str(unit)) == unit
        if not unit.offset and unit.scale.numerator * unit.scale.denominator < 10**40:
            assert unit_text.parse(str(unit**-2)) == unit**-2


def test_symbols_and_names_of_pint_mean_what_they_mean_unit_in_pint() -> None:
    """All but those given up on purpose: see tools/unit_spellings.py."""
    differing = set()
    for spelling, (prefix, number) in {**SYMBOLS, **{name.replace(" ", "_"): of for name, of in NAMES.items()}}.items():
        try:
            (theirs,) = REGISTRY.parse_unit_name(spelling)[:1]
        except ValueError:
            continue  # pint does not know it
        if theirs[0] + theirs[1] != PREFIXES[prefix].name + UNITS[number].name:
            unit = unit_of(((prefix, number, 1),))
            other = REGISTRY.Unit(theirs[0] + theirs[1])
            if unit.offset or REGISTRY.get_base_units(unit_in_pint(unit)) != REGISTRY.get_base_units(other):
                differing.add(spelling)
    assert differing == {"C", "F", "amps", "centigrade", "dat", "dau", "hbar", "kilos", "kmph", "mcd"}


def test_text_symbols_are_symbols() -> None:
    assert SYMBOLS.keys() >= unit_table.TEXT_SYMBOLS
    assert NAMES.keys() >= unit_table.ASKED_NAMES


# --- reading ---


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        *[
            ("m", "m"),
            ("metre", "m"),
            ("Meters", "m"),
            ("METRES", "m"),
            ("feet", "ft"),
            ("foot", "ft"),
            ("inches", "in"),
        ],
        *[("litres", "L"), ("l", "L"), ("lbs", "lb"), ("hrs", "h"), ("secs", "s"), ("tonnes", "t"), ("knots", "kn")],
        *[
            ("nmi", "nmi"),
            ("nautical miles", "nmi"),
            ("nautical_mile", "nmi"),
            ("light-years", "ly"),
            ("fl oz", "floz"),
        ],
        *[("mmHg", "mmHg"), ("millimeters of mercury", "mmHg"), ("pounds per square inch", "psi"), ("kt", "kn")],
        *[("µm", "µm"), ("\N{GREEK SMALL LETTER MU}m", "µm"), ("um", "µm"), ("\N{OHM SIGN}", "Ω"), ("kohm", None)],
        *[
            ("C", "°C"),
            ("degC", "°C"),
            ("°C", "°C"),
            ("° C", "°C"),
            ("℃", "°C"),
            ("degrees Celsius", "°C"),
            ("F", "°F"),
        ],
        *[("delta_degC", "Δ°C"), ("Δ°F", "Δ°F"), ("coulombs", "coulomb"), ("mC", "millicoulomb"), ("µF", "microfarad")],
        *[
            ("km/h", "km/h"),
            ("km / h", "km/h"),
            ("km per hour", "km/h"),
            ("kilometers per hour", "km/h"),
            ("mph", "mph"),
        ],
        *[("m*kg/s^2", "kg*m/s^2"), ("kg·m/s²", "kg*m/s^2"), ("kg m s^-2", "kg*m/s^2"), ("kg·m·s⁻²", "kg*m/s^2")],
        *[("kg m s-2", "kg*m/s^2"), ("(kg*m)/(s*s)", "kg*m/s^2"), ("kg*m/s**2", "kg*m/s^2"), ("m s^(-2)", "m/s^2")],
        *[("m2", "m^2"), ("m²", "m^2"), ("square meters", "m^2"), ("sq ft", "ft^2"), ("cubic feet", "ft^3")],
        *[("meters per second squared", "m/s^2"), ("meters per second per second", "m/s^2"), ("m/s/s", "m/s^2")],
        *[("J/(kg*K)", "J/kg/K"), ("J/(kg K)", "J/kg/K"), ("J kg^-1 K^-1", "J/kg/K"), ("J/kg/K", "J/kg/K")],
        *[("W*h", "W*h"), ("kWh", "kWh"), ("kilowatt-hours", "kWh"), ("N m", "N*m"), ("newton metres", "N*m")],
        *[
            ("1/s", "s^-1"),
            ("s^-1", "s^-1"),
            ("1/m/s", "m^-1*s^-1"),
            ("m/m", "dimensionless"),
            ("W/m^2/°C", "W/m^2/Δ°C"),
        ],
        *[
            ("dimensionless", "dimensionless"),
            ("MiB", "MiB"),
            ("points", "pp"),
            ("a", "year"),
            ("M", "M"),
            ("pm", "pm"),
        ],
    ],
)
def test_what_people_write_is_read(text: str, canonical: str | None) -> None:
    if canonical is None:
        assert "not a unit" in refusal(text)
    else:
        assert str(unit_text.parse(text)) == canonical
        laws.assert_round_trip(PHYS_UNIT, [unit_text.parse(text)])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *[
            (text, "not a unit")
            for text in ("", " ", "foo", "hh", "mmin", "kft", "deg", "degrees", "rpm", "%", "pc", "5", "m ")
        ],
        *[
            (text, "not a unit")
            for text in ("µnmi", "kkg", "mega", "q", "e", "5 m", "m foo", "m/", "/m", "kg.x", "((((m))))")
        ],
        *[(text, "integer") for text in ("m^0.5", "m^1/2", "m^x", "m^^2", "m^", "m^(1/2)")],
        *[("m^0", "not 0"), ("(m", "needs one"), ("m²x", "not understood"), ("m^100", "99"), ("m^99999", "too large")],
        *[(text, "ambiguous") for text in ("J/kg*K", "J/kg K", "J/kg·K", "N/C", "J/(kg*C)", "F/m", "C^2")],
        *[("kg*m*s*A*K", "4 factors"), ("m*" * 20 + "m", "terms"), ("Ym^9", "exactly")],
    ],
)
def test_what_is_no_unit_is_refused_with_a_reason(text: str, reason: str) -> None:
    assert reason in refusal(text)


def test_temperature_scales_are_not_multiplied() -> None:
    celsius = unit_text.parse("°C")
    for combine in (lambda: celsius * celsius, lambda: celsius / DIMENSIONLESS, lambda: celsius**2):
        with pytest.raises(UndefinedError, match="scale"):
            combine()
    with pytest.raises(InputError, match="Δ°C"):
        Unit((*celsius.factors, *celsius.factors))
    assert celsius.difference() == unit_text.parse("Δ°C") and DIMENSIONLESS.difference() is DIMENSIONLESS


# --- values and vectors ---

units = st.sampled_from([unit_text.parse(text) for text in COMMON])


@given(units, units, st.integers(-3, 3))
def test_products_and_powers_are_those_of_pint(a: Unit, b: Unit, power: int) -> None:
    for made in (a * b, a / b, a**power):
        assert_agrees_with_pint(made)
        assert unit_text.parse(str(made)) == made
    assert a * b == b * a and hash(a * b) == hash(b * a)


@given(st.lists(units, min_size=1))
def test_units_come_back_from_vectors(values: list[Unit]) -> None:
    laws.assert_round_trip(PHYS_UNIT, [*values, values[0].difference()])
    vectors = PHYS_UNIT.encode(values)
    assert vectors.tobytes() == b"".join(PHYS_UNIT.encode([value]).tobytes() for value in values)
    assert vectors[:, 109:116].tolist() == [list(value.exponents) for value in values]


@given(st.lists(st.tuples(units, units), max_size=6))
def test_the_laws_of_products_hold_bitwise(pairs: list[tuple[Unit, Unit]]) -> None:
    scale = unit_text.parse("°F")
    pairs = [*pairs, (scale, scale), (scale, DIMENSIONLESS)]
    for operation in OPERATIONS:
        if operation.operands == ("phys_unit", "phys_unit") and operation.result == "phys_unit":
            exact = Unit.__mul__ if operation.name == "multiply" else Unit.__truediv__
            laws.assert_homomorphism(PHYS_UNIT, operation, exact, pairs)


def test_dimensions_are_in_the_order_of_the_lanes() -> None:
    texts = ("m", "kg", "s", "A", "K", "mol", "cd")
    assert [unit_text.parse(text).exponents.index(1) for text in texts] == list(range(len(DIMENSIONS)))


@pytest.mark.parametrize("value", ["m", None, 1, Quantity(1, DIMENSIONLESS)])
def test_other_values_are_no_units(value: object) -> None:
    with pytest.raises(InputError, match="row 0: not a Unit"):
        PHYS_UNIT.encode([value])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("lane", "value"), [(109, 2), (117, 999), (117, -1), (118, 0.5), (119, 1), (106, 7), (20, 0.1)]
)
def test_what_is_no_unit_vector_is_refused(lane: int, value: float) -> None:
    vectors = PHYS_UNIT.encode([unit_text.parse("km/h")])
    vectors[0, lane] = value
    with pytest.raises(InputError, match="row 0"):
        PHYS_UNIT.decode(vectors)


def test_the_whole_text_is_the_unit() -> None:
    assert PHYS_UNIT.parse(" km/h ") == unit_text.parse("km/h")
    with pytest.raises(ParseError):
        PHYS_UNIT.parse("km/h or so")
    with pytest.raises(RangeError):
        Unit(tuple((0, number, 1) for number in range(1, 6)))
