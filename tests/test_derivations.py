"""Derivations of arithmetic questions: the executor that follows one on the spans of the text finds the target."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from arithmetic_reader import evaluate, operations, parse, read
from hypothesis import given
from mixed import streams_from
from test_arithmetic import BINARY_NAMES, DIVIDING, SIGNED, chains, every_row, python_text
from tiny import DATA

from fluxem import algebra, registry, residues
from fluxem.errors import InputError
from fluxem.integration.reductions import CHOICES, RESULT_TYPE, execute_choices
from fluxem.tasks.arithmetic import generate
from fluxem.tasks.arithmetic_chains import APPLY, Chain

NAMES = [(registry.OPERATIONS[operation].name, swapped) for operation, swapped in CHOICES]
LONG = {"train_size": 1, "validation_size": 1, "test_size": 25}


def follow(row: dict[str, Any]) -> str:
    """The answer that a derivation leads to; checks that each of its reductions is allowed and can be done."""
    streams = streams_from(row["text"])
    for pair, name, swapped in row["metadata"]["derivation"]:
        assert streams.adjacent()[0, pair], (row, streams.text(0))
        choice = np.array([NAMES.index((name, swapped))])
        results, ok = execute_choices(choice, streams.vectors[:, pair], streams.vectors[:, pair + 1])
        assert ok.all(), (row, streams.text(0))
        streams = streams.reduce(np.array([pair]), results, RESULT_TYPE[choice])
    assert streams.counts.tolist() == [1]
    return algebra.answer_batch(streams.last_vectors())[0]


@pytest.mark.parametrize(
    "changed",
    [
        {"train_size": 600},
        {"train_size": 200, "parentheses": 1.0, "id_ops": [2, 3]},
        SIGNED,
        DIVIDING | {"train_size": 200},
        {"phrasings": False},
        LONG | {"ood_ops": [10, 10]},
        LONG | {"ood_ops": [20, 20], "parentheses": 1.0},
        LONG | {"ood_ops": [50, 50]},
        LONG | {"ood_magnitude_range": [10**17, 10**18]},
    ],
    ids=str,
)
def test_following_a_derivation_gives_the_target(changed: dict[str, Any]) -> None:
    for row in every_row(generate(DATA | changed, 4)):
        assert follow(row) == row["target_text"] == str(evaluate(read(row["text"]))), row
        asked = sorted(BINARY_NAMES[name] for name in operations(read(row["text"])))
        assert sorted(name for _, name, _ in row["metadata"]["derivation"]) == asked


def test_sentences_that_turn_the_operands_around_are_derived_turned_around() -> None:
    rows = every_row(generate(DATA | {"train_size": 600, "id_ops": [1, 1], "operations": ["+", "-"]}, 0))
    turned = {row["text"].split()[0].lower() for row in rows if row["metadata"]["derivation"][0][2]}
    assert {"subtract", "take"} <= turned and not turned & {"add", "the", "decrease", "sum"}


@given(chains)
def test_a_derivation_computes_the_value_pair_by_pair(chain: Chain) -> None:
    left = [Fraction(number) for number in leaves(chain)]
    try:
        expected = evaluate(parse(python_text(chain)))
    except ZeroDivisionError:
        return
    for pair, operation in chain.derivation():
        left[pair : pair + 2] = [APPLY[operation](left[pair], left[pair + 1])]
    assert left == [expected]


def leaves(chain: Chain) -> list[int]:
    return [leaf for part in chain.operands for leaf in (leaves(part) if isinstance(part, Chain) else [part])]


def test_no_result_on_the_way_is_beyond_the_exact_range() -> None:
    large = {"operations": ["-", "*"], "ood_magnitude_range": [10**17, 10**18], "ood_ops": [6, 12]}
    widest = 0
    for row in generate(DATA | LONG | large, 0)["test_ood_combined"]:
        left = [Fraction(span["value"]) for span in row["spans"]]
        for pair, name, _ in row["metadata"]["derivation"]:
            symbol = {"subtract": "-", "multiply": "*"}[name]
            left[pair : pair + 2] = [APPLY[symbol](left[pair], left[pair + 1])]
            assert residues.in_range(left[pair].numerator, left[pair].denominator)
            widest = max(widest, len(str(left[pair])))
        assert row["target_text"] == str(left[0])
    assert widest > 80  # or nothing came near the range


def test_questions_that_are_all_beyond_the_exact_range_are_refused() -> None:
    beyond = {"operations": ["*"], "ood_magnitude_range": [10**17, 10**18], "ood_ops": [7, 9]}
    with pytest.raises(InputError, match=r"^data\.test_ood_combined row 0: .* fewer operations, or another range"):
        generate(DATA | LONG | beyond, 0)
