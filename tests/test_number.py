"""Numbers as vectors against Python's Fraction: exact, canonical, and refused rather than wrong."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fluxem import laws, residues, space
from fluxem.domains.number import NUMBER, OPERATIONS
from fluxem.errors import InputError, RangeError, UndefinedError
from fluxem.residues import PRIMES, PRODUCT

law = settings(deadline=None, max_examples=150)
LARGEST = (PRODUCT - 1) // 4  # the largest integer held
ADD, SUBTRACT, MULTIPLY, DIVIDE = OPERATIONS
EXACT: dict[str, Callable[[Any, Any], Fraction]] = {
    "add": lambda a, b: Fraction(a) + b,
    "subtract": lambda a, b: Fraction(a) - b,
    "multiply": lambda a, b: Fraction(a) * b,
    "divide": lambda a, b: Fraction(a) / b,
}

integers = st.integers(-(10**30), 10**30)
decimals = st.builds(lambda digits, places: Fraction(digits, 10**places), integers, st.integers(0, 30))
rationals = st.builds(Fraction, st.integers(-(10**15), 10**15), st.integers(1, 10**15))
numbers = st.one_of(st.integers(-20, 20), integers, decimals, rationals)
near_the_limit = st.builds(
    lambda sign, gap, part: sign * (LARGEST // part - gap),
    st.sampled_from([1, -1]),
    st.integers(0, 3),
    st.integers(1, 4),
)
of_lattice_primes = st.builds(
    lambda n, over, under: Fraction(n * np.prod(over, dtype=object), np.prod(under, dtype=object)),
    st.integers(-(10**6), 10**6),
    st.lists(st.sampled_from(PRIMES), max_size=4),
    st.lists(st.sampled_from(PRIMES), max_size=4),
)
awkward = st.one_of(
    numbers, near_the_limit, of_lattice_primes, st.builds(Fraction, st.just(1), st.integers(1, 10**100))
)
pairs = st.lists(st.tuples(awkward, awkward), max_size=8)


def encode(value: Any) -> Any:
    return NUMBER.encode([value])


def run(operation: Any, a: Any, b: Any) -> Any:
    """The exact value of operation on the vectors of a and b, or None when refused."""
    result, ok = operation.function(encode(a), encode(b))
    return NUMBER.decode(result)[0] if ok[0] else None


# --- encode, decode, render ---


@law
@given(st.lists(awkward))
def test_every_value_comes_back(values: list[Any]) -> None:
    laws.assert_round_trip(NUMBER, values)


@law
@given(st.lists(awkward, min_size=1))
def test_a_batch_is_its_rows(values: list[Any]) -> None:
    assert NUMBER.encode(values).tobytes() == b"".join(encode(value).tobytes() for value in values)


@law
@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_arrays_lists_and_fractions_give_the_same_vectors(values: list[int]) -> None:
    expected = NUMBER.encode(values).tobytes()
    assert NUMBER.encode(np.array(values, dtype=np.int64)).tobytes() == expected
    assert NUMBER.encode([Fraction(value) for value in values]).tobytes() == expected
    assert NUMBER.encode([np.int64(value) for value in values]).tobytes() == expected
    assert NUMBER.encode([*values, 2**70])[:-1].tobytes() == expected  # by way of big integers


@law
@given(rationals)
def test_the_lanes_say_what_they_say(value: Fraction) -> None:
    vector = encode(value)[0]
    assert vector[space.TAG].tolist() == space.tag_code(NUMBER.tag).tolist()
    assert vector[space.SIGN] == (value > 0) - (value < 0) and vector[space.ZERO] == (value == 0)
    assert vector[space.LINEAR] == np.float32(float(value))
    assert vector[space.LOG] == pytest.approx(np.log10(abs(float(value))) if value else 0, rel=1e-6, abs=1e-6)
    assert vector[space.LOG_DENOMINATOR] == pytest.approx(np.log10(float(value.denominator)), rel=1e-6)
    assert not vector[space.DIMENSION_EXPONENTS].any() and not vector[space.DISPLAY].any()


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "7",
        "-12",
        "3.25",
        "-0.001",
        "0.5",
        "1/3",
        "-22/7",
        "123456789012345678901234567890",
        "-0.000000000000000000000000000001",
        "1/101",
    ],
)
def test_canonical_text_survives(text: str) -> None:
    assert NUMBER.render(encode(NUMBER.parse(text))) == [text]


@law
@given(st.integers(-(2**63), 2**63 - 1).filter(lambda x: x not in (0,)), st.integers(0, 40))
def test_decimals_render_as_python_writes_them(digits: int, places: int) -> None:
    value = Fraction(digits, 10**places)
    expected = f"{Decimal(digits).scaleb(-places):f}"
    assert NUMBER.render(encode(value)) == [expected.rstrip("0").rstrip(".") if "." in expected else expected]


def test_vectors_do_not_depend_on_the_process() -> None:
    program = (
        "import hashlib; from fractions import Fraction; from fluxem.domains.number import NUMBER\n"
        "values = [0, -7, 10**30, Fraction(1, 101), Fraction(-22, 7), 0.1]\n"
        "print(hashlib.sha256(NUMBER.encode(values).tobytes()).hexdigest())"
    )
    values = [0, -7, 10**30, Fraction(1, 101), Fraction(-22, 7), 0.1]
    digests = {hashlib.sha256(NUMBER.encode(values).tobytes()).hexdigest()}
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        digests.add(
            subprocess.run(
                [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
            ).stdout.strip()
        )
    assert len(digests) == 1


def test_distinct_numbers_have_distinct_vectors() -> None:
    values = [*range(-500, 500), *(Fraction(n, d) for n in range(1, 30) for d in range(2, 30))]
    assert len({row.tobytes() for row in NUMBER.encode(values)}) == len(set(values))


# --- operations ---


@law
@given(pairs)
@example(
    [
        (10**50 + 1, 10**50),
        (10**50, -(10**50) - 1),
        (LARGEST, 1),
        (LARGEST, -LARGEST),
        (LARGEST, LARGEST),
        (LARGEST - 1, 1),
        (-LARGEST, 1),
    ]
)
@example(
    [
        (Fraction(1, 101), Fraction(1, 101)),
        (Fraction(1, 101), 101),
        (101, Fraction(1, 101)),
        (0, Fraction(1, 101)),
        (101, 101 * 103),
    ]
)
@example(
    [
        (Fraction(5, 101), Fraction(7, 103)),
        (Fraction(1, PRODUCT // 101**2), 101),
        (Fraction(3, 10**55), Fraction(10**55, 3)),
    ]
)
@example(
    [
        (2**185, 2**184),
        (2**185, 2**185),
        (Fraction(1, 2**185), Fraction(1, 2**184)),
        (10**111, 10**111),
        (0, 0),
        (0, 5),
        (5, 0),
    ]
)
def test_operations_are_exact_and_canonical_or_refused_for_a_reason(values: list[tuple[Any, Any]]) -> None:
    for operation in OPERATIONS:
        laws.assert_homomorphism(NUMBER, operation, EXACT[operation.name], values)


@law
@given(numbers, st.lists(st.tuples(st.sampled_from(OPERATIONS), numbers), min_size=1, max_size=8))
def test_chains_equal_fractions_as_long_as_they_stay_in_range(start: Any, steps: list[tuple[Any, Any]]) -> None:
    vector, exact = encode(start), Fraction(start)
    for operation, operand in steps:
        vector, ok = operation.function(vector, encode(operand))
        if operation is DIVIDE and operand == 0:
            assert not ok[0]
            return
        exact = EXACT[operation.name](exact, operand)
        assert ok[0] == residues.in_range(exact.numerator, exact.denominator)
        if not ok[0]:
            return
        assert vector.tobytes() == encode(exact).tobytes()
    assert NUMBER.decode(vector) == [exact]


@law
@given(st.lists(st.tuples(awkward, awkward), min_size=1))
def test_a_refused_row_leaves_the_others_alone(values: list[tuple[Any, Any]]) -> None:
    left, right = (NUMBER.encode(side) for side in zip(*values, strict=True))
    for operation in OPERATIONS:
        batch, ok = operation.function(left, right)
        for row in range(len(values)):
            alone, alone_ok = operation.function(left[row : row + 1], right[row : row + 1])
            assert alone.tobytes() == batch[row].tobytes() and alone_ok[0] == ok[row]


@law
@given(integers, integers)
def test_the_linear_and_log_lanes_add_up_to_float_precision(a: int, b: int) -> None:
    linear = [encode(x)[0, space.LINEAR].astype(float) for x in (a, b, a + b)]
    assert linear[0] + linear[1] == pytest.approx(
        linear[2], abs=2 * 2**-24 * (abs(a) + abs(b))
    )  # float32 rounds to 2^-24
    if a and b:
        log = [encode(x)[0, space.LOG].astype(float) for x in (a, b, a * b)]
        assert log[0] + log[1] == pytest.approx(log[2], abs=3 * 2**-24 * 64)


def test_operations_say_what_they_are() -> None:
    assert [(o.name, o.symbol, o.commutative) for o in OPERATIONS] == [
        ("add", "+", True), ("subtract", "-", False), ("multiply", "*", True), ("divide", "/", False),
    ]  # fmt: skip
    assert isinstance(DIVIDE.refusal(encode(1), encode(0)), UndefinedError)
    assert isinstance(MULTIPLY.refusal(encode(LARGEST), encode(2)), RangeError)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_commutative_operation_commutes_bitwise(operation: Any) -> None:
    left, right = NUMBER.encode([Fraction(-3, 4), 7]), NUMBER.encode([101, Fraction(1, 101)])
    forwards, backwards = operation.function(left, right)[0], operation.function(right, left)[0]
    assert (forwards.tobytes() == backwards.tobytes()) == operation.commutative


def test_operands_are_not_changed() -> None:
    left, right = NUMBER.encode([1, Fraction(1, 101)]), NUMBER.encode([101, 101])
    copies = left.copy(), right.copy()
    for operation in OPERATIONS:
        operation.function(left, right)
    assert np.array_equal(left, copies[0]) and np.array_equal(right, copies[1])


# --- what is refused ---


NOT_FINITE = [
    float("nan"),
    float("inf"),
    -float("inf"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("-Infinity"),
]
OTHER_TYPES = ["12", "abc", True, np.True_, None, 1j, b"1", [1], np.float32(0.1)]


@pytest.mark.parametrize("value", NOT_FINITE + OTHER_TYPES, ids=repr)
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="^row 1: .*number"):
        NUMBER.encode([1, value])


TOO_LARGE = [LARGEST + 1, -LARGEST - 1, 10**400, 10**5000, 1e300, -1e300, Decimal("1e999999999")]
TOO_FINE = [Fraction(1, 10**400), Fraction(10**100, 10**100 + 1), Fraction(1, PRODUCT), 1e-300]


@pytest.mark.parametrize("value", TOO_LARGE + TOO_FINE, ids=range(len(TOO_LARGE + TOO_FINE)))
def test_what_is_out_of_range_is_refused(value: Any) -> None:
    with pytest.raises(RangeError, match="^row 1: .* outside the exact range"):
        NUMBER.encode([1, value])


def test_floats_and_decimals_mean_what_they_print() -> None:
    values = [0.1, 1e-5, 2.5e10, -0.0, np.float64(0.1), Decimal("1.10"), 3.0]
    assert NUMBER.decode(NUMBER.encode(values)) == [
        Fraction(1, 10),
        Fraction(1, 10**5),
        25 * 10**9,
        0,
        Fraction(1, 10),
        Fraction(11, 10),
        3,
    ]


@pytest.mark.parametrize("value", [0, 12, -(10**40), Fraction(-7, 202)])
def test_a_vector_with_any_lane_changed_is_no_number(value: Any) -> None:
    for lane in range(space.DIM):
        vector = encode(value)
        vector[0, lane] += 1.5 if abs(vector[0, lane]) < 1e9 else 1e38
        with pytest.raises(InputError, match="^row 0: "):
            NUMBER.decode(vector)


@pytest.mark.parametrize("lane", [0, 8, space.SIGN, space.LOG, space.DISPLAY.start])
@pytest.mark.parametrize("poison", [float("nan"), float("inf"), -float("inf"), 3e38, -3e38])
def test_poisoned_lanes_are_refused(lane: int, poison: float) -> None:
    vector = encode(12)
    vector[0, lane] = poison
    with pytest.raises(InputError, match="^row 0: "):
        NUMBER.decode(vector)


def test_phases_of_one_number_with_the_size_of_another_are_refused() -> None:
    small, large = encode(12), encode(10**40)
    small[:, space.SIGN :] = large[:, space.SIGN :]
    with pytest.raises(InputError, match="^row 0: "):
        NUMBER.decode(small)


@pytest.mark.parametrize("vectors", [np.zeros((1, 127)), np.zeros(128), np.zeros((1, 1, 128)), "abc", [[1, 2]], None])
def test_what_is_no_batch_of_vectors_is_refused(vectors: Any) -> None:
    with pytest.raises(InputError):
        NUMBER.decode(vectors)


def test_empty_batches() -> None:
    empty = NUMBER.encode([])
    assert empty.shape == (0, 128) and NUMBER.decode(empty) == [] and NUMBER.render(empty) == []
    assert all(operation.function(empty, empty)[0].shape == (0, 128) for operation in OPERATIONS)


def test_operands_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="row 0: not the vector of a number"):
        ADD.function(np.zeros((1, 128), np.float32), encode(1))
    with pytest.raises(InputError, match="off the lattice"):
        ADD.function(encode(1) * np.where(np.arange(128) < 8, 1, 1.5).astype(np.float32), encode(1))
