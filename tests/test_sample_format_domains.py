"""Spans of every domain in the sample format, and values that no vector holds."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_rows import row_problems

from fluxem.domains.base import Domain, Span
from fluxem.errors import RangeError
from fluxem.integration.sample_format import Sample, validate_file, validate_line
from fluxem.integration.segmenter import spans
from fluxem.registry import DOMAINS


def water(dims: object = None, **changes: object) -> dict[str, Any]:
    quantity = {"type": "phys_quantity", "start": 19, "end": 27, "value": 373.15, "dims": dims or {"Theta": 1}}
    return {
        "text": "Heating of H2O to  373.15 K",
        "spans": [{"type": "chem_formula", "start": 11, "end": 14, "value": "H2O"}, quantity | changes],
        "target_text": "steam",
    }


def test_the_design_documents_own_example_is_valid() -> None:
    """The first implementation refused it: 'float' object has no attribute 'strip'."""
    sample = validate_line(json.dumps(water()), check_encoding=True)
    assert isinstance(sample, Sample), sample
    water_formula, boiling = (span.value for span in sample.spans)
    assert water_formula == DOMAINS["chem_formula"].parse("H2O")
    assert boiling.si == Fraction("373.15")


@pytest.mark.parametrize(
    ("dims", "field", "message"),
    [
        ("L", "spans[1].dims", 'expected an object of integer exponents such as {"Theta": 1}, got "L"'),
        ({"X": 1}, "spans[1].dims", 'unknown key "X"; allowed: I, J, L, M, N, T, Theta'),
        ({"theta": 1}, "spans[1].dims", 'did you mean "Theta"?'),
        ({"Theta": 0.5}, "spans[1].dims.Theta", "expected an integer exponent, got 0.5"),
        ({"Theta": True}, "spans[1].dims.Theta", "expected an integer exponent, got true"),
        ({"L": 1}, "spans[1].value", 'value 373.15 disagrees with text "373.15 K"'),
        ({"Theta": 1, "L": 1}, "spans[1].value", 'value 373.15 disagrees with text "373.15 K"'),
    ],
)
def test_dims_that_are_wrong(dims: object, field: str, message: str) -> None:
    ((found_field, found_message),) = row_problems(water(dims))
    assert found_field == field
    assert message in found_message


def test_dims_are_needed_by_quantities_alone() -> None:
    row = water()
    del row["spans"][1]["dims"]
    assert row_problems(row) == [
        ("spans[1].dims", 'missing; expected an object of integer exponents such as {"Theta": 1}')
    ]
    assert row_problems(water(type="zebra")) == [
        ("spans[1].type", f'expected one of: {", ".join(sorted(DOMAINS))}, got "zebra"')
    ]
    row = water()
    row["spans"][0]["dims"] = {"L": 1}
    assert row_problems(row) == [("spans[0].dims", "a span of type chem_formula has no dims")]


def quantity(text: str, value: object, **dims: int) -> dict[str, Any]:
    return whole("phys_quantity", text, value, dims=dims)


def whole(name: str, text: str, value: object, **more: object) -> dict[str, Any]:
    """A sample whose text is one span."""
    span = {"type": name, "start": 0, "end": len(text), "value": value, **more}
    return {"text": text, "target_text": "x", "spans": [span]}


@pytest.mark.parametrize(
    "row",
    [
        whole("complex", "3+4i", "3+4i"),
        whole("complex", "3 + 4j", "3+4i"),
        whole("vector", "[1, 2]", "(1, 2)"),
        whole("vector", "(1, 0.5)", "(1, 1/2)"),
        whole("boolean", "true", True),
        whole("boolean", "False", "false"),
        quantity("9.81 m/s^2", 9.81, L=1, T=-2),
        quantity("100 °C", 373.15, Theta=1),
        quantity("1 ft", "381/1250", L=1),
        quantity("3 km", 3000, L=1),
        whole("phys_unit", "km/h", "km/h"),
        whole("phys_unit", "C", "C"),
        whole("chem_formula", "H2O", "H2O"),
        whole("chem_reaction", "2H2 + O2 -> 2H2O", "2 H2 + O2 -> 2 H2O"),
        whole("dna", "ATGCGTACGTTAG", "ATGCGTACGTTAG"),
        whole("pitch", "C♯4", "C#4"),
        whole("pitch_class_set", "{7, 0, 4}", "{0, 4, 7}"),
        whole("date", "22 November 2024", "2024-11-22"),
    ],
    ids=lambda row: f"{row['spans'][0]['type']} {row['text']}",
)
def test_values_of_every_domain(row: dict[str, Any]) -> None:
    sample = validate_line(json.dumps(row), check_encoding=True)
    assert isinstance(sample, Sample), sample
    (span,) = sample.spans
    assert span.value == DOMAINS[span.domain].parse(row["text"])


@pytest.mark.parametrize("name", sorted(DOMAINS))
def test_every_domain_is_a_span_type(name: str) -> None:
    example = DOMAINS[name].example
    is_quantity = name == "phys_quantity"
    row = quantity(example, 9.81, L=1, T=-2) if is_quantity else whole(name, example, example)
    assert isinstance(validate_line(json.dumps(row), check_encoding=True), Sample)


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        (whole("complex", "3+4i", "3-4i"), "spans[0].value", 'value "3-4i" disagrees with text "3+4i"'),
        (whole("complex", "3+4i", 3), "spans[0].value", 'expected a string such as "3+4i", got 3'),
        (whole("vector", "(1, 2)", [1, 2]), "spans[0].value", "expected a number or a string, got a list"),
        (whole("vector", "(1, 2)", "(1, two)"), "spans[0].value", "'(1, two)' is not one vector"),
        (whole("boolean", "true", False), "spans[0].value", 'value false disagrees with text "true"'),
        (whole("boolean", "true", 1), "spans[0].value", 'expected a string such as "true", got 1'),
        (whole("chem_formula", "H2O", True), "spans[0].value", "expected a number or a string, got true"),
        (whole("date", "2024-11-22", "2024-11-23"), "spans[0].value", "disagrees with text"),
        (whole("date", "2024-13-45", "2024-13-45"), "spans[0]", "'2024-13-45' is not one date: month must be in 1..12"),
        (whole("pitch", "H4", "H4"), "spans[0]", "'H4' is not one pitch"),
        (whole("pitch", "A9", "A9"), "spans[0]", "outside the MIDI keys"),
        (whole("pitch_class_set", "{0, 4}", "{0, 3}"), "spans[0].value", "disagrees with text"),
        (quantity("3 m", 3, T=1), "spans[0].value", 'value 3 disagrees with text "3 m"'),
        (quantity("3 km", 3, L=1), "spans[0].value", 'value 3 disagrees with text "3 km"'),
        (quantity("3 m", "three", L=1), "spans[0].value", "'three' is not one number"),
        (quantity("m", 1, L=1), "spans[0]", "'m' is not"),
        (whole("date", "2024-11-22", "2024-11-22", dims={"T": 1}), "spans[0].dims", "a span of type date has no dims"),
    ],
)
def test_values_that_are_wrong(row: dict[str, Any], field: str, message: str) -> None:
    ((found_field, found_message),) = row_problems(row)
    assert found_field == field
    assert message in found_message


def test_what_the_segmenter_finds_is_valid() -> None:
    text = "At 373.15 K, on 2024-11-22, H2O -> H2 + O2; G#4, then (1, 2) + 3+4i is 7, {0, 4, 7, t}."
    rows = []
    for span in spans(text):
        domain, written = DOMAINS[span.domain], text[span.start : span.end]
        row = {"type": span.domain, "start": span.start, "end": span.end, "value": written}
        if span.domain == "number":
            row["value"] = span.value
        if span.domain == "phys_quantity":
            row |= {"value": 373.15, "dims": {"Theta": 1}}
        assert domain.parse(written) == span.value
        rows.append(row)
    assert len({row["type"] for row in rows}) == 8
    sample = validate_line(json.dumps({"text": text, "target_text": "x", "spans": rows}), check_encoding=True)
    assert isinstance(sample, Sample) and list(sample.spans) == spans(text)


# --- values that no vector holds, in a domain made for it ---


class Numbered(Domain):
    """Texts `H<n>`, as n; its vectors are rows of a table. It cannot hold 666, and loses 8."""

    name, tag, example, value_types = "chem_formula", 200, "H2", (int,)

    def __init__(self) -> None:
        self.table: list[int] = []
        self.batches = 0

    def find(self, text: str) -> Iterator[Span]:
        yield Span(self.name, 0, len(text), int(text[1:]))

    def encode(self, values: Any) -> Any:
        self.batches += 1
        if 666 in values:
            raise RangeError("666 are too many")
        first = len(self.table)
        self.table += values
        return np.repeat(np.arange(first, len(self.table), dtype=np.float32)[:, None], 128, axis=1)

    def decode(self, vectors: Any) -> list[int]:
        held = [self.table[int(vector[0])] for vector in vectors]
        return [7 if value == 8 else value for value in held]

    def render(self, vectors: Any) -> list[str]:
        return [f"H{value}" for value in self.decode(vectors)]


def test_values_that_no_vector_holds_are_found_in_their_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    domain = Numbered()
    monkeypatch.setitem(DOMAINS, "chem_formula", domain)
    values = [1 + number % 500 for number in range(3000)]
    for number in (1, 1000, 2000, 2999):
        values[number] = 666
    lines = [json.dumps(whole("chem_formula", f"H{value}", f"H{value}")) for value in values]
    lines[8] = "[]"
    file = tmp_path / "formulas.jsonl"
    file.write_text("\n".join(lines))
    report = validate_file(file)
    altered = {number: "8 comes back from its vector as 7" for number in range(7, 3000, 500)}
    refused = dict.fromkeys((1, 1000, 2000, 2999), "666 are too many")
    expected = {number: ("spans[0].value", why) for number, why in (altered | refused).items()}
    expected[8] = ("sample", "expected an object, got a list")
    assert {p.line - 1: (p.field, p.message) for p in report.problems} == expected
    assert list(report.problems) == sorted(report.problems, key=lambda problem: problem.line)
    assert (report.lines, report.valid, report.problem_count) == (3000, 3000 - len(expected), len(expected))
    assert domain.batches < 50
    assert validate_file(file, check_encoding=False).problem_count == 1
