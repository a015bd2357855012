"""Which samples are valid, and what is said of those that are not."""

import json
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_rows import ROW, SEVEN, TEXT, TWELVE, problems_of, row_problems, with_spans

from fluxem.domains.base import Span
from fluxem.integration.sample_format import Sample, validate_line
from fluxem.registry import DOMAINS


def test_a_sample_is_read_whole() -> None:
    line = json.dumps(ROW | {"target_value": 19, "id": "train-1", "metadata": {"operations": 1}})
    assert validate_line(line) == Sample(
        TEXT, "19", (Span("number", 8, 10, 12), Span("number", 13, 14, 7)), 19, "train-1", {"operations": 1}
    )


def test_only_text_and_target_text_are_needed() -> None:
    assert validate_line('{"text": "Hello", "target_text": "hi"}') == Sample("Hello", "hi")
    assert validate_line('{"text": "Hello", "target_text": "hi", "spans": []}') == Sample("Hello", "hi")


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", " \t\n"])
def test_line_endings(ending: str) -> None:
    assert not problems_of(json.dumps(ROW) + ending)


@pytest.mark.parametrize(
    ("written", "value", "exact"),
    [
        ("12", "12", 12),
        ("-12", "-12", -12),
        ("\N{MINUS SIGN}12", "-12", -12),
        ("12", "12.0", 12),
        ("12", "1.2e1", 12),
        ("012", "12", 12),
        ("1,000,000", "1000000", 10**6),
        ("0.1", "0.1", Fraction(1, 10)),
        ("0.1", '"1/10"', Fraction(1, 10)),
        ("0.1234567890123456789010", "0.123456789012345678901", Fraction(123456789012345678901, 10**21)),
        ("1/3", '"1/3"', Fraction(1, 3)),
        ("1/3", '"2/6"', Fraction(1, 3)),
        ("-1/3", '"-1/3"', Fraction(-1, 3)),
        ("9007199254740993", "9007199254740993", 2**53 + 1),
    ],
)  # fmt: skip
def test_numbers_are_exact(written: str, value: str, exact: object) -> None:
    span = f'{{"type": "number", "start": 0, "end": {len(written)}, "value": {value}}}'
    line = f'{{"text": "{written}", "target_text": "{written}", "target_value": {value}, "spans": [{span}]}}'
    sample = validate_line(line, check_encoding=True)
    assert isinstance(sample, Sample), sample
    assert (sample.spans[0].value, sample.target_value) == (exact, exact)
    assert type(sample.spans[0].value) is type(exact)


@pytest.mark.parametrize("value", ["0.33333333333333333", "0.1000000000000000055511151231257827", '"1/4"', "1"])
def test_a_value_that_is_only_close_disagrees(value: str) -> None:
    for written in ("1/3", "0.1"):
        span = f'{{"type": "number", "start": 0, "end": {len(written)}, "value": {value}}}'
        problems = problems_of(f'{{"text": "{written}", "target_text": "x", "spans": [{span}]}}')
        assert [problem.field for problem in problems] == ["spans[0].value"]


def test_offsets_count_characters_not_bytes() -> None:
    text = "\N{GRINNING FACE}é 12"
    for ascii_only in (True, False):
        row = {"text": text, "target_text": "x", "spans": [TWELVE | {"start": 3, "end": 5}]}
        assert not problems_of(json.dumps(row, ensure_ascii=ascii_only))


def test_target_values() -> None:
    for target, value in [
        ("true", True),
        ("false", False),
        ("1/3", "1/3"),
        ("0.50", Decimal("0.5")),
        ("19", 19),
    ]:
        shown = value if isinstance(value, str | bool | int) else float(value)
        sample = validate_line(json.dumps({"text": "x", "target_text": target, "target_value": shown}))
        assert isinstance(sample, Sample), sample
        assert sample.target_value == (Fraction(value) if isinstance(value, str) else value)


@given(
    st.lists(st.fractions() | st.integers(-(10**30), 10**30), max_size=8),
    st.sampled_from(["+", " * ", "é\n"]),
)
def test_every_exact_number_is_accepted(values: list[Fraction | int], between: str) -> None:
    text, spans = "q", []
    for value in values:
        text += between + "("
        written = str(value)
        given_value = value if isinstance(value, int) else written if value.denominator > 1 else int(value)
        spans.append({"type": "number", "start": len(text), "end": len(text) + len(written), "value": given_value})
        text += written + ")"
    sample = validate_line(json.dumps({"text": text, "target_text": "?", "spans": spans}))
    assert isinstance(sample, Sample), sample
    assert [span.value for span in sample.spans] == values
    assert all(text[span.start : span.end] == str(value) for span, value in zip(sample.spans, values, strict=True))


# --- what is not: a row, the field, a part of the message ---


def without(key: str) -> dict[str, Any]:
    return {k: v for k, v in TWELVE.items() if k != key}


def whole(text: str) -> dict[str, Any]:
    """A sample whose text is one span."""
    return {"text": text, "target_text": "x", "spans": [TWELVE | {"start": 0, "end": len(text)}]}


NUMBER = 'expected a number, or a fraction such as "1/3", got '
ONE_OF = f"expected one of: {', '.join(sorted(DOMAINS))}"
ROWS_WITH_A_FAULT = [
    ({"target_text": "19"}, "text", "missing; expected a string that is not empty"),
    ({"text": TEXT}, "target_text", "missing; expected a string that is not empty"),
    ({"text": 5, "target_text": "19"}, "text", "expected a string that is not empty, got 5"),
    (ROW | {"text": 5}, "text", "expected a string that is not empty, got 5"),
    (ROW | {"text": None}, "text", "expected a string that is not empty, got null"),
    (ROW | {"text": "", "spans": []}, "text", 'expected a string that is not empty, got ""'),
    (ROW | {"target_text": ""}, "target_text", 'expected a string that is not empty, got ""'),
    (ROW | {"target_text": 19}, "target_text", "expected a string that is not empty, got 19"),
    (ROW | {"spans": None}, "spans", "expected a list of objects, got null"),
    (ROW | {"spans": TWELVE}, "spans", "expected a list of objects, got an object"),
    (with_spans(TWELVE, 5), "spans[1]", "expected an object, got 5"),
    (with_spans(None), "spans[0]", "expected an object, got null"),
    (with_spans(without("type")), "spans[0].type", f"missing; {ONE_OF}"),
    (with_spans(TWELVE | {"type": ["number"]}), "spans[0].type", f"{ONE_OF}, got a list"),
    (with_spans(TWELVE | {"type": "zebra"}), "spans[0].type", f'{ONE_OF}, got "zebra"'),
    (with_spans(without("end")), "spans[0].end", "missing; expected an integer"),
    (with_spans(TWELVE | {"end": 99}), "spans[0].end", "at most 15, the length of the text, got 99"),
    (with_spans(TWELVE | {"start": -1}), "spans[0].start", "expected 0 or more, got -1"),
    (with_spans(TWELVE | {"start": 10}), "spans[0].end", "expected more than start, which is 10, got 10"),
    (with_spans(TWELVE | {"start": 12}), "spans[0].end", "expected more than start, which is 12, got 10"),
    (with_spans(TWELVE | {"start": 8.0}), "spans[0].start", "expected an integer, got 8.0"),
    (with_spans(TWELVE | {"end": "10"}, SEVEN), "spans[0].end", 'expected an integer, got "10"'),
    (with_spans(TWELVE | {"start": False}), "spans[0].start", "expected an integer, got false"),
    (with_spans(TWELVE | {"end": True}), "spans[0].end", "expected an integer, got true"),
    (with_spans(TWELVE, TWELVE), "spans[1]", "repeats spans[0], [8, 10)"),
    (with_spans(TWELVE, TWELVE | {"start": 9, "value": 2}), "spans[1]", "overlaps spans[0], [8, 10)"),
    (with_spans(SEVEN, TWELVE), "spans[1].start", "expected at least 13, the start of spans[0], got 8"),
    (ROW | {"txt": 1}, "sample", 'unknown key "txt"; did you mean "text"? allowed: id, metadata, spans, '),
    (with_spans(TWELVE | {"valu": 1}), "spans[0]", 'unknown key "valu"; did you mean "value"? allowed: d'),
    (with_spans(without("value")), "spans[0].value", "missing; expected a number or a string"),
    (with_spans(TWELVE | {"value": None}), "spans[0].value", "expected a number or a string, got null"),
    (with_spans(TWELVE | {"value": True}), "spans[0].value", "expected a number or a string, got true"),
    (with_spans(TWELVE | {"value": [12]}), "spans[0].value", "expected a number or a string, got a list"),
    (with_spans(TWELVE | {"value": "12"}), "spans[0].value", NUMBER + '"12"'),
    (with_spans(TWELVE | {"value": "NaN"}), "spans[0].value", NUMBER + '"NaN"'),
    (with_spans(TWELVE | {"value": " 12/1"}), "spans[0].value", NUMBER + '" 12/1"'),
    (with_spans(TWELVE | {"value": "1/0"}), "spans[0].value", "'1/0' is not one number"),
    (with_spans(TWELVE | {"value": 999}), "spans[0].value", 'value 999 disagrees with text "12"'),
    (with_spans(TWELVE | {"value": 1e300}), "spans[0].value", 'value 1E+300 disagrees with text "12"'),
    (with_spans(TWELVE | {"start": 7}), "spans[0]", 'begins or ends with white space: " 12"'),
    (with_spans(TWELVE | {"start": 0, "end": 4}), "spans[0]", "'What' is not one number"),
    (with_spans(TWELVE | {"dims": {"Theta": 1}}), "spans[0].dims", "a span of type number has no dims"),
    (whole("9" * 300), "spans[0]", "outside the exact range"),
    (whole("9" * 5000), "spans[0]", "outside the exact range"),
    (whole("1" * 300 + ".5"), "spans[0]", "outside the exact range"),
    (ROW | {"target_value": 20}, "target_value", 'value 20 disagrees with target_text "19"'),
    (ROW | {"target_value": "nineteen"}, "target_value", NUMBER + '"nineteen"'),
    (ROW | {"target_value": True}, "target_value", 'value true disagrees with target_text "19"'),
    (ROW | {"target_value": None}, "target_value", "got null"),
    (ROW | {"target_value": [19]}, "target_value", "got a list"),
    (ROW | {"target_text": "many", "target_value": 19}, "target_value", "'many' is not one number"),
    (ROW | {"id": 1.5}, "id", "expected a string or an integer, got 1.5"),
    (ROW | {"id": True}, "id", "expected a string or an integer, got true"),
    (ROW | {"metadata": []}, "metadata", "expected an object, got a list"),
]


@pytest.mark.parametrize(("row", "field", "message"), ROWS_WITH_A_FAULT)
def test_a_sample_with_a_fault(row: dict[str, Any], field: str, message: str) -> None:
    ((found_field, found_message),) = row_problems(row)
    assert found_field == field
    assert message in found_message


def test_every_fault_of_a_line_is_reported() -> None:
    row = {"text": 5, "spans": [TWELVE | {"start": True, "value": None}, 3, {}], "metadata": 1}
    assert [field for field, _ in row_problems(row)] == [
        "text", "target_text", "spans[0].start", "spans[0].value", "spans[1]",
        "spans[2].type", "spans[2].start", "spans[2].end", "spans[2].value", "metadata",
    ]  # fmt: skip


def test_messages_are_short_printable_and_on_one_line() -> None:
    for junk in ("x" * 10**6, "\n\x1b[31m", "é" * 100, 10**4000, {"a": 1}):
        for row in (
            junk,
            ROW | {"text": junk},
            ROW | {str(junk): 1},
            with_spans(TWELVE | {"type": junk, "end": junk}),
        ):
            for _, message in row_problems(row):
                assert len(message) < 250
                assert message.isprintable()


def test_metadata_is_free_but_not_bottomless() -> None:
    def nested(depth: int) -> Any:
        value: Any = 1
        for level in range(depth):
            value = {"a": value} if level % 2 == 0 else [value]
        return {"a": value}

    assert not row_problems(ROW | {"metadata": nested(63)})
    assert row_problems(ROW | {"metadata": nested(64)}) == [("metadata", "nested more than 64 levels deep")]
    assert row_problems(ROW | {"metadata": nested(400)}) == [("metadata", "nested more than 64 levels deep")]


# --- overlaps ---


def brute_force_tangles(bounds: list[tuple[int, int]]) -> bool:
    return any(a[0] < b[1] and b[0] < a[1] for i, a in enumerate(bounds) for b in bounds[:i])


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 3)), max_size=6))
def test_overlaps_are_those_a_pairwise_test_finds(placed: list[tuple[int, int]]) -> None:
    bounds = [(start, start + length) for start, length in placed]
    spans = [{"type": "number", "start": a, "end": b, "value": int("1" * (b - a))} for a, b in bounds]
    found = row_problems({"text": "1" * 11, "target_text": "x", "spans": spans})
    overlaps = [field for field, message in found if re.match("overlaps|repeats", message)]
    unsorted = [field for field, message in found if "the start of" in message]
    assert bool(overlaps) == brute_force_tangles(bounds)
    assert unsorted == [f"spans[{i}].start" for i in range(1, len(bounds)) if bounds[i][0] < bounds[i - 1][0]]
    assert len(found) == len(overlaps) + len(unsorted)


def test_many_spans_in_a_sample() -> None:
    """Regression of the original: its pairwise test took 4.5 s for 4000 spans; this many would take hours."""
    count = 200_000
    row = {"text": "7 " * count, "target_text": "x", "spans": []}
    row["spans"] = [{"type": "number", "start": 2 * i, "end": 2 * i + 1, "value": 7} for i in range(count)]
    assert not row_problems(row)
    row["spans"].reverse()
    assert len(row_problems(row)) == count - 1
    row["spans"] = [{"type": "number", "start": 0, "end": 1, "value": 7}] * count
    assert len(row_problems(row)) == count - 1
