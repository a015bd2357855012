"""Arithmetic questions against Python's own reading of them: targets, splits, spans, ranges, and reproducibility."""

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from arithmetic_reader import evaluate, numbers, operations, parse, read, without_order
from hypothesis import given
from hypothesis import strategies as st
from tiny import DATA, write_data

from fluxem import tasks
from fluxem.errors import InputError
from fluxem.integration.sample_format import validate_file
from fluxem.integration.segmenter import spans
from fluxem.tasks.arithmetic import PHRASINGS, SENTENCES, generate
from fluxem.tasks.arithmetic_chains import Chain

Rows = dict[str, list[dict[str, Any]]]
NAMES = {"+": "Add", "-": "Sub", "*": "Mult", "/": "Div"}
BINARY_NAMES = {"Add": "add", "Sub": "subtract", "Mult": "multiply", "Div": "divide"}
SIGNED = {"id_range": [-20, 20], "ood_magnitude_range": [-9999, -1000]}
DIVIDING = {"operations": ["+", "-", "*", "/"], "id_range": [0, 12], "ood_magnitude_range": [20, 60]}


@pytest.fixture(scope="module")
def many() -> Rows:
    return generate(DATA | {"train_size": 1500, "validation_size": 300, "test_size": 150}, 3)


def every_row(rows: Rows) -> list[dict[str, Any]]:
    return [row for split in rows.values() for row in split]


# --- chains ---

chains = st.recursive(
    st.integers(0, 12),
    lambda operand: st.lists(st.tuples(operand, st.sampled_from("+-*/")), min_size=2, max_size=4).map(
        lambda parts: Chain(tuple(part for part, _ in parts), tuple(operation for _, operation in parts[1:]))
    ),
    max_leaves=10,
).filter(lambda drawn: isinstance(drawn, Chain))


def python_text(part: int | Chain) -> str:
    if not isinstance(part, Chain):
        return str(part)
    first, *rest = map(python_text, part.operands)
    return f"({first}{''.join(symbol + text for symbol, text in zip(part.operations, rest, strict=True))})"


@given(chains)
def test_a_chain_means_what_python_reads(chain: Chain) -> None:
    read_by_python = parse(python_text(chain))
    assert chain.count() == len(operations(read_by_python))
    try:
        expected = evaluate(read_by_python)
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            chain.value()
    else:
        assert chain.value() == expected


def test_products_come_before_sums_and_equals_go_from_left_to_right() -> None:
    assert Chain((2, 3, 4), ("+", "*")).value() == 14
    assert Chain((10, 4, 3), ("-", "-")).value() == 3
    assert Chain((12, 2, 3), ("/", "*")).value() == 18
    assert Chain((Chain((2, 3), ("+",)), 4), ("*",)).value() == 20
    assert Chain((1, 3), ("/",)).value() == Fraction(1, 3)


@given(chains, chains)
def test_the_key_of_a_question_ignores_needless_brackets_and_commuting(a: Chain, b: Chain) -> None:
    assert (a.key() == b.key()) == (without_order(parse(python_text(a))) == without_order(parse(python_text(b))))
    for symbol in "+*":
        assert Chain((a, b), (symbol,)).key() == Chain((b, a), (symbol,)).key()
    assert Chain((a, 5), ("-",)).key() != Chain((5, a), ("-",)).key()
    assert Chain((Chain((3, 4), ("*",)), 5), ("+",)).key() == Chain((3, 4, 5), ("*", "+")).key()


# --- rows ---


@pytest.mark.parametrize("changed", [{}, SIGNED, DIVIDING, {"phrasings": False}], ids=str)
def test_targets_are_what_the_question_asks(changed: dict[str, Any]) -> None:
    for row in every_row(generate(DATA | {"train_size": 300} | changed, 1)):
        asked = read(row["text"])
        assert row["target_text"] == str(evaluate(asked)), row
        assert re.fullmatch(r"-?[1-9][0-9]*|0", row["target_text"]), row
        assert row["metadata"]["operations"] == len(operations(asked)), row
        assert row["metadata"]["brackets"] == ("(" in row["text"]), row


def test_every_way_to_ask_is_used_and_read_rightly(many: Rows) -> None:
    rows = every_row(many)
    assert all(row["target_text"] == str(evaluate(read(row["text"]))) for row in rows)
    texts = {row["text"].lower() for row in rows}
    for form in (*PHRASINGS, *(form for symbol in "+-*" for form in SENTENCES[symbol])):
        pattern = re.sub(r"\\{.?\\}", "[0-9].*", re.escape(form.lower()))
        assert any(re.fullmatch(pattern, text) for text in texts), form


def test_no_question_is_asked_twice() -> None:
    few_values = {"id_range": [0, 9], "train_size": 400, "validation_size": 100, "test_size": 100}
    asked = Counter(without_order(read(row["text"])) for row in every_row(generate(DATA | few_values, 0)))
    assert asked.most_common(1)[0][1] == 1


@pytest.mark.parametrize("changed", [{}, SIGNED], ids=str)
def test_spans_are_what_the_segmenter_finds(changed: dict[str, Any]) -> None:
    for row in every_row(generate(DATA | {"train_size": 300} | changed, 2)):
        assert row["spans"] == [span_row(span) for span in spans(row["text"])], row
        assert [int(row["text"][span["start"] : span["end"]]) for span in row["spans"]] == [
            span["value"] for span in row["spans"]
        ]


def span_row(span: Any) -> dict[str, Any]:
    return {"type": span.domain, "start": span.start, "end": span.end, "value": span.value}


def test_every_split_keeps_to_its_ranges(many: Rows) -> None:
    usual, large, short, long = (0, 99), (10000, 99999), (1, 3), (4, 5)
    expected = {
        "train": (1500, usual, short),
        "validation": (300, usual, short),
        "test_id": (150, usual, short),
        "test_ood_magnitude": (150, large, short),
        "test_ood_length": (150, usual, long),
        "test_ood_combined": (150, large, long),
    }
    assert list(many) == list(expected)
    for split, (size, (low, high), (fewest, most)) in expected.items():
        asked = [read(row["text"]) for row in many[split]]
        counts = {len(operations(node)) for node in asked}
        assert counts == set(range(fewest, most + 1))
        assert {name for node in asked for name in operations(node)} == {NAMES[symbol] for symbol in "+-*"}
        drawn = [value for node in asked for value in numbers(node)]
        assert low <= min(drawn) and max(drawn) <= high
        assert max(drawn) - min(drawn) > 0.9 * (high - low)
        assert [row["id"] for row in many[split]] == [f"{split}-{number}" for number in range(size)]


def test_only_the_operations_asked_for_are_used() -> None:
    for symbol in "+-*":
        rows = every_row(generate(DATA | {"operations": [symbol]}, 0))
        assert {name for row in rows for name in operations(read(row["text"]))} == {NAMES[symbol]}


def test_divisions_come_out_even_and_never_by_zero() -> None:
    changed = {"operations": ["/"], "id_range": [-9, 9], "ood_magnitude_range": [10, 40], "ood_ops": [4, 4]}
    for row in every_row(generate(DATA | changed, 0)):
        asked = read(row["text"])
        assert set(operations(asked)) == {"Div"}
        assert evaluate(asked) == int(row["target_text"])


@pytest.mark.parametrize("share", [0, 1])
def test_brackets_come_as_often_as_asked(share: int) -> None:
    for row in every_row(generate(DATA | {"parentheses": share, "id_ops": [2, 3]}, 0)):
        assert row["metadata"]["brackets"] == bool(share)


def test_bare_expressions_are_plain_python() -> None:
    for row in every_row(generate(DATA | {"phrasings": False}, 0)):
        assert re.fullmatch(r"[0-9()+*\- ]+", row["text"])
        assert evaluate(ast.parse(row["text"], mode="eval").body) == int(row["target_text"])


def test_rows_are_in_the_sample_format(tmp_path: Path) -> None:
    for changed in ({}, SIGNED, DIVIDING):
        folder = write_data(tmp_path, **changed)
        for split in generate(DATA, 0):
            report = validate_file(folder / f"{split}.jsonl")
            assert report.problems == () and report.valid == DATA.get(f"{split}_size", DATA["test_size"])


# --- reproducibility ---


@pytest.mark.parametrize("split, size", [("train", "train_size"), ("validation", "validation_size")])
def test_a_longer_split_keeps_its_first_rows(split: str, size: str) -> None:
    short, long = (generate(DATA | {size: rows}, 0)[split] for rows in (20, 90))
    assert long[:20] == short and len(long) == 90


def test_seeds_differ() -> None:
    texts = [{row["text"] for row in every_row(generate(DATA, seed))} for seed in (0, 1)]
    assert len(texts[0] & texts[1]) < 0.1 * len(texts[0])


def test_the_bytes_do_not_hang_on_the_order_of_hashes() -> None:
    program = (
        "import hashlib, json, sys; from fluxem import tasks; "
        "rows = tasks.generate('arithmetic', json.loads(sys.argv[1]), 5); "
        "print(hashlib.sha256(json.dumps(rows).encode()).hexdigest())"
    )
    expected = hashlib.sha256(json.dumps(tasks.generate("arithmetic", DATA, 5)).encode()).hexdigest()
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-c", program, json.dumps(DATA)]
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert result.stdout.strip() == expected


# --- refusals ---


def test_ranges_too_narrow_for_so_many_questions_are_refused() -> None:
    narrow = {"id_range": [0, 3], "id_ops": [1, 1], "operations": ["+"], "parentheses": 0}
    with pytest.raises(InputError, match=r"^data\.train row 10: .* allowed: .*\[0, 3\]$"):
        generate(DATA | narrow, 0)  # 4 values have 10 sums
    with pytest.raises(InputError, match=r"^data\.validation row 0: "):
        generate(DATA | narrow | {"train_size": 10}, 0)


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(InputError, match="task: 'riddles' is unknown; allowed: arithmetic"):
        tasks.generate("riddles", DATA, 0)


def test_the_splits_of_one_length_have_a_size_of_their_own() -> None:
    sizes = {"train_size": 3, "validation_size": 2, "test_size": 6, "ood_lengths": [10, 20], "length_test_size": 4}
    made = generate(DATA | sizes, 0)
    assert [len(made[f"test_ood_length{which}"]) for which in ("", "_10", "_20")] == [6, 4, 4]
