"""Files of samples, good and bad, and that nothing a line can hold brings the validator down."""

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_rows import ROW, TEXT, TWELVE, write

from fluxem.domains.base import Span
from fluxem.errors import InputError
from fluxem.integration.sample_format import Sample, read_samples, validate_file

BENCHMARK = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "sample_format.py"))
checked_verdict = BENCHMARK["checked_verdict"]


def test_lines_are_numbered_across_parts_of_a_file(tmp_path: Path) -> None:
    long = json.dumps({"text": "x" * 3_000_000, "target_text": "x"})
    lines = [long if number % 3 == 0 else json.dumps(ROW) if number % 2 else "{}" for number in range(12)]
    report = validate_file(write(tmp_path / "long.jsonl", *lines))
    assert sorted({problem.line for problem in report.problems}) == [3, 5, 9, 11]
    assert (report.lines, report.valid) == (12, 8)


def test_all_problems_are_counted_however_few_are_kept(tmp_path: Path) -> None:
    file = write(tmp_path / "bad.jsonl", *["[]"] * 20_000)
    for most in (0, 1, 150, None):
        report = validate_file(file, most_problems=most)
        assert (report.lines, report.valid, report.problem_count) == (20_000, 0, 20_000)
        assert [problem.line for problem in report.problems] == list(range(1, 20_001))[:most]


def test_an_empty_file_is_a_problem(tmp_path: Path) -> None:
    report = validate_file(write(tmp_path / "empty.jsonl"))
    assert (report.lines, report.valid, report.problem_count) == (0, 0, 1)
    assert str(report.problems[0]) == "1: sample: the file is empty; expected one object a line"
    assert validate_file(write(tmp_path / "blank.jsonl", "", "")).problems[0].message.startswith("blank line")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_samples_of_a_file(tmp_path: Path, ending: bytes) -> None:
    file = tmp_path / "good.jsonl"
    for last in (b"", ending):
        file.write_bytes(ending.join([json.dumps(ROW).encode(), b'{"text": "x", "target_text": "y"}']) + last)
        spans = (Span("number", 8, 10, 12), Span("number", 13, 14, 7))
        assert read_samples(file, check_encoding=True) == [Sample(TEXT, "19", spans), Sample("x", "y")]


def test_samples_of_a_bad_file(tmp_path: Path) -> None:
    file = write(tmp_path / "bad.jsonl", json.dumps(ROW), "{}")
    with pytest.raises(InputError, match=r"bad.jsonl:2: text: missing; .* \(and 1 more problems\)$"):
        read_samples(file)
    with pytest.raises(InputError, match=r"bad.jsonl:1: sample: expected an object, got a list$"):
        read_samples(write(file, "[]"))
    for missing in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(InputError, match=rf"^{re.escape(str(missing))}: cannot be read: "):
            read_samples(missing)


# --- nothing brings it down ---


@given(st.binary(max_size=60) | st.text(max_size=60), st.integers(1, 10**9))
def test_any_line_gets_a_verdict(line: bytes | str, number: int) -> None:
    checked_verdict(line, number)


KEYS = ["text", "target_text", "target_value", "spans", "id", "metadata", "type", "start", "end", "value"]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON_VALUES = st.recursive(
    LEAVES | st.sampled_from(["number", TEXT, "12", 12, 8, 10]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(KEYS), JSON_VALUES, max_size=3))
def test_any_json_gets_a_verdict(changes: dict[str, Any]) -> None:
    checked_verdict(json.dumps(ROW | changes), 1)
    checked_verdict(json.dumps(ROW | {"spans": [TWELVE | changes]}), 1)


def test_mutated_lines_are_valid_or_reported() -> None:
    counts = BENCHMARK["fuzz"](4000)
    assert counts["valid"] + counts["invalid"] == 4000
    assert 40 < counts["plainly valid"] <= counts["valid"] < 400  # neither hopeless nor harmless
