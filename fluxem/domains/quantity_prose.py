"""Quantities in any text: a number in digits and a unit that cannot be mistaken, one or several as one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from fluxem.domains import magnitude_text, unit_text
from fluxem.domains.numerals import Number
from fluxem.domains.unit_table import NAMES
from fluxem.domains.units import Unit

#: A number, and a gap that a unit may follow.
BEFORE_UNIT = re.compile(
    rf"(?P<number>{magnitude_text.END})"
    r"(?P<gap>[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}-]?)" + unit_text.AHEAD
)
_MONEY = "$€£¥₹"
_ONLY_AFTER_SPACE = frozenset("sdtAKT")  # 1990s, 2d, 10K
# Before a numeral that a unit is attached to, in running text: else it is a code (%2F, U+211C, ;40m).
_TIGHT = re.compile(r"(?:^|[\s(<>=~≈≤≥\"'“‘×*/,]|(?<![^\W\d_])[-+\N{MINUS SIGN}\N{EN DASH}])$")
# Right before a numeral: it belongs to that, and what comes of it to the unit, or not (24/6 m, 2^3 m, 3,5 m).
_BINDS = re.compile(r"(?:[0-9)][/∕⁄÷]|[0-9],|[\^√]|\*\*)$")
_INITIAL = re.compile(r"(?:1[89]|20)[0-9]{2} [A-Z]\. [A-Z]")  # 1996 L. Peter
_LABEL = re.compile(
    r"(?:\b(?:appendix|apartment|apt|article|box|building|bus|chapter|class|column|exhibit|fig|figure|flat|flight|floor"
    r"|gate|grade|group|hall|highway|house|item|level|line|lot|no|number|page|paragraph|part|phase|plan|platform"
    r"|question|room|route|row|seat|section|size|step|suite|table|terminal|theorem|track|type|unit|vitamin|volume"
    r"|ward|zone)\.?\s?|#)$",
    re.IGNORECASE,
)
_LONGEST_LABEL = 14

_PARTS = {  # unit, and that of a smaller part that may follow
    (unit_text.parse(unit), unit_text.parse(part))
    for unit, parts in {
        **{"yd": "ft in", "ft": "in", "stone": "lb", "lb": "oz", "km": "m", "m": "cm mm", "cm": "mm", "kg": "g"},
        **{"week": "day", "day": "h", "h": "min", "min": "s"},
    }.items()
    for part in parts.split()
}


@dataclass(frozen=True, slots=True)
class Written:
    """A number and a unit, or several parts that make one; the magnitude is None outside the range of numbers."""

    start: int
    end: int
    magnitude: Number | None
    unit: Unit
    last: tuple[Number, Unit] | None = None  # the last of several parts


def joined(singles: Iterator[Written], text: str) -> Iterator[Written]:
    """Quantities, those in parts as one: `6 ft 9 in`."""
    held: Written | None = None
    for found in singles:
        whole = together(held, found) if held and text[held.end : found.start] in ("", " ") else None
        if held and not whole:
            yield held
        held = whole or found
    if held:
        yield held


def together(one: Written, other: Written) -> Written | None:
    """Two quantities as one, if the second may be a part of the first."""
    magnitude, unit = one.last or (one.magnitude, one.unit)
    if (unit, other.unit) not in _PARTS or one.magnitude is None or other.magnitude is None:
        return None
    if not isinstance(magnitude, int) or one.magnitude < 0 or not 0 <= other.magnitude < unit.scale / other.unit.scale:
        return None
    total = Fraction(one.magnitude + other.magnitude * other.unit.scale / one.unit.scale)
    whole = total.numerator if total.denominator == 1 else total
    return Written(one.start, other.end, whole, one.unit, (other.magnitude, other.unit))


def single(text: str, refused: list[re.Match[str]]) -> Iterator[Written]:
    """Quantities of one number and one unit; where no unit was understood after a number goes to `refused`."""
    floor = 0  # the end of the last unit read: no number reaches across it
    reached = 0  # the end of the last quantity
    for gap in BEFORE_UNIT.finditer(text):
        end, at = gap.end("number"), gap.end()
        if end <= floor:
            continue
        unit, unit_end = unit_text.read(text, at)
        if unit is None:
            refused.append(gap)
            floor = unit_end if unit_end > at else floor  # what was understood is no quantity, in whole or in part
            continue
        number = magnitude_text.before(text, end, floor)
        floor = unit_end
        if number is not None and is_next_to(text, number[0], gap["gap"], text[at:unit_end], reached):
            yield Written(number[0], unit_end, number[1], unit)
            reached = unit_end


def is_next_to(text: str, start: int, gap: str, written: str, reached: int = 0) -> bool:
    """Whether a unit so written belongs to the number that begins at `start`, with the gap between them.

    The quantity before ends at `reached`: a sign may follow that (6s-2s).
    """
    if start and (text[start - 1] in _MONEY or _BINDS.search(text, max(start - 2, 0), start)):
        return False
    if gap == "-" and written.lower() not in NAMES:
        return False
    if not gap and (
        written in _ONLY_AFTER_SPACE
        or re.match("0[0-9]", text[start : start + 2])
        or not (_TIGHT.search(text, max(start - 2, 0), start) or (reached == start - 1 and text[reached] in "+-−–"))
    ):
        return False
    if len(written) > 1:
        return True
    return not (_LABEL.search(text, max(start - _LONGEST_LABEL, 0), start) or _INITIAL.match(text, start))
