"""Right reductions among values of any domain, against trying everything with the named operations."""

from collections.abc import Iterator

import numpy as np
import pytest

from fluxem import algebra, registry
from fluxem.errors import InputError
from fluxem.integration.reductions import CHOICES
from fluxem.integration.segmenter import spans
from fluxem.integration.stream import Streams
from fluxem.space import read_tag
from fluxem.training.execution_search import MOST_VALUES, ExecutionSearch
from fluxem.training.reachability import Supervision

WIDTH = (MOST_VALUES - 1) * len(CHOICES)
#: Questions, their answers, and the operations that alone may come first; none for a question without a derivation.
QUESTIONS: list[tuple[str, str, set[str]]] = [
    ("Convert 3.5 ft to m", "1.0668 m", {"convert(0, 1)"}),
    ("How many cm are in 3 m?", "300 cm", {"convert(1, 0)"}),
    ("Convert 1 m to ft", "3.28084 ft", {"convert(0, 1)"}),  # rounded: 10000/3048 is no short decimal
    ("Convert 1 m to ft", "3.28083 ft", set()),
    ("Convert -40 F to C", "-40 °C", {"convert(0, 1)"}),
    ("Can you add 3 N and 2 kg*m/s^2?", "true", {"same_dimension(0, 1)", "less(1, 0)"}),  # 2 N < 3 N is true too
    ("Can you add 3 N and 2 m?", "false", {"same_dimension(0, 1)"}),
    ("3 m + 20 cm", "3.2 m", {"add(0, 1)"}),
    ("20 cm + 3 m", "3.2 m", {"add(1, 0)"}),  # the sum is in the unit of the first operand
    ("It weighs 5 kg. How long is 3 m in cm?", "300 cm", {"convert(1, 2)"}),
    ("How many cm are 3 m + 20 cm?", "320 cm", {"add(1, 2)", "add(2, 1)", "convert(1, 0)"}),
    ("3 m", "3 m", set()),
    ("3 m", "4 m", set()),
    ("no value", "3 m", set()),
    ("1 m, 2 m, 3 m, 4 m", "10 m", set()),  # more values than are searched
]


def streams_and_answers() -> tuple[Streams, list[str]]:
    texts = [text for text, _, _ in QUESTIONS]
    return Streams.from_texts(texts, [spans(text) for text in texts]), [answer for _, answer, _ in QUESTIONS]


def reductions(values: list[np.ndarray]) -> Iterator[tuple[int, list[np.ndarray]]]:
    """Every (reduction, values after it) that the public operations allow."""
    for pair in range(len(values) - 1):
        for choice, (index, swapped) in enumerate(CHOICES):
            operation = registry.OPERATIONS[index]
            operands = values[pair : pair + 2][:: -1 if swapped else 1]
            domains = tuple(registry.DOMAINS[name].tag for name in operation.operands)
            if tuple(int(read_tag(operand[None])[0]) for operand in operands) != domains:
                continue
            try:
                made = algebra.apply(operation.name, *operands)
            except InputError:
                continue
            yield pair * len(CHOICES) + choice, [*values[:pair], made, *values[pair + 2 :]]


def reaches(values: list[np.ndarray], answer: str) -> bool:
    if algebra.answer_batch(values[-1][None]) == [answer]:
        return True
    return any(reaches(after, answer) for _, after in reductions(values))


@pytest.fixture(scope="module")
def searched() -> tuple[Streams, Supervision]:
    streams, answers = streams_and_answers()
    return streams, Supervision(streams, answers)


@pytest.mark.parametrize("row", range(len(QUESTIONS)))
def test_right_reductions_are_those_that_reach_the_answer(row: int, searched: tuple[Streams, Supervision]) -> None:
    streams, supervision = searched
    _, answer, _ = QUESTIONS[row]
    values = list(streams.vectors[row, : int(streams.counts[row])])
    small = 0 < len(values) <= MOST_VALUES
    assert supervision.derivable[row] == (small and reaches(values, answer))
    waiting = [(values, 0, int(supervision.start[row]))] if small else []
    while waiting:
        values, depth, state = waiting.pop()
        place = np.array([row]), np.array([depth]), np.array([state])
        right = np.flatnonzero(supervision.right(*place, WIDTH)[0]).tolist()
        after = {reduction: left for reduction, left in reductions(values) if reaches(left, answer)}
        assert right == sorted(after)
        for reduction in right:
            (child,) = supervision.child(*place, np.array([reduction]))
            waiting.append((after[reduction], depth + 1, child))


@pytest.mark.parametrize("row", range(len(QUESTIONS)))
def test_the_first_right_operations_are_the_ones_meant(row: int, searched: tuple[Streams, Supervision]) -> None:
    _, supervision = searched
    right = supervision.right(np.array([row]), np.array([0]), supervision.start[[row]], WIDTH)[0]
    named = set()
    for reduction in np.flatnonzero(right).tolist():
        pair, choice = divmod(reduction, len(CHOICES))
        index, swapped = CHOICES[choice]
        operands = (pair + 1, pair) if swapped else (pair, pair + 1)
        named.add(f"{registry.OPERATIONS[index].name}{operands}")
    assert named == QUESTIONS[row][2]


def test_questions_of_one_length_alone_are_searched() -> None:
    texts = ["Convert 3 m to cm"]
    search = ExecutionSearch(Streams.from_texts(texts, [spans(text) for text in texts]), np.array([0]), ["300 cm"])
    assert search.derivable.tolist() == [True] and search.root.tolist() == [0]
    assert not search.right(np.array([-1]), WIDTH).any()
