"""Domains other than numbers, and values that no vector holds: registering a domain is all it takes."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_rows import row_problems

from fluxem.domains.base import Domain, Span
from fluxem.errors import ParseError, RangeError
from fluxem.integration.sample_format import Sample, validate_file, validate_line
from fluxem.registry import DOMAINS


class Formula(Domain):
    """Formulas of hydrogen and oxygen, as (hydrogens, oxygens); its vectors are rows of a table."""

    name, tag, example, value_types = "chem_formula", 200, "H2O", (tuple,)
    pattern = re.compile(r"H(\d+)O")

    def __init__(self) -> None:
        self.table: list[Any] = []
        self.batches = 0

    def find(self, text: str) -> Iterator[Span]:
        for match in self.pattern.finditer(text):
            yield Span(self.name, match.start(), match.end(), self.value(match))

    def value(self, match: re.Match[str]) -> Any:
        return int(match[1]), 1

    def encode(self, values: Any) -> Any:
        self.batches += 1
        if any(value[0] == 666 for value in values):
            raise RangeError("666 hydrogens are too many")
        first = len(self.table)
        self.table += values
        return np.repeat(np.arange(first, len(self.table), dtype=np.float32)[:, None], 128, axis=1)

    def decode(self, vectors: Any) -> list[Any]:
        held = [self.table[int(vector[0])] for vector in vectors]
        return [(7, 1) if value == (8, 1) else value for value in held]

    def render(self, vectors: Any) -> list[str]:
        return [f"H{h}O" for h, _ in self.decode(vectors)]


class Quantity(Formula):
    """Temperatures, as (kelvins, exponents)."""

    name, tag, example = "phys_quantity", 201, "373.15 K"
    pattern = re.compile(r"([\d.]+) K")

    def value(self, match: re.Match[str]) -> Any:
        return Fraction(match[1]), (("Theta", 1),)

    def with_dims(self, value: int | Decimal | str, dims: dict[str, int]) -> Any:
        if dims.get("L", 0) > 3:
            raise ParseError("there is no such temperature")
        return Fraction(value), tuple(sorted(dims.items()))


@pytest.fixture
def formula(monkeypatch: pytest.MonkeyPatch) -> Formula:
    domain = Formula()
    monkeypatch.setitem(DOMAINS, "chem_formula", domain)
    monkeypatch.setitem(DOMAINS, "phys_quantity", Quantity())
    return domain


def water(dims: object = None, **changes: object) -> dict[str, Any]:
    quantity = {
        "type": "phys_quantity",
        "start": 19,
        "end": 27,
        "value": 373.15,
        "dims": dims or {"Theta": 1},
    }
    return {
        "text": "Heating of H2O to  373.15 K",
        "spans": [{"type": "chem_formula", "start": 11, "end": 14, "value": "H2O"}, quantity | changes],
        "target_text": "steam",
    }


@pytest.mark.usefixtures("formula")
def test_the_design_documents_own_example_is_valid() -> None:
    sample = validate_line(json.dumps(water()), check_encoding=True)
    assert isinstance(sample, Sample), sample
    assert [span.value for span in sample.spans] == [(2, 1), (Fraction("373.15"), (("Theta", 1),))]


@pytest.mark.usefixtures("formula")
@pytest.mark.parametrize(
    ("dims", "field", "message"),
    [
        ("L", "spans[1].dims", 'expected an object of integer exponents such as {"Theta": 1}, got "L"'),
        ({"X": 1}, "spans[1].dims", 'unknown key "X"; allowed: I, J, L, M, N, T, Theta'),
        ({"theta": 1}, "spans[1].dims", 'did you mean "Theta"?'),
        ({"Theta": 0.5}, "spans[1].dims.Theta", "expected an integer exponent, got 0.5"),
        ({"Theta": True}, "spans[1].dims.Theta", "expected an integer exponent, got true"),
        ({"L": 1}, "spans[1].value", 'value 373.15 disagrees with text "373.15 K"'),
        ({"L": 4}, "spans[1].value", "there is no such temperature"),
    ],
)
def test_dims_that_are_wrong(dims: object, field: str, message: str) -> None:
    ((found_field, found_message),) = row_problems(water(dims))
    assert found_field == field
    assert message in found_message


@pytest.mark.usefixtures("formula")
def test_dims_are_needed_by_quantities_alone() -> None:
    row = water()
    del row["spans"][1]["dims"]
    assert row_problems(row) == [
        ("spans[1].dims", 'missing; expected an object of integer exponents such as {"Theta": 1}')
    ]
    assert row_problems(water(type="zebra")) == [
        ("spans[1].type", 'expected one of: chem_formula, number, phys_quantity, got "zebra"')
    ]
    row = water()
    row["spans"][0]["dims"] = {"L": 1}
    assert row_problems(row) == [("spans[0].dims", "a span of type chem_formula has no dims")]


def hydrogen(count: int) -> str:
    text = f"H{count}O"
    span = {"type": "chem_formula", "start": 0, "end": len(text), "value": text}
    return json.dumps({"text": text, "target_text": "x", "spans": [span]})


def test_values_that_no_vector_holds_are_found_in_their_batch(tmp_path: Path, formula: Formula) -> None:
    lines = [hydrogen(1 + number % 500) for number in range(3000)]
    lines[8] = "[]"
    for number in (1, 1000, 2000, 2999):
        lines[number] = hydrogen(666)
    file = tmp_path / "formulas.jsonl"
    file.write_text("\n".join(lines))
    report = validate_file(file)
    altered = {number: "(8, 1) comes back from its vector as (7, 1)" for number in range(7, 3000, 500)}
    refused = dict.fromkeys((1, 1000, 2000, 2999), "666 hydrogens are too many")
    expected = {number: ("spans[0].value", why) for number, why in (altered | refused).items()}
    expected[8] = ("sample", "expected an object, got a list")
    assert {p.line - 1: (p.field, p.message) for p in report.problems} == expected
    assert list(report.problems) == sorted(report.problems, key=lambda problem: problem.line)
    assert (report.lines, report.valid, report.problem_count) == (3000, 3000 - len(expected), len(expected))
    assert formula.batches < 50
    assert validate_file(file, check_encoding=False).problem_count == 1
