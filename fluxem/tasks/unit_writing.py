"""How questions about units are written: magnitudes, units and sentences, each in one of several ways.

What is written is what is meant: a quantity's value is that of its digits, so a target follows from the text alone.
"""

from __future__ import annotations

import math
import random
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT
from fluxem.domains.unit_table import DIMENSIONS
from fluxem.domains.units import Quantity, Unit
from fluxem.tasks.unit_spellings import Spellings

#: How often scientific notation is written: never for 0.25 or 300, rarely nearby, mostly far out.
SCIENTIFIC = {decade: 0.0 for decade in range(-1, 3)} | {decade: 0.08 for decade in (-3, -2, 3, 4, 5)}
USUALLY_SCIENTIFIC = 0.6
POWERS_OF_TEN = ("e", "e", "E", "×10^", " × 10^")
#: What may follow `in`, the inch, in a sentence: before any other word it would be read as the preposition.
_INCH_BEFORE = re.compile(r"$|[?.,:;]| (?:to|into|are|is|and) ")
_INCHES = "inches"


@dataclass(frozen=True)
class Magnitudes:
    """Where magnitudes are drawn: log-uniform in [low, high], but not in the closed interval `but_not`."""

    low: Fraction
    high: Fraction
    but_not: tuple[Fraction, Fraction] | None = None

    def draw(self, rng: random.Random) -> Decimal | None:
        """A magnitude of 1 to 4 significant digits; None where rounding leaves the range."""
        exponent = rng.uniform(math.log10(self.low), math.log10(self.high))
        digits = rng.choices((1, 2, 3, 4), (2, 3, 3, 2))[0]
        drawn = Decimal(f"{10**exponent:.{digits - 1}e}")
        inside = self.low <= drawn <= self.high
        return drawn if inside and not (self.but_not and self.but_not[0] <= drawn <= self.but_not[1]) else None


@dataclass(frozen=True)
class AskedUnit:
    """A unit as a question writes it."""

    text: str
    unit: Unit

    def span(self, start: int) -> dict[str, Any]:
        """Its span in the sample format."""
        return {"type": PHYS_UNIT.name, "start": start, "end": start + len(self.text), "value": str(self.unit)}


@dataclass(frozen=True)
class AskedQuantity:
    """A quantity as a question writes it."""

    text: str
    quantity: Quantity

    @property
    def unit(self) -> Unit:
        """The unit that it is given in."""
        return self.quantity.unit

    def span(self, start: int) -> dict[str, Any]:
        """Its span in the sample format."""
        exponents = zip(DIMENSIONS, self.unit.exponents, strict=True)
        return {
            "type": PHYS_QUANTITY.name,
            "start": start,
            "end": start + len(self.text),
            "value": _json(self.quantity.si),
            "dims": {symbol: exponent for symbol, exponent in exponents if exponent},
        }


Asked = AskedUnit | AskedQuantity


def write_magnitude(rng: random.Random, magnitude: Decimal) -> str:
    """The digits of a magnitude: `0.25`, `1,500`, `2.5e-3` or `2.5×10^-3`."""
    decade = magnitude.adjusted()
    if rng.random() < SCIENTIFIC.get(decade, USUALLY_SCIENTIFIC):
        digits = "".join(map(str, magnitude.as_tuple().digits)).rstrip("0")
        mantissa = digits[0] + ("." + digits[1:] if digits[1:] else "")
        sign = "-" if magnitude < 0 else ""
        return f"{sign}{mantissa}{rng.choice(POWERS_OF_TEN)}{decade}"
    grouped = decade >= 3 and rng.random() < 0.4
    text = f"{magnitude:,f}" if grouped else f"{magnitude:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_quantity(rng: random.Random, magnitude: Decimal, unit: Unit, spellings: Spellings) -> AskedQuantity:
    """A quantity such as `0.25 ft`, `3 feet` or `20°C`."""
    number = write_magnitude(rng, magnitude)
    if rng.random() < 0.5 and spellings.names or not spellings.symbols:
        name = rng.choice(spellings.names)
        written = f"{number} {name[0] if number == '1' else name[1]}"
    else:
        gap = "" if spellings.tight and rng.random() < 0.15 else " "
        written = f"{number}{gap}{rng.choice(spellings.symbols)}"
    value = Fraction(magnitude)
    return AskedQuantity(written, Quantity(value.numerator if value.denominator == 1 else value, unit))


def write_unit(rng: random.Random, unit: Unit, spellings: Spellings) -> AskedUnit:
    """A unit on its own, such as `ft` or `feet`."""
    if rng.random() < 0.5 and spellings.names or not spellings.symbols:
        return AskedUnit(rng.choice(spellings.names)[1], unit)
    return AskedUnit(rng.choice(spellings.symbols), unit)


def vary(rng: random.Random, phrasing: str) -> str:
    """The sentence as it is, or less neat: in lower case, without its question mark, or with a full stop."""
    if phrasing[0] != "{" and rng.random() < 0.2:
        phrasing = phrasing[0].lower() + phrasing[1:]
    if phrasing.endswith("?"):
        return phrasing[:-1] if rng.random() < 0.15 else phrasing
    return phrasing + "." if phrasing[0] != "{" and rng.random() < 0.3 else phrasing


def write(sentence: str, parts: Mapping[str, Asked]) -> tuple[str, list[dict[str, Any]]]:
    """The text of a sentence with its parts in place, and their spans."""
    text = ""
    spans: list[dict[str, Any]] = []
    pieces = list(string.Formatter().parse(sentence))
    for at, (before, name, _, _) in enumerate(pieces):
        text += before
        if name:
            after = pieces[at + 1][0] if at + 1 < len(pieces) else ""
            part = _spelled_out(parts[name], after)
            spans.append(part.span(len(text)))
            text += part.text
    return text, spans


def _spelled_out(part: Asked, after: str) -> Asked:
    match = re.fullmatch("(.*?)(?<![a-z])in", part.text)
    if match is None or _INCH_BEFORE.match(after):
        return part
    return replace(part, text=f"{match[1].rstrip()} {_INCHES}".lstrip())


def _json(value: Fraction | int) -> int | float | str:
    """A value as JSON holds it exactly: a number, where its shortest decimal is the value, else a fraction."""
    if value.denominator == 1:
        return int(value)
    return float(value) if Fraction(str(float(value))) == value else f"{value.numerator}/{value.denominator}"
