"""An independent reader of questions about units: pint's own units, and Fraction and Decimal for numbers."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from functools import cache
from typing import Any

import pint
from pint_reference import REGISTRY

_QUANTITY = re.compile(r"(-?[0-9.,]+)(?:(?:[eE]|×10\^| × 10\^)(-?[0-9]+))? ?(.+)")
_PINT_NAMES = {
    "°C": "degC",
    "C": "degC",
    "degree Celsius": "degC",
    "degrees Celsius": "degC",
    "Celsius": "degC",
    "°F": "degF",
    "F": "degF",
    "degree Fahrenheit": "degF",
    "degrees Fahrenheit": "degF",
    "Fahrenheit": "degF",
    "MPH": "mph",
    "mile per hour": "mph",
    "miles per hour": "mph",
    "kn": "knot",
    "nautical mile": "nautical_mile",
    "nautical miles": "nautical_mile",
    "metric ton": "metric_ton",
    "metric tons": "metric_ton",
    "kilowatt hour": "kilowatt_hour",
    "kilowatt hours": "kilowatt_hour",
    "ampere hour": "ampere_hour",
    "ampere hours": "ampere_hour",
}


@cache
def unit(text: str) -> pint.Unit:
    """What pint reads in the text of a unit."""
    return REGISTRY.Unit(_PINT_NAMES.get(text, text.replace("·", "*")))


def quantity(text: str) -> tuple[Fraction, pint.Unit]:
    """The number in the text of a quantity, exactly, and its unit."""
    match = _QUANTITY.fullmatch(text)
    assert match, text
    return Fraction(match[1].replace(",", "")) * Fraction(10) ** int(match[2] or 0), unit(match[3])


def asked(row: dict[str, Any]) -> list[str]:
    """The texts of a row's quantities, then that of the unit asked for."""
    spans = sorted(row["spans"], key=lambda span: (span["type"] == "phys_unit", span["start"]))
    return [row["text"][span["start"] : span["end"]] for span in spans]


def six_digits(value: Fraction) -> str:
    """A number rounded to 6 significant digits, half to even, in the notation of C's %g without padded exponents."""
    with localcontext(prec=6, rounding=ROUND_HALF_EVEN):
        rounded = (Decimal(value.numerator) / Decimal(value.denominator)).normalize()
    exponent = rounded.adjusted()
    if not rounded or -4 <= exponent < 6:
        return f"{rounded:f}"
    return f"{rounded.scaleb(-exponent).normalize():f}e{exponent}"


def answer(row: dict[str, Any]) -> str:
    """The right answer to a row's text."""
    first, other = asked(row)
    value, given = quantity(first)
    if row["metadata"]["kind"] == "can_add":
        return "true" if given.dimensionality == quantity(other)[1].dimensionality else "false"
    converted = REGISTRY.Quantity(value, given).to(unit(other)).magnitude
    assert isinstance(converted, Fraction | int)
    return f"{six_digits(Fraction(converted))} {row['metadata']['units'][1]}"


def question(row: dict[str, Any]) -> tuple[Any, ...]:
    """The same for rows that differ in wording, in spelling, or in the order of what is added only."""
    first, other = asked(row)
    if row["metadata"]["kind"] == "can_add":
        return "can_add", *sorted((value, _factors(one)) for value, one in map(quantity, (first, other)))
    value, given = quantity(first)
    return "convert", value, _factors(given), _factors(unit(other))


def _factors(one: pint.Unit) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, int(power)) for name, power in REGISTRY.Quantity(1, one).unit_items()))
