"""Where a text holds quantities, and where it asks for a unit.

*Quantities* are a numeral and a unit: `3.5 ft`, `3.5ft`, `-40 °F`, `1,500 kg`, `9.81 m/s^2`, `1 1/2 miles`,
`5-foot` (names only). Two quantities in a row make one where the second divides the unit of the first and is
less than it: `6 ft 9 in` is 6.75 ft; so for lb and oz, h and min, min and s.

*No quantities:* amounts of money (`$5 m`), what a label names (`Section 3 A`, `seat 20 C`), `1990s`, `10K`,
`2D` and the like: a letter that is a unit after a space only. `3 in the morning`, `5 A new ...` are left
alone because `in` and `A` are followed by what does not follow a unit. The rest of the restraint is that of
strict reading, see `unit_text`.

*Units on their own* are read only where they are asked for, that is where a quantity stands in the same line,
near by: after `to`, `in`, `into`, `as`, `using`, `units of`, `number of`, `how many`, `=` or an arrow (`3 m =
? cm`). In a line that makes no request (`convert`, `what is`, ...) their dimensions must be those of the
quantity.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fluxem.domains import numerals, unit_text
from fluxem.domains.numerals import Number
from fluxem.domains.unit_table import NAMES, NUMBER_OF
from fluxem.domains.units import Quantity, Unit
from fluxem.errors import InputError, ParseError

_BEFORE_UNIT = re.compile(
    r"[0-9](?P<gap>[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}-]?)(?=[^\W\d_]|[°℃℉])"
)
_LONGEST_NUMERAL = 160  # characters: far more than any number in range needs
_MINUS = "-\N{MINUS SIGN}\N{EN DASH}"
_MONEY = "$€£¥₹"
_ONLY_AFTER_SPACE = frozenset("sdtAKT")  # 1990s, 2d, 10K
# Before a numeral that a unit is attached to, in running text: else it is a code (%2F, U+211C, ;40m).
_TIGHT = re.compile(r"(?:^|[\s(<>=~≈≤≥\"'“‘×*/,]|(?<![^\W\d_])[-+\N{MINUS SIGN}\N{EN DASH}])$")
# Right before a numeral: it belongs to that, and what comes of it to the unit, or not (24/6 m, 2^3 m).
_BINDS = re.compile(r"(?:[0-9)][/∕⁄÷]|[\^√]|\*\*)$")
_INITIAL = re.compile(r"(?:1[89]|20)[0-9]{2} [A-Z]\. [A-Z]")  # 1996 L. Peter
# A number after a word, whose sign and neighbours need no look: by far the most common case.
_PLAIN_NUMBER = re.compile(r"(?:^|[^\W\d_],?\s)([0-9]{1,15}(?:\.[0-9]{1,15})?)$")
_LABEL = re.compile(
    r"(?:\b(?:appendix|apartment|apt|article|box|building|bus|chapter|class|column|exhibit|fig|figure|flat|flight|floor"
    r"|gate|grade|group|hall|highway|house|item|level|line|lot|no|number|page|paragraph|part|phase|plan|platform"
    r"|question|room|route|row|seat|section|size|step|suite|table|terminal|theorem|track|type|unit|vitamin|volume"
    r"|ward|zone)\.?\s?|#)$",
    re.IGNORECASE,
)
_LONGEST_LABEL = 14
_MIXED = re.compile(r"(?<![\w.,/])[0-9]+ $")

_PARTS = {  # how many of the second unit make one of the first
    (NUMBER_OF["foot"], NUMBER_OF["inch"]): 12,
    (NUMBER_OF["pound"], NUMBER_OF["ounce"]): 16,
    (NUMBER_OF["hour"], NUMBER_OF["minute"]): 60,
    (NUMBER_OF["minute"], NUMBER_OF["second"]): 60,
}

_CUE = re.compile(
    r"(?:\b(?:to|in|into|as|using|units of|terms of|number of|how (?:many|much))\s"
    r"|(?:=|->|→)\s?(?:[?_]+\s?)?|\?\s?)(?=[^\W\d_]|°)",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\b(?:convert|express|change|turn|transform|rewrite|write|give|find|calculate|compute|translate|tell"
    r"|how (?:many|much)|what|which)\b",
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


@dataclass(frozen=True, slots=True)
class _Written:
    """A numeral and a unit, or several parts that make one; the magnitude is None outside the range of numbers."""

    start: int
    end: int
    magnitude: Number | None
    unit: Unit
    last_unit: int  # the number of the unit of the last part, 0 for anything but a plain unit of the table
    last_magnitude: Number | None


@lru_cache(maxsize=8)  # both domains ask for those of the same text
def quantities(text: str) -> tuple[Found, ...]:
    """Everything in a text that reads as a quantity, left to right, non-overlapping."""
    found = []
    for one in _joined(text):
        quantity = Quantity(one.magnitude, one.unit) if one.magnitude is not None else None
        found.append(Found(one.start, one.end, quantity if quantity and quantity.held() else None, one.unit))
    return tuple(found)


def asked_units(text: str) -> Iterator[tuple[int, int, Unit]]:
    """(start, end, unit) of the units that a text asks for, left to right, non-overlapping."""
    found = quantities(text)
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
        if unit is None and requested:
            unit, end = unit_text.read(text, at, every=True)
        if unit and (requested or any(one.unit.exponents == unit.exponents for one in near)):
            yield at, end, unit
            reached = end


def parse(text: str) -> Quantity | None:
    """The quantity that a whole text is, None where no vector holds it; ParseError if it is none."""
    problem: InputError | None = None
    for gap in _BEFORE_UNIT.finditer(text):
        number = _number_before(text, gap.start() + 1, 0)
        if number is None or number[0] != 0:
            continue
        try:
            unit = unit_text.parse(text, gap.end())
        except InputError as error:
            problem = problem or error
            continue
        quantity = Quantity(number[1], unit) if number[1] is not None else None
        return quantity if quantity and quantity.held() else None
    for found in quantities(text):  # 6 ft 9 in
        if (found.start, found.end) == (0, len(text)):
            return found.quantity
    raise problem or ParseError(f"{text[:40]!r} is not a number and a unit")


def _joined(text: str) -> Iterator[_Written]:
    """Quantities, those in parts as one."""
    held: _Written | None = None
    for found in _single(text):
        ratio = _PARTS.get((held.last_unit, found.last_unit), 0) if held else 0
        if (
            held
            and held.magnitude is not None
            and found.magnitude is not None
            and isinstance(held.last_magnitude, int)
            and held.magnitude >= 0
            and 0 <= found.magnitude < ratio
            and text[held.end : found.start] in ("", " ")
        ):
            total = held.magnitude + found.magnitude * found.unit.scale / held.unit.scale
            held = _Written(held.start, found.end, _number(total), held.unit, found.last_unit, found.magnitude)
            continue
        if held:
            yield held
        held = found
    if held:
        yield held


def _single(text: str) -> Iterator[_Written]:
    """Quantities of one numeral and one unit."""
    floor = 0  # the end of the last unit read: no numeral reaches across it
    for gap in _BEFORE_UNIT.finditer(text):
        end, at = gap.start() + 1, gap.end()
        if end <= floor:
            continue
        unit, unit_end = unit_text.read(text, at)
        if unit is None:
            floor = unit_end if unit_end > at else floor  # what was understood is no quantity, in whole or in part
            continue
        number = _number_before(text, end, floor)
        floor = unit_end
        if number is not None and _is_next_to(text, number[0], gap["gap"], text[at:unit_end]):
            last = unit.factors[0][1] if unit.factors and unit.factors == ((0, unit.factors[0][1], 1),) else 0
            yield _Written(number[0], unit_end, number[1], unit, last, number[1])


def _is_next_to(text: str, start: int, gap: str, written: str) -> bool:
    """Whether a unit so written belongs to the number that begins at `start`, with the gap between them."""
    if start and (text[start - 1] in _MONEY or _BINDS.search(text, max(start - 2, 0), start)):
        return False
    if gap == "-" and written.lower() not in NAMES:
        return False
    if not gap and (
        written in _ONLY_AFTER_SPACE
        or re.match("0[0-9]", text[start : start + 2])
        or not _TIGHT.search(text, max(start - 2, 0), start)
    ):
        return False
    if len(written) > 1:
        return True
    return not (_LABEL.search(text, max(start - _LONGEST_LABEL, 0), start) or _INITIAL.match(text, start))


def _number_before(text: str, end: int, floor: int) -> tuple[int, Number | None] | None:
    """Start and value of the numeral that ends at `end`, whose value is None outside the range; None if none does."""
    plain = _PLAIN_NUMBER.search(text, max(floor - 1, end - 34, 0), end)
    if plain:
        return plain.start(1), numerals.value_of(plain[1])
    cut = max(floor, end - _LONGEST_NUMERAL)
    window = text[cut:end]
    literals = list(numerals.literals(window))
    if not literals or literals[-1].end != len(window):
        return None
    last = literals[-1]
    start, value = last.start, last.value
    if start == 0 and cut > floor and not text[cut - 1].isspace():  # perhaps only the end of a numeral
        return None
    if floor and window[start] in "+" + _MINUS and not window[:start].strip():
        start += 1  # after a quantity, a sign is an operator
        value = -value if value is not None and window[start - 1] in _MINUS else value
    whole = _MIXED.search(window, 0, start) if "/" in window[start:] else None
    if whole and value is not None:
        before = literals[-2] if len(literals) > 1 else None
        if before is None or before.end != start - 1 or not isinstance(before.value, int) or not 0 < value < 1:
            return None
        negative = window[before.start] in _MINUS
        start, value = before.start, before.value - value if negative else before.value + value
    return cut + start, value


def _number(value: Number) -> Number:
    return value.numerator if value.denominator == 1 else value


def _line(text: str, at: int) -> tuple[int, int]:
    """The part of the line around text[at] that is near."""
    start, end = max(at - _NEAR, 0), min(at + _NEAR, len(text))
    before, after = text.rfind("\n", start, at), text.find("\n", at, end)
    return (before + 1 if before >= 0 else start), (after if after >= 0 else end)
