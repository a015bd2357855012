"""Dates: days of the proleptic Gregorian calendar, years 1 to 9999, as `datetime.date` has them.

The payload is the day number, 1 for 0001-01-01 and below 2^24, so that float32 holds it exactly. Beside it stand
year, month and day, and the weekday as a phase cos, sin(2 pi day number / 7). Adding days, given as a number or as a
quantity (`30 days`, `2 weeks`), adds to the day number and turns the phase. A year is no whole number of days.

*Read as dates:* ISO `2024-11-22`, and months in words: `22 November 2024`, `November 22, 2024`, `Nov 22nd 2024`.
`parse` takes ISO dates of all years; `find` those from 1500 to 2199, because in a text `1066-10-14` may be a
subtraction. Not dates: `22/11/2024` and other orders of bare numbers (which of them is the month?), days no month
has, and a date with a time of day, which would be lost.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import lanes
from fluxem.domains.base import Domain, Operation, Span, require_text
from fluxem.domains.number import NUMBER
from fluxem.domains.quantity import PHYS_QUANTITY
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError
from fluxem.space import Vectors

DAY_NUMBER, YEAR, MONTH, DAY = 8, 9, 10, 11
WEEKDAY = slice(12, 14)  # cos, sin

Days = tuple[list[int], NDArray[np.bool_]]
Results = tuple[Vectors, NDArray[np.bool_]]

_DAY = PHYS_QUANTITY.parse("1 day")
_LAST = date.max.toordinal()
_EPOCH = date(1970, 1, 1).toordinal()  # of numpy
_WEEK = np.exp(2j * np.pi * np.arange(7) / 7).astype(np.complex64)

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NUMBER_OF = {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
_MONTH = "(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + r"|Sept)\.?"
_OPERATORS = r"\-+*/^\N{MINUS SIGN}\N{EN DASH}\N{DIVISION SIGN}\N{MULTIPLICATION SIGN}\N{MIDDLE DOT}"
# Every form is looked for at its first digit, which is rare in prose; a month before that is looked up behind it.
_CANDIDATE = re.compile(
    rf"[0-9](?<![\w.{_OPERATORS}].)(?:"
    r"(?<=[12])(?P<iso>[0-9]{3}-[0-9]{2}-[0-9]{2})"
    rf"|(?P<day>[0-9]?)(?:st|nd|rd|th)?(?:\ (?P<month>{_MONTH}),?|,?)\ (?P<year>[1-9][0-9]{{3}})"
    rf")(?![\w{_OPERATORS}]|[.:][0-9])"
)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FOUND_IN = re.compile(r"1[5-9]|2[01]")  # centuries of ISO dates that `find` takes
_MONTH_BEFORE = re.compile(rf"(?<!\w)(?P<month>{_MONTH})\ $")
_LONGEST_MONTH = len("September. ") + 1


class DateDomain(Domain):
    """Days; a value is a `datetime.date` (and no `datetime`: a vector holds no time of day)."""

    name = "date"
    tag = 13
    example = "2024-11-22"
    value_types = (date,)

    def find(self, text: str) -> Iterator[Span]:
        """Dates as the module describes them."""
        for match in _CANDIDATE.finditer(text):
            start = match.start()
            if match["iso"]:
                if not _FOUND_IN.match(match[0]):
                    continue
                year, month, day = map(int, match[0].split("-"))
            else:
                name = match["month"]
                if name is None:
                    before = text[max(start - _LONGEST_MONTH, 0) : start]
                    named = _MONTH_BEFORE.search(before)
                    if named is None:
                        continue
                    name = named["month"]
                    start -= len(before) - named.start()
                year, month = int(match["year"]), _NUMBER_OF[name[:3]]
                day = int(text[match.start()] + match["day"])
            try:
                value = date(year, month, day)
            except ValueError:
                continue
            yield Span(self.name, start, match.end(), value)

    def parse(self, text: str) -> date:
        """The date of a whole text; ParseError if it is none."""
        iso = _ISO.fullmatch(require_text(text).strip())
        if iso is None:
            value: date = super().parse(text)
            return value
        try:
            return date(*map(int, iso.groups()))
        except ValueError as error:
            raise ParseError(f"{iso[0]!r} is not one date: {error}") from None

    def encode(self, values: Sequence[date] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n dates; InputError for another type, a datetime among them."""
        for row, value in enumerate(values):
            if not isinstance(value, date) or isinstance(value, datetime):
                raise InputError(f"row {row}: a date is a datetime.date, not {lanes.shown(value)}")
        return self._of_day_numbers(np.array([value.toordinal() for value in values], np.int64))

    def decode(self, vectors: Vectors) -> list[date]:
        """The dates of vectors (n, 128); InputError when a row is not the vector of one."""
        vectors = lanes.own(self, vectors)
        values = [date.fromordinal(number) for number in self.day_numbers(vectors).tolist()]
        lanes.require_canonical(self, vectors, values)
        return values

    def render(self, vectors: Vectors) -> list[str]:
        """`2024-11-22`."""
        return [value.isoformat() for value in self.decode(vectors)]

    def day_numbers(self, vectors: Vectors) -> NDArray[np.int64]:
        """The day numbers (n,) of vectors (n, 128); InputError as `decode`, whatever the other lanes hold."""
        numbers = np.rint(lanes.own(self, vectors)[:, DAY_NUMBER].astype(np.float64))
        lanes.require(self, (numbers >= 1) & (numbers <= _LAST))
        return numbers.astype(np.int64)

    def _of_day_numbers(self, numbers: NDArray[np.int64]) -> Vectors:
        days = (numbers - _EPOCH).astype("M8[D]")
        months = days.astype("M8[M]")
        vectors = lanes.blank(self, len(numbers))
        vectors[:, DAY_NUMBER] = numbers
        vectors[:, YEAR] = days.astype("M8[Y]").astype(np.int64) + 1970
        vectors[:, MONTH] = months.astype(np.int64) % 12 + 1
        vectors[:, DAY] = (days - months.astype("M8[D]")).astype(np.int64) + 1
        vectors[:, WEEKDAY] = _WEEK[numbers % 7, None].view(np.float32)
        return vectors


DATE = DateDomain()

# --- operations ---


def _days_of(durations: Vectors) -> Days:
    """How many days quantities (n, 128) are, and which of them are whole days (n,); 0 in place of the others."""
    values = PHYS_QUANTITY.decode(durations)
    days = [value.si / _DAY.si if value.unit.exponents == _DAY.unit.exponents else Fraction(1, 2) for value in values]
    whole = np.array([day.denominator == 1 for day in days], bool)
    return [int(day) if day.denominator == 1 else 0 for day in days], whole


def _moving(name: str, sign: int, kind: str, read: Callable[[Vectors], Days]) -> Operation:
    """The operation that moves dates forwards or backwards by what is read as days from vectors of one domain."""

    def move(dates: Vectors, by: Vectors) -> Results:
        days, whole = read(by)
        numbers = DATE.day_numbers(dates) + sign * lanes.bounded(days)
        ok = whole & (numbers >= 1) & (numbers <= _LAST)
        vectors = DATE._of_day_numbers(np.where(ok, numbers, 1))
        vectors[~ok] = 0
        return vectors, ok

    def refusal(dates: Vectors, by: Vectors) -> InputError:
        if not read(by)[1][0]:
            return UndefinedError("a date is moved by a whole number of days")
        return RangeError("the result is outside the years 1 to 9999")

    symbol = "+" if sign > 0 else "-"
    law = f"e(d) {symbol} e(n days) = e(the day n days {'after' if sign > 0 else 'before'} d), bitwise"
    return Operation(name, symbol, ("date", kind), "date", False, law, move, refusal)


def _difference(left: Vectors, right: Vectors) -> Results:
    days = DATE.day_numbers(left) - DATE.day_numbers(right)
    return NUMBER.encode(days), np.ones(len(days), bool)


def _weekday(dates: Vectors) -> Results:
    numbers = DATE.day_numbers(dates)
    return NUMBER.encode((numbers - 1) % 7 + 1), np.ones(len(numbers), bool)


OPERATIONS = (
    _moving("add", 1, "number", lanes.whole_numbers),
    _moving("subtract", -1, "number", lanes.whole_numbers),
    _moving("add", 1, "phys_quantity", _days_of),
    _moving("subtract", -1, "phys_quantity", _days_of),
    Operation(
        "subtract",
        "-",
        ("date", "date"),
        "number",
        False,
        "e(c) - e(d) = e(days from d to c), bitwise",
        _difference,
    ),
    Operation(
        "weekday",
        "weekday",
        ("date",),
        "number",
        False,
        "weekday e(d) = e(ISO 8601 weekday of d, 1 for Monday to 7), bitwise",
        _weekday,
    ),
)
