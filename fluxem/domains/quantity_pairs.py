"""Quantities that are read only beside another unit or quantity, in a question about both.

`a mile` is a quantity in "How many feet are in a mile?", and nothing in "He ran a mile". The same holds for
`three feet`, `half an hour`, for spellings that are asked only (`12 stone`, `20 c`, `5 CM`) and for `5' 7"`.
They are read where

- a unit of the same dimensions is asked for, and only words that link the two stand between: `UNIT are there
  in a mile`, `convert half an hour to UNIT`, `a mile equals how many UNIT`; the unit is then read as well;
- so for `5 feet and 3 inches`, which is else two quantities, and `5 stone 7 lb`;
- two quantities are added or compared: `Can you add two metres to a second?` (numbers in words only).
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise

from fluxem.domains import magnitude_text, unit_text
from fluxem.domains.cues import places
from fluxem.domains.quantity_prose import Written, is_next_to, joined, single, together
from fluxem.domains.unit_table import NUMBER_OF
from fluxem.domains.units import Unit, unit_of

Asked = tuple[int, int, Unit]

_REQUESTS = (
    *("convert", "express", "change", "turn", "transform", "rewrite", "write", "give", "find", "calculate", "compute"),
    *("translate", "tell", "what", "which", "how"),
)
_SUMS = (
    *("add", "adds", "added", "adding", "addition", "sum", "sums", "summed", "summing", "plus", "minus", "subtract"),
    *("subtracts", "subtracted", "subtracting", "combine", "combined", "combining", "compare", "compared"),
    *("comparing", "compatible", "dimension", "dimensions"),
)
_ASKS = ("how many", "how much", "number of", "amount of")
_AHEAD = 100  # characters to a quantity from the request in its sentence
_BEHIND = 60  # characters from a quantity to the word of asking, or to the word of adding

# All patterns are for lower case.
_SENTENCE_ENDS = re.compile(r"[.?!]\s|\n")
_LINE_STARTS = re.compile(r"\n\s{0,3}(?=\S)")
_ENDS_LINE = re.compile(r"[\s?.!]*(?:\n|$)")
_THE = re.compile(r"(?:the\s)?" + unit_text.AHEAD)
_AFTER_ASKING = re.compile(r"\w+\s\w+\s" + unit_text.AHEAD)
_LINKING = (
    r"are|is|were|was|do|does|would|will|can|could|you|we|i|there|exist|exists|contained|comprise|make|makes|equal"
    r"|equals|equivalent|correspond|corresponds|go|goes|fit|fits|get|have|be|it|take|takes|up|in|into|to|from|within"
    r"|inside|of|exactly|roughly|approximately|about|the|same|as|convert|a\stotal|total"
)
_TO_QUANTITY = re.compile(rf"\.?(?:(?:\s(?:{_LINKING})){{1,8}}\s|\s?=\s?)(?=\S)")
_CLOSES = re.compile(
    r"\.?\s*(?:$|[.,;:!?()\]\"”’\n])|\s(?:of|have|has|contain|contains|hold|holds|is|are|be|there|equal|equals|exactly"
    r"|approximately|please|and|or|then|make|makes|worth|long|using|if)\b"
)
_TO_UNIT = re.compile(
    r"(?:\.?(?:\s(?:is|are|was|equals?|equal|makes?|be|would|converted|convert|expressed|written|measured|given|changed"
    r"|turned|what|how|many|the|same|number|units?|terms|worth|exactly|about|roughly|equivalent|into|in|to)){0,7}"
    r"\s(?:to|in|into|as|of|many|much|equals?|using)\s(?:units\sof\s)?"
    r"|\s?(?:\?=|=>?|≈|->|→|⇒)\s?(?:[?_]+\s?)?)" + unit_text.AHEAD
)
_ASKS_BACK = re.compile(r"\b(?:how|what)\b")
_BETWEEN = re.compile(
    r"\s?(?:(?P<sign>[+−-])\s?|(?:(?:be|is|are|it|added|summed|combined|subtracted|compared|together|have|the|same"
    r"|dimensions?)\s){0,5}(?:and|to|from|with|plus|minus|or|as)\s)"
)

_IN_TWO_PARTS = frozenset((" ", " and ", ", ", ", and ", " & "))
_FOLLOWS = re.compile(r"[\s.,;:!?=)≈→⇒-]|$")
_LONGEST_NUMBER = 40  # characters of a number with a unit that is asked only
_AMPERE = re.compile(r"A(?!\w)")
_FOOT, _INCH = (unit_of(((0, NUMBER_OF[name], 1),)) for name in ("foot", "inch"))
_MARKS = re.compile(
    r"(?<![\w.,/'’′])(?:(?P<feet>[0-9]{1,4})\s?['’′]\s?(?:(?P<inches>[0-9]{1,2})(?:\s?(?:[\"”″]|''|’’|′′))?)?"
    r"|(?P<alone>[0-9]{1,4}(?:\.[0-9]{1,4})?)\s?(?:[\"”″]|''|’’|′′))(?!\w)"
)


def read(text: str, found: list[Written], refused: list[re.Match[str]]) -> tuple[list[Written], list[Asked]]:
    """All quantities, and the units that were read with them, both left to right.

    `found` are the quantities that are read in any text, `refused` the numbers that no such unit follows.
    """
    low = text.lower()
    if len(low) != len(text):  # the offsets differ
        low = text
    requests, sums = places(low, _REQUESTS), places(low, _SUMS)
    lines = [0, *(match.end() for match in _LINE_STARTS.finditer(low))]
    plain = {one.start: one for one in found}
    guarded = {one.start: one for one in (*_asked_only(text, refused), *_in_marks(text))}
    parts = _in_order([*found, *guarded.values()])
    guarded |= {one.start: one for one in in_two_parts(text, parts) if not _near(sums, one.start - _BEHIND, one.start)}
    more: dict[int, Written] = {}
    units: dict[int, Asked] = {}
    for cue, bare in [*((at, True) for at in lines), *((at, False) for at in places(low, _ASKS))]:
        for one, asked in _asked_before(text, low, cue, bare, (guarded, plain)):
            units[asked[0]] = asked
            more[one.start] = one
    worded = _worded(text, low, [*requests, *sums], lines)
    for one in found:
        asked_after = _asked_after(text, low, one)
        if asked_after and _ENDS_LINE.match(low, asked_after[1]):
            units[asked_after[0]] = asked_after
    for one in (*guarded.values(), *worded):
        asked_after = _asked_after(text, low, one)
        if asked_after and _in_a_request(low, one, asked_after, requests, lines):
            units[asked_after[0]] = asked_after
            more[one.start] = one
    summands = _in_order([*found, *worded, *_amperes(text, refused)])
    more |= {one.start: one for one in _added(low, summands, sums)}
    return _apart([*found, *(one for at, one in more.items() if plain.get(at) is not one)]), [
        units[at] for at in sorted(units)
    ]


def in_two_parts(text: str, quantities: list[Written]) -> Iterator[Written]:
    """Two quantities as one, also where words or a comma stand between them: `5 feet and 3 inches`."""
    for one, other in pairwise(quantities):
        whole = together(one, other) if text[one.end : other.start] in _IN_TWO_PARTS else None
        if whole:
            yield whole


def several(text: str) -> Iterator[Written]:
    """What the start of a text may be as one quantity that is more than a number in digits and a unit."""
    refused: list[re.Match[str]] = []
    found = list(joined(single(text, refused), text))
    yield from found  # 6 ft 9 in
    yield from in_two_parts(text, _in_order([*found, *_asked_only(text, refused)]))
    words, marks = in_words(text, text.lower(), 0), _MARKS.match(text)
    if words:
        yield words
    if marks:
        yield _of_marks(marks)


def in_words(text: str, low: str, at: int) -> Written | None:
    """The quantity at text[at] whose number is in words: `half a mile`; `low` is the text in lower case."""
    number = magnitude_text.words(low, at)
    if number is None or not unit_text.may_begin(text, number[1]):
        return None
    value, start = number
    unit, end = unit_text.read(text, start, every=True)
    if unit is None:
        return None
    rest = magnitude_text.and_a_part(low, end)  # an hour and a half
    return Written(at, rest[1], value + rest[0], unit) if rest else Written(at, end, value, unit)


def _worded(text: str, low: str, cues: list[int], lines: list[int]) -> list[Written]:
    """Quantities whose numbers are in words, near cues and at the starts of lines."""
    found, reached = [], 0
    starts = [at for at in lines if magnitude_text.words(low, at)]
    for cue in sorted(cues):
        begin, end = max(cue - _BEHIND, reached), cue + _AHEAD
        if end > begin:
            starts += magnitude_text.in_words(low, begin, end)
            reached = end
    for at in sorted(set(starts)):
        one = in_words(text, low, at)
        if one:
            found.append(one)
    return found


def _asked_only(text: str, refused: list[re.Match[str]]) -> Iterator[Written]:
    """Numbers with units in spellings that are asked only."""
    for gap in refused:
        if not unit_text.may_begin(text, gap.end()):
            continue
        unit, end = unit_text.read(text, gap.end(), every=True)
        if unit is None or not _FOLLOWS.match(text, end):
            continue
        floor = max(gap.end("number") - _LONGEST_NUMBER, 0)
        number = magnitude_text.before(text, gap.end("number"), floor)
        if number is None or 0 < floor == number[0]:
            continue
        if is_next_to(text, number[0], gap["gap"] or " ", text[gap.end() : end]):
            yield Written(number[0], end, number[1], unit)


def _amperes(text: str, refused: list[re.Match[str]]) -> Iterator[Written]:
    """Numbers with an A that may be a word: `2 A`."""
    for gap in refused:
        number = magnitude_text.before(text, gap.end("number"), 0) if _AMPERE.match(text, gap.end()) else None
        if number and gap["gap"]:
            yield Written(number[0], gap.end() + 1, number[1], unit_text.parse("A"))


def _in_marks(text: str) -> Iterable[Written]:
    return map(_of_marks, _MARKS.finditer(text)) if any(mark in text for mark in "'\"’”′″") else ()


def _of_marks(match: re.Match[str]) -> Written:
    if match["alone"]:
        value = magnitude_text.before(match["alone"], len(match["alone"]), 0)
        return Written(match.start(), match.end(), value and value[1], _INCH)
    total = int(match["feet"]) + int(match["inches"] or 0) * _INCH.scale / _FOOT.scale
    return Written(match.start(), match.end(), total.numerator if total.denominator == 1 else total, _FOOT)


def _asked_before(
    text: str, low: str, cue: int, bare: bool, known: tuple[dict[int, Written], ...]
) -> Iterator[tuple[Written, Asked]]:
    """The quantity that is linked to the unit after a cue, or at the start of a line where it is bare."""
    begins = (_THE if bare else _AFTER_ASKING).match(low, cue)
    if begins is None or not unit_text.may_begin(text, begins.end()):
        return
    unit, end = unit_text.read(text, begins.end(), every=True)
    link = _TO_QUANTITY.match(low, end) if unit else None
    if unit is None or link is None:
        return
    closes = _ENDS_LINE if bare else _CLOSES
    for one in (*(of.get(link.end()) for of in known), in_words(text, low, link.end())):
        if one and one.unit.exponents == unit.exponents and closes.match(low, one.end):
            yield one, (begins.end(), end, unit)
            return


def _asked_after(text: str, low: str, one: Written) -> Asked | None:
    """The unit that is asked for right after a quantity."""
    link = _TO_UNIT.match(low, one.end)
    if link is None:
        return None
    unit, end = unit_text.read(text, link.end(), every=True)
    return (link.end(), end, unit) if unit and one.unit.exponents == unit.exponents else None


def _in_a_request(low: str, one: Written, asked: Asked, requests: list[int], lines: list[int]) -> bool:
    """Whether a quantity and the unit after it are a line, or stand in a sentence that asks for something."""
    line = bisect_left(lines, one.start)
    if lines[line : line + 1] == [one.start] and _ENDS_LINE.match(low, asked[1]):
        return True
    if _ASKS_BACK.search(low, one.end, asked[0]):
        return True
    after = bisect_left(requests, one.start)
    last = requests[after - 1] if after else -_AHEAD
    return last >= one.start - _AHEAD and not _SENTENCE_ENDS.search(low, last, one.start)


def _added(low: str, quantities: list[Written], sums: list[int]) -> Iterator[Written]:
    """Those of the quantities that are added to a neighbour."""
    for one, other in pairwise(quantities):
        between = _BETWEEN.fullmatch(low, one.end, other.start) if one.end <= other.start else None
        if between and (between["sign"] or _near(sums, one.start - _BEHIND, other.end + _BEHIND)):
            yield one
            yield other


def _near(places_: list[int], start: int, end: int) -> bool:
    """Whether one of the places is from `start` to `end`."""
    first = bisect_left(places_, start)
    return first < len(places_) and places_[first] <= end


def _in_order(quantities: Iterable[Written]) -> list[Written]:
    return sorted(quantities, key=lambda one: (one.start, -one.end))


def _apart(quantities: list[Written]) -> list[Written]:
    """Those that overlap no longer one, left to right."""
    kept: list[Written] = []
    for one in _in_order(quantities):
        if not kept or kept[-1].end <= one.start:
            kept.append(one)
    return kept
