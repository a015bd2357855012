"""Booleans: three operations by their truth tables, and nothing else is a truth value."""

import numpy as np
import pytest

from fluxem import laws, space
from fluxem.domains.boolean import BOOLEAN, OPERATIONS, TRUTH
from fluxem.errors import InputError, ParseError

TABLES = {
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_operations_have_their_truth_tables(operation) -> None:  # type: ignore[no-untyped-def]
    arity = len(operation.operands)
    rows = [tuple(bool(code >> bit & 1) for bit in range(arity)) for code in range(2**arity)]
    laws.assert_homomorphism(BOOLEAN, operation, TABLES[operation.name], rows)


def test_lanes_follow_the_law() -> None:
    vectors = BOOLEAN.encode([True, False])
    assert vectors[:, TRUTH].tolist() == [1, -1]
    assert np.flatnonzero(np.abs(vectors).sum(axis=0)).tolist() == [*range(space.TAG.start, space.TAG.stop), TRUTH]


def test_values_come_back() -> None:
    laws.assert_round_trip(BOOLEAN, [True, False, True])
    assert BOOLEAN.encode(np.array([True, False])).tobytes() == BOOLEAN.encode([True, np.False_]).tobytes()
    assert BOOLEAN.encode([]).shape == (0, space.DIM) and BOOLEAN.decode(BOOLEAN.encode([])) == []


@pytest.mark.parametrize("text", ["true", "True", "TRUE", " true "])
def test_truth_is_read(text: str) -> None:
    assert BOOLEAN.parse(text) is True


@pytest.mark.parametrize("text", ["", "t", "yes", "1", "true false", "truely", "not true"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ParseError, match="boolean"):
        BOOLEAN.parse(text)


@pytest.mark.parametrize("text", ["It is true that", "true or false", "True", "false.", " true"])
def test_prose_holds_no_booleans(text: str) -> None:
    assert list(BOOLEAN.find(text)) == []


@pytest.mark.parametrize("value", [0, 1, None, "true", 1.0, float("nan")])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(InputError, match="row 1"):
        BOOLEAN.encode([True, value])  # type: ignore[list-item]


@pytest.mark.parametrize(("lane", "value"), [(TRUTH, 0), (TRUTH, 0.5), (TRUTH, np.nan), (50, 1), (space.TAG.start, 0)])
def test_what_is_no_boolean_vector_is_refused(lane: int, value: float) -> None:
    vectors = BOOLEAN.encode([True])
    vectors[0, lane] = value
    with pytest.raises(InputError, match="row 0"):
        BOOLEAN.decode(vectors)
