"""Every row of the units task at full size against pint, with exact fractions."""

from typing import Any

import pytest
import unit_reader
from hypothesis import given
from hypothesis import strategies as st
from unit_data import UNITS_DATA

from fluxem.domains.quantity import rounded_text
from fluxem.tasks.unit_spellings import COMPOUND, TRAINED, UNTRAINED, Spellings
from fluxem.tasks.units import generate

Rows = dict[str, list[dict[str, Any]]]
TABLES = [(kind, units) for table in (TRAINED, UNTRAINED, COMPOUND) for kind, units in table.items()]


@pytest.fixture(scope="module", params=[0, 1])
def rows(request: pytest.FixtureRequest) -> Rows:
    return generate(UNITS_DATA, request.param)


def test_every_answer_is_that_of_pint(rows: Rows) -> None:
    wrong = [
        (row["text"], row["target_text"])
        for split in rows.values()
        for row in split
        if row["target_text"] != unit_reader.answer(row)
    ]
    assert wrong == []


def test_no_question_is_asked_twice(rows: Rows) -> None:
    asked = [unit_reader.question(row) for split in rows.values() for row in split]
    assert len(set(asked)) == len(asked)
    assert len({row["metadata"]["question"] for split in rows.values() for row in split}) == len(asked)


def test_the_question_is_the_same_in_other_words_spellings_and_orders(rows: Rows) -> None:
    for row in (row for split in rows.values() for row in split):
        kind, rest = row["metadata"]["question"].split(" ", 1)
        one, other = rest.split(" to " if kind == "convert" else " and ")
        spans = [{"type": "phys_quantity", "start": 0, "end": len(one)}]
        spans.append({"type": "phys_unit" if kind == "convert" else "phys_quantity", "start": len(rest) - len(other)})
        spans[1]["end"] = len(rest)
        plain = {"text": rest, "spans": spans, "metadata": row["metadata"]}
        assert kind == row["metadata"]["kind"] and unit_reader.question(plain) == unit_reader.question(row)
        assert kind == "convert" or one <= other


def test_the_metadata_name_the_units_of_the_text(rows: Rows) -> None:
    for row in (row for split in rows.values() for row in split):
        first, other = unit_reader.asked(row)
        second = unit_reader.quantity(other)[1] if row["metadata"]["kind"] == "can_add" else unit_reader.unit(other)
        assert [unit_reader.quantity(first)[1], second] == [unit_reader.unit(unit) for unit in row["metadata"]["units"]]


@pytest.mark.parametrize(("kind", "units"), TABLES, ids=[kind for kind, _ in TABLES])
def test_spellings_mean_what_pint_reads_in_them(kind: str, units: dict[str, Spellings]) -> None:
    dimensions = {unit_reader.unit(text).dimensionality for text in units}
    assert len(dimensions) == 1, kind
    for text, spellings in units.items():
        for written in (*spellings.symbols, *(form for name in spellings.names for form in name)):
            assert unit_reader.unit(written) == unit_reader.unit(text), written


def test_units_of_a_type_differ_and_types_differ_in_dimension() -> None:
    for _, units in TABLES:
        assert len({unit_reader.unit(text) for text in units}) == len(units)
    for table in (TRAINED, COMPOUND):
        assert len({unit_reader.unit(next(iter(units))).dimensionality for units in table.values()}) == len(table)


@given(st.fractions(max_denominator=10**12), st.integers(-30, 30))
def test_answers_are_rounded_as_decimal_rounds(value: Any, power: int) -> None:
    scaled = value * (10 if power >= 0 else 1) ** abs(power) / (10 if power < 0 else 1) ** abs(power)
    assert rounded_text(scaled) == unit_reader.six_digits(scaled)
