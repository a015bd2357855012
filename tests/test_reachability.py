"""Which reductions are right, against trying everything with Python's Fraction."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mixed import Items, items_of, streams_of

from fluxem import algebra, registry, residues
from fluxem.integration.reductions import CHOICES
from fluxem.models.hybrid import advance
from fluxem.models.packing import REDUCE
from fluxem.training.number_search import CHANNELS, MOST_VALUES, SEARCHED, right_reductions
from fluxem.training.reachability import Supervision

Values = tuple[Fraction, ...] | None  # what a state holds; None after a division by zero
EXACT = {"add": Fraction.__add__, "subtract": Fraction.__sub__, "multiply": Fraction.__mul__}


def after(values: Values, candidate: int) -> Values:
    """The values after one reduction."""
    if values is None:
        return None
    pair, choice = divmod(candidate, len(SEARCHED))
    index, swapped = CHOICES[SEARCHED[choice]]
    name = registry.OPERATIONS[index].name
    a, b = (values[pair + 1], values[pair]) if swapped else (values[pair], values[pair + 1])
    if name == "divide" and not b:
        return None
    made = a / b if name == "divide" else EXACT[name](a, b)
    return (*values[:pair], made, *values[pair + 2 :])


def by_trying(values: Sequence[int], target: Fraction) -> list[list[list[bool]]]:
    """Right candidates of every state at every depth, in the order that `right_reductions` documents."""
    levels: list[list[Values]] = [[tuple(map(Fraction, values))]]
    width = [len(SEARCHED) * (len(values) - 1 - depth) for depth in range(len(values) - 1)]
    for count in width:
        levels.append([after(state, candidate) for state in levels[-1] for candidate in range(count)])
    reached = [state == (target,) for state in levels.pop()]
    right = []
    for count in reversed(width):
        right.append([reached[at : at + count] for at in range(0, len(reached), count)])
        reached = [any(row) for row in right[-1]]
    return right[::-1]


def fingerprints(rows: Sequence[Sequence[int | Fraction]]) -> np.ndarray:
    flat = algebra.encode_batch([value for row in rows for value in row], "number")
    return residues.to_residues(flat, CHANNELS).reshape(len(rows), -1, CHANNELS)


def check(questions: Sequence[Sequence[int]], targets: Sequence[Fraction]) -> None:
    found = right_reductions(fingerprints(questions), fingerprints([[target] for target in targets])[:, 0])
    for row, (values, target) in enumerate(zip(questions, targets, strict=True)):
        assert [depth[row].tolist() for depth in found] == by_trying(values, target), (values, target)


def some_end(values: Sequence[int], data: st.DataObject) -> Fraction:
    """What some sequence of reductions makes of the values."""
    state: Values = tuple(map(Fraction, values))
    while state and len(state) > 1:
        state = after(state, data.draw(st.integers(0, len(SEARCHED) * (len(state) - 1) - 1)))
    return state[0] if state else Fraction(1, 7)


small = st.one_of(st.integers(-3, 12), st.sampled_from([101, 103, 202, -101 * 107, 10**9]))


@settings(max_examples=30)
@given(st.integers(1, 3).flatmap(lambda k: st.lists(st.lists(small, min_size=k, max_size=k), min_size=1)), st.data())
def test_right_reductions_are_those_that_still_reach_the_target(
    questions: list[list[int]], data: st.DataObject
) -> None:
    check(questions, [some_end(values, data) for values in questions])


@settings(max_examples=3)
@given(st.lists(small, min_size=4, max_size=4), st.data())
@example([12, 34, 5, 0], None)
def test_four_values_are_searched_too(values: list[int], data: st.DataObject | None) -> None:
    check([values], [some_end(values, data) if data else Fraction(12 + 34 * 5)])


@pytest.mark.parametrize(
    "values, target",
    [
        ([5, 0], 0),  # 5 * 0 and 0 / 5, never 5 / 0
        ([0, 0], 0),
        ([1, 0, 0], 1),
        ([7, 101], Fraction(7, 101)),  # a divisor of the first prime erases its channel
        ([7, 101, 101], 7),
        ([7, 101, 0], 0),
        ([101, 7, 202], Fraction(1, 14)),
        ([3, 4], 8),  # out of reach
        ([2, 2], 4),
    ],
)
def test_edge_cases(values: list[int], target: int | Fraction) -> None:
    check([values], [Fraction(target)])


def test_one_value_has_nothing_to_reduce() -> None:
    assert right_reductions(fingerprints([[5]]), fingerprints([[5]])[:, 0]) == []


# --- a whole training set ---

#: Streams, their answers (None: an answer that is no value), and whether a derivation exists.
QUESTIONS: list[tuple[Items, int | None, bool]] = [
    (["a"], 5, False),
    ([5], 5, True),
    ([5], 6, False),
    ([3, "+", 4], 7, True),
    ([3, "?", 4], 8, False),
    ([8, "/", 0], 3, False),
    ([12, "+", 34, "*", 5], 182, True),
    ([12, "+", 34, "*", 5], 181, False),
    ([9, "-", 3, "-", 2, "+", 100], 104, True),
    ([1, "+", 1, "+", 1, "+", 1, "+", 1], 5, False),  # more values than are searched
    ([3, "+", 4], None, False),
]


@pytest.fixture(scope="module")
def supervision() -> Supervision:
    texts = ["yes" if target is None else str(target) for _, target, _ in QUESTIONS]
    return Supervision(streams_of([items for items, _, _ in QUESTIONS]), texts)


def test_derivable_are_questions_with_a_derivation(supervision: Supervision) -> None:
    assert supervision.derivable.tolist() == [derivable for _, _, derivable in QUESTIONS]
    assert MOST_VALUES == 4


def test_lookups_are_those_of_trying_everything(supervision: Supervision) -> None:
    rows = np.arange(len(QUESTIONS))
    zero = np.zeros(len(QUESTIONS), np.int64)
    width = 5 * len(CHOICES)
    found = supervision.right(rows, zero, supervision.start, width)
    assert found.shape == (len(QUESTIONS), width)
    for (items, target, _), right in zip(QUESTIONS, found, strict=True):
        values = [item for item in items if isinstance(item, int)]
        expected = np.zeros((5, len(CHOICES)), bool)
        if target is not None and 2 <= len(values) <= MOST_VALUES:
            tried = np.array(by_trying(values, Fraction(target))[0][0])
            expected[: len(values) - 1, SEARCHED] = tried.reshape(len(values) - 1, -1)
        assert (right == expected.ravel()).all()


@pytest.mark.parametrize("seed", range(3))
def test_following_right_candidates_always_ends_in_the_target(supervision: Supervision, seed: int) -> None:
    rng = np.random.default_rng(seed)
    chosen = np.array([row for row, (items, _, derivable) in enumerate(QUESTIONS) if derivable])
    for question in chosen.repeat(5):
        streams = streams_of([QUESTIONS[question][0]])
        state = np.array([0])
        for depth in range(int(streams.counts[0]) - 1):
            place = np.array([question]), np.array([depth]), state
            right = supervision.right(*place, (streams.types.shape[1] - 1) * len(CHOICES))[0]
            candidate = rng.choice(np.flatnonzero(right), 1)
            streams, ok = advance(streams, REDUCE + candidate)
            assert ok.all()
            streams, state = streams.take(np.array([0])), supervision.child(*place, candidate)
        (left,) = items_of(streams)
        assert [item for item in left if isinstance(item, int)] == [QUESTIONS[question][1]]
