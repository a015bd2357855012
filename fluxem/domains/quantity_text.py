"""Where a text holds quantities, and where it asks for a unit.

*Quantities* are a number and a unit: `3.5 ft`, `3.5ft`, `-40 °F`, `1,500 kg`, `9.81 m/s^2`, `1 1/2 miles`,
`1.2×10^6 mm`, `5 million km`, `5-foot` (names only). Two quantities in a row make one where the second divides
the unit of the first and is less than it: `6 ft 9 in` is 6.75 ft; so for lb and oz, m and cm, h and min.

*No quantities:* amounts of money (`$5 m`), what a label names (`Section 3 A`, `seat 20 C`), `1990s`, `10K`,
`2D` and the like: a letter that is a unit after a space only. `3 in the morning`, `5 A new ...` are left
alone because `in` and `A` are followed by what does not follow a unit. The rest of the restraint is that of
strict reading, see `unit_text`. Some more is read only in questions, `a mile` for one: see `quantity_pairs`.

*Units on their own* are read only where they are asked for, that is where a quantity stands in the same line,
near by: after `to`, `in`, `into`, `as`, `using`, `units of`, `number of`, `how many`, `equals`, `=` or an arrow
(`3 m = ? cm`). In a line that makes no request (`convert`, `what is`, ...) their dimensions must be those of the
quantity. Those that `quantity_pairs` reads come first.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fluxem.domains import magnitude_text, quantity_pairs, unit_text
from fluxem.domains.numerals import Number
from fluxem.domains.quantity_pairs import Asked
from fluxem.domains.quantity_prose import BEFORE_UNIT, joined, single
from fluxem.domains.units import Quantity, Unit
from fluxem.errors import InputError, ParseError

_CUE = re.compile(
    r"(?:\b(?:to|in|into|as|using|equals?|units of|terms of|number of|how (?:many|much))\s"
    r"|(?:=>?|≈|->|→|⇒)\s?(?:[?_]+\s?)?|\?\s?)" + unit_text.AHEAD,
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\b(?:convert|express|change|turn|transform|rewrite|write|give|find|calculate|compute|translate|tell"
    r"|how (?:many|much|far|long|fast|high|tall|deep|wide|big|large|heavy|hot|cold|old)|what|which)\b",
    re.IGNORECASE,
)
_NEAR = 200  # characters between a quantity and the unit asked for


@dataclass(frozen=True, slots=True)
class Found:
    """text[start:end] reads as this quantity, in this unit; the quantity is None where no vector holds it."""

    start: int
    end: int
    quantity: Quantity | None
    unit: Unit


def quantities(text: str) -> tuple[Found, ...]:
    """Everything in a text that reads as a quantity, left to right, non-overlapping."""
    return _read(text)[0]


def asked_units(text: str) -> Iterator[Asked]:
    """(start, end, unit) of the units that a text asks for, left to right, non-overlapping."""
    found, asked = _read(text)
    reached = 0
    for start, end, unit in sorted([*asked, *_cued(text, found)], key=lambda one: one[:2]):
        if start >= reached:
            yield start, end, unit
            reached = end


def parse(text: str) -> Quantity | None:
    """The quantity that a whole text is, None where no vector holds it; ParseError if it is none."""
    problem: InputError | None = None
    for gap in BEFORE_UNIT.finditer(text):
        number = magnitude_text.before(text, gap.end("number"), 0)
        if number is None or number[0] != 0:
            continue
        try:
            unit = unit_text.parse(text, gap.end())
        except InputError as error:
            problem = problem or error
            continue
        return _quantity(number[1], unit)
    for written in quantity_pairs.several(text):
        if (written.start, written.end) == (0, len(text)):
            return _quantity(written.magnitude, written.unit)
    raise problem or ParseError(f"{text[:40]!r} is not a number and a unit")


@lru_cache(maxsize=8)  # both domains ask for those of the same text
def _read(text: str) -> tuple[tuple[Found, ...], list[Asked]]:
    """The quantities, and the units that were read with them."""
    refused: list[re.Match[str]] = []
    written = list(joined(single(text, refused), text))
    every, asked = quantity_pairs.read(text, written, refused)
    return tuple(Found(one.start, one.end, _quantity(one.magnitude, one.unit), one.unit) for one in every), asked


def _quantity(magnitude: Number | None, unit: Unit) -> Quantity | None:
    """The quantity, None where no vector holds it."""
    quantity = Quantity(magnitude, unit) if magnitude is not None else None
    return quantity if quantity and quantity.held() else None


def _cued(text: str, found: tuple[Found, ...]) -> Iterator[Asked]:
    """The units after words that ask for one, near to a quantity."""
    if not found:
        return
    starts, reached = [one.start for one in found], 0
    requests = [request.start() for request in _REQUEST.finditer(text)]
    for cue in _CUE.finditer(text):
        at = cue.end()
        if cue.start() < reached:  # the unit `in`
            continue
        start, end = _line(text, at)
        requested = bisect_left(requests, start) < bisect_left(requests, end)
        after = bisect_left(starts, at)
        near = [one for one in found[max(after - 1, 0) : after + requested] if start <= one.start and one.end <= end]
        if not near:
            continue
        unit, end = unit_text.read(text, at)
        agrees = requested
        if unit is None and requested:
            unit, end = unit_text.read(text, at, every=True)
            agrees = text[at].islower()
        if unit and (agrees or any(one.unit.exponents == unit.exponents for one in near)):
            yield at, end, unit
            reached = end


def _line(text: str, at: int) -> tuple[int, int]:
    """The part of the line around text[at] that is near."""
    start, end = max(at - _NEAR, 0), min(at + _NEAR, len(text))
    before, after = text.rfind("\n", start, at), text.find("\n", at, end)
    return (before + 1 if before >= 0 else start), (after if after >= 0 else end)
