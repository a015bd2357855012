"""Vectors of rational entries, against tuples of Fractions."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import fluxem
from fluxem import laws, space
from fluxem.domains.number import NUMBER
from fluxem.domains.vector import LENGTH, OPERATIONS, VECTOR
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError

ADD, SUBTRACT, SCALE, DOT, CROSS, NORM_SQUARED = OPERATIONS
MOST = 10**24 - 1
Vector = tuple[Any, ...]

integers = st.integers(-MOST, MOST) | st.integers(-9, 9) | st.integers(-(2**32), 2**32)
entries = st.one_of(
    integers,
    st.builds(Fraction, integers, st.integers(1, 10**9)),
    st.builds(Fraction, st.integers(-99, 99), st.sampled_from([2, 3, 10**17, 10**18 - 1])),
)
vectors = st.lists(entries, min_size=1, max_size=16).map(tuple)
threes = st.tuples(entries, entries, entries)
small = st.tuples(*[st.integers(-9, 9)] * 3)
pairs = st.lists(
    st.integers(1, 16).flatmap(lambda n: st.tuples(*[st.lists(entries, min_size=n, max_size=n).map(tuple)] * 2))
    | st.tuples(vectors, vectors)
    | st.tuples(threes, threes)
    | st.tuples(small, small),
    min_size=1,
    max_size=5,
)


def alike(v: Vector, w: Vector) -> list[tuple[Fraction, Fraction]]:
    if len(v) != len(w):
        raise UndefinedError
    return [(Fraction(a), Fraction(b)) for a, b in zip(v, w, strict=True)]


def cross(v: Vector, w: Vector) -> Vector:
    if not len(v) == len(w) == 3:
        raise UndefinedError
    (a, d), (b, e), (c, f) = alike(v, w)
    return b * f - c * e, c * d - a * f, a * e - b * d


EXACT = {
    "add": lambda v, w: tuple(a + b for a, b in alike(v, w)),
    "subtract": lambda v, w: tuple(a - b for a, b in alike(v, w)),
    "dot": lambda v, w: sum((a * b for a, b in alike(v, w)), Fraction(0)),
    "cross": cross,
}
RESULT = {"add": VECTOR, "subtract": VECTOR, "dot": NUMBER, "cross": VECTOR}


@given(st.lists(vectors))
def test_every_vector_comes_back(values: list[Vector]) -> None:
    laws.assert_round_trip(VECTOR, values)


@given(st.lists(vectors, min_size=1))
def test_a_batch_is_its_rows(values: list[Vector]) -> None:
    assert VECTOR.encode(values).tobytes() == b"".join(VECTOR.encode([value]).tobytes() for value in values)


@settings(max_examples=60)
@given(pairs)
@example([((MOST, 1), (0, -1)), ((MOST, 1), (1, 0)), ((-MOST,), (-1,)), ((MOST,), (1,)), ((1, 2), (1, 2, 3))])
@example([((Fraction(1, 10**17), 1), (Fraction(1, 3), 1)), ((Fraction(1, 2),) * 16, (Fraction(1, 2),) * 16)])
@example([((1, 0, 0), (0, 1, 0)), ((2**31, 2**31, -(2**31)), (2**31, -(2**31), 2**31))])
@example([(tuple(Fraction(1, p) for p in range(10**17, 10**17 + 16)),) * 2])
def test_operations_are_exact_and_canonical_or_refused_for_a_reason(values: list[tuple[Vector, Vector]]) -> None:
    for operation in (ADD, SUBTRACT, DOT, CROSS):
        domains = [VECTOR, VECTOR, RESULT[operation.name]]
        laws.assert_homomorphism(domains, operation, EXACT[operation.name], values)
    alone = [(v,) for v, _ in values]
    laws.assert_homomorphism([VECTOR, NUMBER], NORM_SQUARED, lambda v: EXACT["dot"](v, v), alone)


@settings(max_examples=60)
@given(st.lists(st.tuples(vectors, entries | st.sampled_from([0, 10**100, Fraction(1, 10**50)])), min_size=1))
def test_scaling(values: list[tuple[Vector, Any]]) -> None:
    laws.assert_homomorphism([VECTOR, NUMBER, VECTOR], SCALE, lambda v, a: tuple(Fraction(a) * x for x in v), values)


@settings(max_examples=60)
@given(pairs)
def test_a_refused_row_leaves_the_others_alone(values: list[tuple[Vector, Vector]]) -> None:
    left, right = (VECTOR.encode(side) for side in zip(*values, strict=True))
    for operation in (ADD, DOT, CROSS):
        batch, ok = operation.function(left, right)
        for row in range(len(values)):
            alone, alone_ok = operation.function(left[row : row + 1], right[row : row + 1])
            assert alone.tobytes() == batch[row].tobytes() and alone_ok[0] == ok[row]


def test_the_vector_encoders_defects() -> None:
    """[1, 2, 3] came back as [1, 2.000000004, 3.00000006], a dot product as 32.000001; NaN was accepted."""
    one, other = fluxem.encode((1, 2, 3)), fluxem.encode((4, 5, 6))
    assert fluxem.decode(one) == (1, 2, 3)
    assert fluxem.decode(fluxem.apply("dot", one, other)) == 32
    assert fluxem.decode(fluxem.apply("cross", one, other)) == (-3, 6, -3)
    for value in (float("nan"), float("inf")):
        with pytest.raises(InputError, match="^row 0: .* is not a number"):
            VECTOR.encode([(1, value)])
    with pytest.raises(RangeError, match="^row 1: a vector has 1 to 16 entries, not 17$"):
        VECTOR.encode([(1,), (0,) * 17])


def test_the_lanes_are_limbs() -> None:
    vector = VECTOR.encode([(-1_234_567, Fraction(1, 10**6))])[0]
    assert vector[8:22].tolist() == [-234567, -1, 0, 0, 1, 0, 0] + [1, 0, 0, 0, 0, 1, 0]
    assert vector[LENGTH] == 2 and not vector[22:LENGTH].any() and not vector[LENGTH + 1 :].any()
    total = VECTOR.encode([(1, 2)]) + VECTOR.encode([(3, 4)])  # where no denominator and no carry is in the way
    assert total[0, 8:12].tolist() == VECTOR.encode([(4, 6)])[0, 8:12].tolist()


def test_what_entries_may_be() -> None:
    expected = VECTOR.encode([(Fraction(1, 10), 2)])
    for value in ((0.1, 2.0), [Decimal("0.10"), 2], (Fraction(1, 10), np.int64(2))):
        assert VECTOR.encode([value]).tobytes() == expected.tobytes()  # type: ignore[list-item]
    assert VECTOR.encode(np.array([[1, 2], [3, 4]])).tobytes() == VECTOR.encode([(1, 2), (3, 4)]).tobytes()


# --- texts ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What is (1, 2, 3) + (4, 5, 6)?", ["(1, 2, 3)", "(4, 5, 6)"]),
        ("😀 ⟨1, 2⟩·⟨3, 4⟩", ["⟨1, 2⟩", "⟨3, 4⟩"]),
        ("[1, 2] + [3, 4]", ["[1, 2]", "[3, 4]"]),
        ("the vector [1, 2, 3] and v = [7, 8]", ["[1, 2, 3]", "[7, 8]"]),
        ("from (-1, −2.5) to (1/3,1e3)", ["(-1, −2.5)", "(1/3,1e3)"]),
        ("[0, 1] is not [1, 0], [-1, 1] not [0, 1, 2], [0.5, 2] not [2, 0.5]", ["[1, 0]", "[0, 1, 2]", "[2, 0.5]"]),
        ("((1, 2), (3, 4))", ["(1, 2)", "(3, 4)"]),
        ("as shown in [1, 2] and [3]", []),
        ("Smith (2019, 2020) and (1999, 2001)", []),
        ("f(1, 2), a[1, 2], g(0)(1, 2), [link](1, 2)", []),
        ("(see 1, 2), (3 + 4) * 2, (1; 2), (0, 1], [0, 1), (1, 2, 3", []),
        ("(1,234) and (100,200,300) and (1,234, 5)", []),
        ("(5), (5,), (), (,), (1, , 2), (1 2), (1, x)", []),
    ],
)
def test_vectors_are_found_where_nothing_else_is_meant(text: str, found: list[str]) -> None:
    spans = list(VECTOR.find(text))
    assert [text[span.start : span.end] for span in spans] == found
    assert [span.value for span in spans] == list(map(VECTOR.parse, found))


@pytest.mark.parametrize(
    ("text", "value"), [("[1, 2]", (1, 2)), ("(2019, 2020)", (2019, 2020)), ("(5,)", (5,)), (" ( 1 ,2 ) ", (1, 2))]
)
def test_more_is_read_where_asked_for(text: str, value: Vector) -> None:
    assert VECTOR.parse(text) == value


@pytest.mark.parametrize(
    "text", ["", "()", "(5)", "1, 2", "(1, 2]", "(1, 2,)", "(a, b)", "(1,234)", "(nan, 1)", "f(1, 2)"]
)
def test_what_is_no_vector_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        VECTOR.parse(text)


@pytest.mark.parametrize("text", [f"(1, {MOST + 1})", f"(1, 1/{10**18 + 1})", f"(1, {'9' * 5000})", "(1, 1e-400)"])
def test_an_entry_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(RangeError, match="an entry of a vector is n/d with"):
        VECTOR.parse(text)
    assert not list(VECTOR.find(text)) and [offset for offset, _ in VECTOR.left_out(text)] == [0]


def test_too_many_entries_are_refused() -> None:
    text = "(" + ", ".join("7" * 17) + ")"
    with pytest.raises(RangeError, match="1 to 16 entries, not 17"):
        VECTOR.parse(text)
    assert not list(VECTOR.find(text)) and len(list(VECTOR.left_out(text))) == 1


# --- what is refused ---


@pytest.mark.parametrize("value", [5, "(1, 2)", None, {1, 2}, (1, "2"), (1, None), (1, True), (1, (2,))])
def test_what_is_no_vector_is_not_encoded(value: Any) -> None:
    with pytest.raises(InputError, match="^row 1: "):
        VECTOR.encode([(1, 2), value])


@pytest.mark.parametrize("value", [(), (MOST + 1,), (-MOST - 1,), (Fraction(1, 10**18),), (10**5000,), (1e300,)])
def test_what_is_out_of_bounds_is_not_encoded(value: Vector) -> None:
    with pytest.raises(RangeError, match="^row 1: "):
        VECTOR.encode([(1, 2), value])


@pytest.mark.parametrize("value", [(0,), (1, Fraction(-7, 2), 10**20), (MOST,) * 16])
def test_a_vector_with_any_lane_changed_is_no_vector(value: Vector) -> None:
    for lane in range(space.DIM):
        vector = VECTOR.encode([value])
        vector[0, lane] += 1.5 if lane != LENGTH else 1
        with pytest.raises(InputError, match="^row 0: "):
            VECTOR.decode(vector)


@pytest.mark.parametrize(
    ("lane", "limb"),
    [(8, 10**6), (8, -(10**6)), (12, 0), (12, -1), (12, 2), (9, -1), (LENGTH, 0), (LENGTH, 17), (8, 3e38), (8, np.nan)],
)
def test_inconsistent_lanes_are_refused(lane: int, limb: float) -> None:
    """Limbs beyond the base, a denominator that is not positive, a fraction that is not reduced, two signs, ..."""
    vector = VECTOR.encode([(4, 5)] * 2)
    vector[1, lane] = limb
    for use in (VECTOR.decode, VECTOR.render, NORM_SQUARED.function, lambda v: ADD.function(v, v)):
        with pytest.raises(InputError, match="^row 1: "):
            use(vector)


def test_operations_say_why_there_is_no_result() -> None:
    two, three, large = fluxem.encode((1, 2)), fluxem.encode((1, 2, 3)), fluxem.encode((MOST, 2, 3))
    for operation in ("add", "subtract", "dot"):
        with pytest.raises(UndefinedError, match=f"^{operation}: vectors of 2 and of 3 entries$"):
            fluxem.apply(operation, two, three)
    with pytest.raises(UndefinedError, match="^cross: a cross product is of vectors of 3 entries, not of 2 and 2$"):
        fluxem.apply("cross", two, two)
    for operation in ("add", "cross"):
        with pytest.raises(RangeError, match=f"^{operation}: the result is outside what a vector holds exactly$"):
            fluxem.apply(operation, large, fluxem.encode((MOST, MOST, MOST)))


def test_empty_batches() -> None:
    empty = VECTOR.encode([])
    assert empty.shape == (0, 128) and VECTOR.decode(empty) == [] and VECTOR.render(empty) == []
    for one in (ADD, SUBTRACT, DOT, CROSS, NORM_SQUARED):
        assert one.function(*[empty] * len(one.operands))[0].shape == (0, 128)
    assert SCALE.function(empty, NUMBER.encode([]))[0].shape == (0, 128)
