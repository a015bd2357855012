"""Quantities as vectors: exact, canonical, and refused rather than wrong; their SI values are those of pint."""

import hashlib
import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pint_reference import decimals, in_pint, quantities, quantity, rationals, unit

from fluxem import space
from fluxem.domains.number import NUMBER
from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT, rounded_text
from fluxem.domains.units import Quantity
from fluxem.errors import InputError, ParseError, RangeError
from fluxem.residues import PRODUCT

# --- encode, decode, render ---


@given(st.lists(quantities))
def test_every_quantity_comes_back(values: list[Quantity]) -> None:
    vectors = PHYS_QUANTITY.encode(values)
    assert PHYS_QUANTITY.decode(vectors) == values
    for value, text in zip(values, PHYS_QUANTITY.render(vectors), strict=True):
        assert PHYS_QUANTITY.parse(text) == value


@given(st.lists(quantities, min_size=1))
def test_a_batch_is_its_rows(values: list[Quantity]) -> None:
    rows = [PHYS_QUANTITY.encode([value]).tobytes() for value in values]
    assert PHYS_QUANTITY.encode(values).tobytes() == b"".join(rows)


@given(st.lists(quantities, min_size=1))
def test_the_payload_is_the_number_in_si(values: list[Quantity]) -> None:
    vectors = PHYS_QUANTITY.encode(values)
    numbers = NUMBER.encode([value.si for value in values])
    assert vectors[:, 8:109].tobytes() == numbers[:, 8:109].tobytes()
    for value, si in zip(values, NUMBER.decode(numbers), strict=True):
        assert si == in_pint(value).to_base_units().magnitude
    assert vectors[:, space.DIMENSION_EXPONENTS].tolist() == [list(value.unit.exponents) for value in values]


def test_equal_amounts_differ_in_display_alone() -> None:
    first, second = PHYS_QUANTITY.encode([quantity("3 m"), quantity("300 cm")])
    assert first[: space.DISPLAY.start].tobytes() == second[: space.DISPLAY.start].tobytes()
    assert first.tobytes() != second.tobytes() and quantity("3 m") != quantity("300 cm")
    for spelling in ("3 meters", "3.0 m", "3 metres", "3m"):
        assert PHYS_QUANTITY.encode([quantity(spelling)]).tobytes() == first.tobytes()


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        *[("1.0668 m", "1.0668 m"), ("3.5ft", "3.5 ft"), ("-40 °F", "-40 °F"), ("−40 °C", "-40 °C"), ("20 C", "20 °C")],
        *[("1/3 mile", "1/3 mi"), ("1 1/2 miles", "1.5 mi"), ("1,500 kg", "1500 kg"), ("1e3 Pa", "1000 Pa")],
        *[("6 ft 9 in", "6.75 ft"), ("5 dimensionless", "5 dimensionless"), ("5 s^-1", "5 s^-1"), ("5 points", "5 pp")],
        *[("9.81 m/s²", "9.81 m/s^2"), ("5 N/coulomb", "5 N/coulomb"), ("760 mmHg", "760 mmHg"), ("5pm", "5 pm")],
    ],
)
def test_texts_have_one_canonical_form(text: str, canonical: str) -> None:
    vectors = PHYS_QUANTITY.encode([quantity(text)])
    assert PHYS_QUANTITY.render(vectors) == [canonical]
    assert quantity(canonical) == quantity(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *[
            (text, "phys_quantity")
            for text in ("", "5", "m", "5 foo", "few m", "5 m 3", "5 m or so", "m 5", "$5 m/m/", "5°")
        ],
        *[("5 m^0.5", "integer"), ("5 J/kg K", "ambiguous"), ("1.2.3 m", "phys_quantity"), ("0x1F m", "phys_quantity")],
    ],
)
def test_other_texts_are_refused(text: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        quantity(text)


@pytest.mark.parametrize(
    "text", ["1e200 m", "1e400 m", "1e105 Ym", "1 1/99999999999999999999999999999999999999999999999999999999 m"]
)
def test_texts_outside_the_range_are_refused(text: str) -> None:
    with pytest.raises(RangeError):
        quantity(text)


@pytest.mark.parametrize("magnitude", [float("nan"), float("inf"), Decimal("NaN"), None, "3", True, 3 + 4j])
def test_other_magnitudes_are_refused(magnitude: object) -> None:
    """The first implementation took NaN."""
    with pytest.raises(InputError, match="row 1"):
        PHYS_QUANTITY.encode([quantity("3 m"), Quantity(magnitude, unit("m"))])  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [3, "3 m", None, (3, "m")])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(InputError, match="row 1: not a Quantity"):
        PHYS_QUANTITY.encode([quantity("3 m"), value])  # type: ignore[list-item]


def test_the_range_is_that_of_numbers_in_si() -> None:
    largest = (PRODUCT - 1) // 4
    held = [Quantity(largest, unit("m")), Quantity(Fraction(largest, 1000), unit("km"))]
    assert PHYS_QUANTITY.decode(PHYS_QUANTITY.encode(held)) == held
    for value in (Quantity(largest + 1, unit("m")), Quantity(largest, unit("km"))):
        with pytest.raises(RangeError, match="row 1"):
            PHYS_QUANTITY.encode([quantity("3 m"), value])


def test_floats_and_decimals_are_the_decimals_they_show() -> None:
    expected = PHYS_QUANTITY.encode([quantity("373.15 K")] * 2)
    given_values = [Quantity(value, unit("K")) for value in (373.15, Decimal("373.15"))]  # type: ignore[arg-type]
    assert PHYS_QUANTITY.encode(given_values).tobytes() == expected.tobytes()


@pytest.mark.parametrize("lane", [0, 8, 104, 105, 106, 109, 115, 116, 117, 118, 127])
def test_a_spoiled_vector_is_refused(lane: int) -> None:
    vectors = PHYS_QUANTITY.encode([quantity("9.81 m/s^2")] * 2)
    vectors[1, lane] += 0.3
    with pytest.raises(InputError, match="row 1"):
        PHYS_QUANTITY.decode(vectors)


def test_vectors_do_not_depend_on_the_process() -> None:
    """The first implementation numbered units by Python's hash()."""
    program = (
        "import hashlib; from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT\n"
        "texts = ['3.5 ft', '-40 °F', '9.81 m/s^2', '5 W*h', '1/3 acre']\n"
        "values = [PHYS_QUANTITY.parse(text) for text in texts]\n"
        "vectors = PHYS_QUANTITY.encode(values).tobytes() + PHYS_UNIT.encode([v.unit for v in values]).tobytes()\n"
        "print(hashlib.sha256(vectors).hexdigest())"
    )
    values = [quantity(text) for text in ("3.5 ft", "-40 °F", "9.81 m/s^2", "5 W*h", "1/3 acre")]
    vectors = PHYS_QUANTITY.encode(values).tobytes() + PHYS_UNIT.encode([value.unit for value in values]).tobytes()
    digests = {hashlib.sha256(vectors).hexdigest()}
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout.strip())
    assert len(digests) == 1


# --- rounding ---


@given(st.one_of(decimals, rationals), st.integers(1, 9))
def test_rounding_is_that_of_decimal_arithmetic(value: Fraction | int, significant: int) -> None:
    """Python's %g rounds a float; the decimal of 60 digits is exact enough, and ties are exact in it."""
    shown = rounded_text(value, significant)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    mantissa, _, exponent = f"{exact:.{significant - 1}e}".partition("e")
    assert Decimal(shown) == Decimal(f"{mantissa}e{exponent}")
    assert ("e" in shown) == (value != 0 and not -4 <= int(exponent) < significant)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *[
            (0, "0"),
            (5, "5"),
            (Fraction(10668, 10000), "1.0668"),
            (Fraction(1, 3), "0.333333"),
            (-Fraction(22, 7), "-3.14286"),
        ],
        *[(1234567, "1.23457e6"), (123456, "123456"), (1000000, "1e6"), (Fraction(1, 100000), "1e-5")],
        *[(Fraction(9999995, 10), "1e6"), (Fraction(1234565, 10), "123456"), (Fraction(1234575, 10), "123458")],
        *[(Fraction(1, 10**4), "0.0001"), (-Fraction(254, 10**8), "-2.54e-6")],
    ],
)
def test_rounded_texts(value: Fraction | int, shown: str) -> None:
    assert rounded_text(value) == shown
    assert PHYS_QUANTITY.render_rounded(PHYS_QUANTITY.encode([Quantity(value, unit("km/h"))])) == [f"{shown} km/h"]


def test_no_significant_digits_is_an_error() -> None:
    with pytest.raises(InputError, match="at least 1"):
        rounded_text(5, 0)


# --- the sample format ---


def test_values_with_dimensions_are_in_si_base_units() -> None:
    assert PHYS_QUANTITY.with_dims(Decimal("373.15"), {"Theta": 1}) == quantity("373.15 K")
    assert PHYS_QUANTITY.with_dims(Decimal("1.0668"), {"L": 1}) == quantity("3.5 ft")
    assert PHYS_QUANTITY.with_dims("1/3", {"L": 1, "T": -1}) == quantity("1/3 m/s")
    assert PHYS_QUANTITY.with_dims(5, {"L": 1}) != quantity("5 s")
    assert PHYS_QUANTITY.with_dims(5, {}) != quantity("5 m") and PHYS_QUANTITY.with_dims(5, {}) != 5
    with pytest.raises(InputError):
        PHYS_QUANTITY.with_dims("3 m", {"L": 1})


@pytest.mark.parametrize("dims", [{"X": 1}, {"l": 1}, {"L": 0.5}, {"L": True}, {"L": "1"}])
def test_unknown_dimensions_and_broken_exponents_are_refused(dims: dict[str, int]) -> None:
    """The first implementation dropped them in silence."""
    with pytest.raises(InputError, match="dimension"):
        PHYS_QUANTITY.with_dims(5, dims)
