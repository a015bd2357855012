"""Dates against Python's `datetime.date`."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fluxem
from fluxem import laws, space
from fluxem.domains.date import DATE, DAY, DAY_NUMBER, MONTH, OPERATIONS, WEEKDAY, YEAR
from fluxem.domains.number import NUMBER
from fluxem.domains.quantity import PHYS_QUANTITY
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError

ADD, BACK, ADD_TIME, BACK_TIME, DIFFERENCE, WEEKDAY_OF = OPERATIONS
EDGES = [date.min, date.max, date(1, 12, 31), date(1582, 10, 15), date(1600, 2, 29), date(1969, 12, 31)]
dates = st.dates() | st.sampled_from(EDGES)
moves = st.tuples(dates, st.integers(-(4 * 10**6), 4 * 10**6) | st.sampled_from([0, 10**100, Fraction(1, 2)]))


def moved(day: date, by: Any) -> date:
    if not isinstance(by, int):
        raise UndefinedError
    return day + timedelta(by)  # an OverflowError outside the calendar


@given(st.lists(dates))
def test_every_date_comes_back(values: list[date]) -> None:
    laws.assert_round_trip(DATE, values)


def test_every_day_of_the_calendar_comes_back() -> None:
    values = [date.fromordinal(number) for number in range(1, date.max.toordinal() + 1, 97)]
    assert DATE.decode(DATE.encode(values)) == values


@given(st.lists(moves, min_size=1))
def test_adding_days_is_exact_or_refused(values: list[tuple[date, Any]]) -> None:
    laws.assert_homomorphism([DATE, NUMBER, DATE], ADD, moved, values)
    laws.assert_homomorphism([DATE, NUMBER, DATE], BACK, lambda day, by: moved(day, -by), values)


@pytest.mark.parametrize(
    ("duration", "days"),
    [
        *(("30 days", 30), ("1 day", 1), ("2 weeks", 14), ("48 h", 2), ("-1 day", -1), ("86400 s", 1)),
        *(("0 s", 0),),
        *(("36 h", None), ("1 year", None), ("1 month", None), ("3 m", None), ("3 day^2", None)),
    ],
)
def test_quantities_of_whole_days_are_added(duration: str, days: int | None) -> None:
    def later(day: date, _: Any) -> date:
        if days is None:
            raise UndefinedError
        return day + timedelta(days)

    values = [(day, PHYS_QUANTITY.parse(duration)) for day in (date(2024, 2, 28), date(1900, 3, 1))]
    laws.assert_homomorphism([DATE, PHYS_QUANTITY, DATE], ADD_TIME, later, values)
    laws.assert_homomorphism([DATE, PHYS_QUANTITY, DATE], BACK_TIME, lambda d, q: d - (later(d, q) - d), values)


@given(st.lists(st.tuples(dates, dates), min_size=1))
def test_differences_are_exact(values: list[tuple[date, date]]) -> None:
    laws.assert_homomorphism([DATE, DATE, NUMBER], DIFFERENCE, lambda c, d: (c - d).days, values)


@given(st.lists(dates, min_size=1))
def test_weekdays_are_those_of_iso_8601(values: list[date]) -> None:
    laws.assert_homomorphism([DATE, NUMBER], WEEKDAY_OF, date.isoweekday, [(value,) for value in values])


@given(dates)
def test_the_lanes_say_what_they_say(value: date) -> None:
    vector = DATE.encode([value])[0]
    assert vector[[DAY_NUMBER, YEAR, MONTH, DAY]].tolist() == [value.toordinal(), value.year, value.month, value.day]
    angle = np.arctan2(*vector[WEEKDAY][::-1].astype(float)) * 7 / (2 * np.pi)
    assert round(angle) % 7 == value.toordinal() % 7
    assert not vector[WEEKDAY.stop :].any()


READ = [
    ("2024-11-22", date(2024, 11, 22)),
    ("22 November 2024", date(2024, 11, 22)),
    ("22 Nov 2024", date(2024, 11, 22)),
    ("22nd November, 2024", date(2024, 11, 22)),
    ("November 22, 2024", date(2024, 11, 22)),
    ("Nov. 22nd 2024", date(2024, 11, 22)),
    ("Sept 5, 1999", date(1999, 9, 5)),
    ("14 October 1066", date(1066, 10, 14)),
    ("May 1, 2020", date(2020, 5, 1)),
    ("29 February 2024", date(2024, 2, 29)),
]


@pytest.mark.parametrize(("written", "value"), READ)
def test_dates_are_found(written: str, value: date) -> None:
    assert DATE.parse(f" {written} ") == value
    for before, after in (("", ""), ("On ", ", 3 men"), ("😀 (", ")."), ("is ", "?"), ("", " + 40")):
        ((start, end, found),) = [(s.start, s.end, s.value) for s in DATE.find(before + written + after)]
        assert (start, end, found) == (len(before), len(before) + len(written), value)


def test_iso_dates_of_all_years_are_read_where_asked_for() -> None:
    assert DATE.parse("0001-01-01") == date.min and DATE.parse("9999-12-31") == date.max
    assert not list(DATE.find("1066-10-14"))  # 1066 - 10 - 14?


@pytest.mark.parametrize(
    "text",
    [
        *("2024-13-45", "2024-02-30", "2023-02-29", "2024-00-10", "0000-01-01", "2024-1-1", "20241122"),
        *("22/11/2024", "11/22/2024", "22.11.2024", "22-11-2024", "12024-11-22", "2024-11-225"),
        *("2024-11-22T10:00",),
        *("31 June 2024", "November 31, 2024", "32 May 2024", "November 2024", "22 November", "May 5"),
        *("Smarch 5, 2024",),
        *("", "today", "2024", "2024-11", "22 november 2024"),
    ],
)
def test_what_is_no_date_is_refused_and_not_found(text: str) -> None:
    """The first implementation accepted 2024-13-45."""
    with pytest.raises(ParseError):
        DATE.parse(text)
    assert not list(DATE.find(text)) and not list(DATE.find(f"on {text}, in"))


@pytest.mark.parametrize(
    "text", ["5-2024-11-22", "2024-11-22-5", "2024-11-22/2", "x2024-11-22", "1.2024-11-22", "2024-11-22.5"]
)
def test_a_date_is_not_cut_out_of_something_longer(text: str) -> None:
    assert not list(DATE.find(text))


@pytest.mark.parametrize("value", [datetime(2024, 11, 22, 10), "2024-11-22", 739212, None, timedelta(3)])
def test_what_is_no_date_is_not_encoded(value: Any) -> None:
    with pytest.raises(InputError, match="^row 1: a date is a datetime.date, not "):
        DATE.encode([date(2024, 11, 22), value])


@pytest.mark.parametrize("value", EDGES)
def test_a_vector_with_any_lane_changed_is_no_date(value: date) -> None:
    for lane in range(space.DIM):
        vector = DATE.encode([value])
        vector[0, lane] += 1.5
        with pytest.raises(InputError, match="^row 0: "):
            DATE.decode(vector)


@pytest.mark.parametrize("poison", [0, -5, 4e6, 3e38, float("nan"), float("inf")])
def test_day_numbers_outside_the_calendar_are_refused(poison: float) -> None:
    vectors = DATE.encode([date(2024, 11, 22)] * 2)
    vectors[1, DAY_NUMBER] = poison
    for use in (DATE.decode, DATE.render, WEEKDAY_OF.function, lambda v: DIFFERENCE.function(v, v)):
        with pytest.raises(InputError, match="^row 1: "):
            use(vectors)


def test_operations_say_why_there_is_no_result() -> None:
    day = fluxem.encode(date(9999, 12, 31))
    with pytest.raises(RangeError, match="^add: the result is outside the years 1 to 9999$"):
        fluxem.apply("add", day, fluxem.encode(1))
    with pytest.raises(UndefinedError, match="^subtract: a date is moved by a whole number of days$"):
        fluxem.apply("subtract", day, fluxem.encode("1/2"))
    assert fluxem.decode(fluxem.apply("subtract", day, fluxem.encode(date(9999, 12, 1)))) == 30


def test_distinct_dates_have_distinct_vectors() -> None:
    values = [date(2024, 1, 1) + timedelta(days) for days in range(3000)]
    assert len({row.tobytes() for row in DATE.encode(values)}) == 3000


def test_empty_batches() -> None:
    empty = DATE.encode([])
    assert empty.shape == (0, 128) and DATE.decode(empty) == [] and DATE.render(empty) == []
    assert all(one.function(*[empty] * len(one.operands))[0].shape == (0, 128) for one in (DIFFERENCE, WEEKDAY_OF))
