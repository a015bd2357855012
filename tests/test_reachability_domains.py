"""Right reductions among those of every domain, against a search over exact values."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fluxem import registry
from fluxem.integration.reductions import CHOICES, FITS
from fluxem.integration.segmenter import spans
from fluxem.integration.stream import Streams
from fluxem.training.number_search import SEARCHED
from fluxem.training.reachability import Supervision

WIDTH = 3 * len(CHOICES)
QUESTIONS = [
    ("2 + 3 * 4", "14"),
    ("2 + 3 * 4 - 5", "9"),
    ("7 - 7", "0"),
    ("1/2 + 1/3", "5/6"),
    ("8 and 5", "3"),
    ("9", "9"),
    ("6 / 0 + 2", "5"),
    ("2024-11-22 + 3", "2024-11-25"),
    ("1 + 2 + 2024-11-22", "3"),
    ("3+4i", "3+4i"),
    ("(1, 2) + (3, 4)", "(4, 6)"),
    ("5 m + 3 s", "8"),
]


def supervised() -> Supervision:
    streams = Streams.from_texts([text for text, _ in QUESTIONS], [spans(text) for text, _ in QUESTIONS])
    return Supervision(streams, [answer for _, answer in QUESTIONS])


def reduced(values: tuple[Any, ...], reduction: int) -> tuple[Any, ...] | None:
    """The values after a reduction; None where it has no result, or another than a number."""
    pair, choice = divmod(reduction, len(CHOICES))
    index, swapped = CHOICES[choice]
    operation = registry.OPERATIONS[index]
    if pair + 1 >= len(values) or set(operation.operands) != {"number"}:
        return None
    a, b = map(Fraction, values[pair : pair + 2][:: -1 if swapped else 1])
    if operation.name == "divide" and not b:
        return None
    made = {"add": a + b, "subtract": a - b, "multiply": a * b}.get(operation.name)
    return (*values[:pair], a / b if made is None else made, *values[pair + 2 :])


def reaches(values: tuple[Any, ...], target: Any) -> bool:
    if len(values) == 1:
        return bool(values[0] == target)
    after = [reduced(values, reduction) for reduction in range((len(values) - 1) * len(CHOICES))]
    return any(one is not None and reaches(one, target) for one in after)


@pytest.mark.parametrize("row", range(len(QUESTIONS)))
def test_right_reductions_are_those_that_reach_the_answer(row: int) -> None:
    text, answer = QUESTIONS[row]
    found = spans(text)
    if {span.domain for span in found} != {"number"} or len(found) < 2:
        return
    supervision, question = supervised(), np.array([row])
    waiting = [(tuple(span.value for span in found), 0, 0)]
    while waiting:
        values, depth, state = waiting.pop()
        place = question, np.array([depth]), np.array([state])
        right = supervision.right(*place, WIDTH)[0]
        after = [reduced(values, reduction) for reduction in range(WIDTH)]
        expected = [one is not None and reaches(one, Fraction(answer)) for one in after]
        assert right.tolist() == expected
        for reduction in np.flatnonzero(right).tolist():
            if len(values) > 2:
                (child,) = supervision.child(*place, np.array([reduction]))
                waiting.append((after[reduction], depth + 1, child))


def test_questions_of_any_domain_have_derivations() -> None:
    supervision = supervised()
    derivable = dict(zip((text for text, _ in QUESTIONS), supervision.derivable.tolist(), strict=True))
    assert [text for text in derivable if not derivable[text]] == ["6 / 0 + 2", "1 + 2 + 2024-11-22", "5 m + 3 s"]


def test_choices_are_operations_of_two_operands() -> None:
    assert {len(registry.OPERATIONS[index].operands) for index, _ in CHOICES} == {2}
    assert len(SEARCHED) == 6 and all(CHOICES[choice][0] < 4 for choice in SEARCHED)
    number = list(registry.DOMAINS).index("number")
    assert np.flatnonzero(FITS[number, number]).tolist() == SEARCHED.tolist()
