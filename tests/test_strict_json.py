"""Lines that are no strict JSON, or no object: each is one problem, and none makes the validator fail."""

import json
from pathlib import Path

import pytest
from sample_rows import ROW, problems_of, write

from fluxem.integration.sample_format import validate_file

WITH_METADATA = '{"text": "x", "target_text": "x", "metadata": {"n": %s}}'
NO_SAMPLE = [
    ('["text"]', "expected an object, got a list"),
    ('"text"', 'expected an object, got "text"'),
    ("null", "expected an object, got null"),
    ("12", "expected an object, got 12"),
    ("1.50", "expected an object, got 1.50"),
    ("true", "expected an object, got true"),
    ("", "blank line"),
    (" \t\r\n", "blank line"),
    ("{", "not JSON"),
    ('  {"text" 1}', "at character 11"),
    (json.dumps(ROW)[:-1], "not JSON"),
    (json.dumps(ROW) + " {}", "more follows"),
    (json.dumps(ROW) * 2, "more follows"),
    ("\N{ZERO WIDTH NO-BREAK SPACE}" + json.dumps(ROW), "byte order mark"),
    ("\0" + json.dumps(ROW), "NUL at character 1"),
    ('{"text": "a\0b", "target_text": "x"}', "NUL at character 12"),
    (r'{"text": "a\u0000b", "target_text": "x"}', r"\u0000 at character 12 is NUL"),
    (r'{"text": "a\ud800b", "target_text": "x"}', r"\ud800 at character 12"),
    (r'{"text": "\\\uDFFF", "target_text": "x"}', r"\uDFFF at character 13"),
    (r'{"text": "\ud83d\ude00\ud83d", "target_text": "x"}', r"\ud83d at character 23"),
    (r'{"text": "x", "target_text": "x", "metadata": {"\udc00": 1}}', r"\udc00"),
    ('{"text": "\ud800", "target_text": "x"}', "not UTF-8"),
    (b'{"text": "\xff", "target_text": "x"}', "not UTF-8"),
    (b'{"text": "\xed\xa0\x80", "target_text": "x"}', "not UTF-8"),
    (b'{"text": "\xc0\x80", "target_text": "x"}', "not UTF-8"),
    ("[" * 100_000, "nested too deeply"),
    ('{"a":' * 100_000, "nested too deeply"),
    ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
    ("9" * 5000, "too many digits"),
    (WITH_METADATA % ("9" * 5000), "too many digits"),
    (WITH_METADATA % "NaN", "NaN is not a JSON number"),
    (WITH_METADATA % "-Infinity", "-Infinity is not a JSON number"),
    (WITH_METADATA % "1e9999999999999999999", "exponent too large"),
    ('{"text": "x", "text": "x", "target_text": "x"}', 'the key "text" is repeated'),
    (json.dumps(ROW).replace('"start": 8', '"start": 8, "start": 8'), 'the key "start" is repeated'),
]


@pytest.mark.parametrize(("line", "message"), NO_SAMPLE)
def test_a_line_that_is_no_sample(line: bytes | str, message: str) -> None:
    (problem,) = problems_of(line, number=7)
    assert (problem.line, problem.field) == (7, "sample")
    assert message in problem.message


def test_one_bad_line_does_not_hide_the_others(tmp_path: Path) -> None:
    bad = [line for line, _ in NO_SAMPLE if isinstance(line, bytes) or line.isascii()]
    bad.remove(" \t\r\n")  # two lines of a file
    report = validate_file(write(tmp_path / "mixed.jsonl", json.dumps(ROW), *bad, json.dumps(ROW)))
    assert (report.lines, report.valid, report.problem_count) == (len(bad) + 2, 2, len(bad))
    assert [problem.line for problem in report.problems] == list(range(2, len(bad) + 2))


def test_escapes_that_are_fine() -> None:
    for escaped in (r"\ud83d\ude00", r"\\ud800", r"\\\\u0000", r"\"\u00d7\n", r"\\\ud83d\ude00"):
        assert not problems_of(rf'{{"text": "{escaped}", "target_text": "x"}}'), escaped
