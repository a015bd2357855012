"""Complex numbers as vectors, against arithmetic on pairs of Fractions."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import fluxem
from fluxem import laws, residues, space
from fluxem.domains.complex_number import CHANNELS, COMPLEX, IMAGINARY_SIZE, OPERATIONS, REAL_SIZE, ComplexNumber
from fluxem.domains.number import NUMBER
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError

C = ComplexNumber
ADD, SUBTRACT, MULTIPLY, DIVIDE, CONJUGATE, NORM_SQUARED = OPERATIONS
PRODUCT = prod(residues.PRIMES[:CHANNELS])
LARGEST = (PRODUCT - 1) // 4

integers = st.integers(-(10**20), 10**20)
parts = st.one_of(
    st.integers(-9, 9),
    integers,
    st.builds(Fraction, integers, st.integers(1, 10**12)),
    st.builds(lambda n, d: Fraction(n, 10**d), integers, st.integers(0, 12)),
    st.builds(Fraction, st.integers(-999, 999), st.sampled_from([101, 103**2, 239, 241, prod(residues.PRIMES[:9])])),
    st.builds(lambda gap, sign: sign * (LARGEST - gap), st.integers(0, 3), st.sampled_from([1, -1])),
)
values = st.builds(C, parts, parts)
pairs = st.lists(st.tuples(values, values), min_size=1, max_size=6)


def divided(z: C, w: C) -> C:
    a, b, c, d = map(Fraction, (z.real, z.imaginary, w.real, w.imaginary))
    size = c * c + d * d
    return C((a * c + b * d) / size, (b * c - a * d) / size)


EXACT: dict[str, Callable[[C, C], C]] = {
    "add": lambda z, w: C(z.real + w.real, z.imaginary + w.imaginary),
    "subtract": lambda z, w: C(z.real - w.real, z.imaginary - w.imaginary),
    "multiply": lambda z, w: C(
        z.real * w.real - z.imaginary * w.imaginary, z.real * w.imaginary + z.imaginary * w.real
    ),
    "divide": divided,
}


def encode(value: C) -> Any:
    return COMPLEX.encode([value])


@settings(max_examples=60)
@given(st.lists(values))
def test_every_value_comes_back(some: list[C]) -> None:
    laws.assert_round_trip(COMPLEX, some)


@settings(max_examples=60)
@given(pairs)
@example([(C(1, 2), C(0, 0)), (C(0, 0), C(1, 2)), (C(0, 1), C(0, 1)), (C(101, 0), C(101, 101))])
@example([(C(LARGEST, 0), C(1, 0)), (C(LARGEST, 1), C(0, 1)), (C(LARGEST, LARGEST), C(LARGEST, -LARGEST))])
@example([(C(Fraction(1, 101), 0), C(101, 0)), (C(0, Fraction(7, 103)), C(0, 103)), (C(10**61, 0), C(10**61, 0))])
def test_operations_are_exact_and_canonical_or_refused_for_a_reason(some: list[tuple[C, C]]) -> None:
    for operation in OPERATIONS[:4]:
        laws.assert_homomorphism(COMPLEX, operation, EXACT[operation.name], some)


@settings(max_examples=60)
@given(st.lists(values, min_size=1))
def test_conjugates_and_norms(some: list[C]) -> None:
    alone = [(value,) for value in some]
    laws.assert_homomorphism(COMPLEX, CONJUGATE, lambda z: C(z.real, -z.imaginary), alone)
    norm = lambda z: Fraction(z.real) ** 2 + Fraction(z.imaginary) ** 2  # noqa: E731
    laws.assert_homomorphism([COMPLEX, NUMBER], NORM_SQUARED, norm, alone)


@given(st.builds(lambda a, b: complex(a / 1000, b / 64), st.integers(-(10**9), 10**9), st.integers(-(10**6), 10**6)))
def test_pythons_complex_numbers_mean_what_they_print(value: complex) -> None:
    (back,) = COMPLEX.decode(COMPLEX.encode([value]))
    assert back == C(Fraction(repr(value.real)), Fraction(repr(value.imag)))


def test_products_of_small_integers_agree_with_python() -> None:
    """0.6 % of pairs were exact; 3+4j came back as 3.000000138+4.000000085j."""
    some = [C(a, b) for a in range(-9, 10, 3) for b in range(-9, 10, 3)]
    left, right = (COMPLEX.encode([(z, w)[side] for z in some for w in some]) for side in (0, 1))
    products = COMPLEX.decode(MULTIPLY.function(left, right)[0])
    expected = [complex(z.real, z.imaginary) * complex(w.real, w.imaginary) for z in some for w in some]
    assert [complex(z.real, z.imaginary) for z in products] == expected
    assert COMPLEX.decode(encode(3 + 4j)) == [C(3, 4)]  # type: ignore[arg-type]


def test_the_lanes_say_what_they_say() -> None:
    vector = encode(C(Fraction(-5, 2), 0))[0]
    assert vector[REAL_SIZE].tolist() == pytest.approx([-1, np.log10(2.5), -2.5, np.log10(2)])
    assert vector[IMAGINARY_SIZE].tolist() == [0, 0, 0, 0]
    some = [C(a, b) for a in range(-20, 20) for b in range(-20, 20)]
    assert len({row.tobytes() for row in COMPLEX.encode(some)}) == 1600


# --- texts ---


@pytest.mark.parametrize(
    ("written", "value", "canonical"),
    [
        ("3+4i", C(3, 4), "3+4i"),
        ("3 + 4i", C(3, 4), "3+4i"),
        ("3-4j", C(3, -4), "3-4i"),
        ("-2.5−1.5i", C(Fraction(-5, 2), Fraction(-3, 2)), "-2.5-1.5i"),
        ("1/3-(2/3)i", C(Fraction(1, 3), Fraction(-2, 3)), "1/3-(2/3)i"),
        ("0+4i", C(0, 4), "0+4i"),
        ("7+0i", C(7, 0), "7+0i"),
    ],
)  # fmt: skip
def test_complex_numbers_are_found(written: str, value: C, canonical: str) -> None:
    assert COMPLEX.parse(written) == value and str(value) == canonical
    for before, after in (("", ""), ("😀 (", ") * 2"), ("is ", "?"), ("5 + ", " - 1"), ("z = ", ", then"), ("[", "]")):
        (span,) = COMPLEX.find(before + written + after)
        assert (span.start, span.end) == (len(before), len(before) + len(written)) and span.value == value


@pytest.mark.parametrize("written", ["4i", "-4i", "i", "-i", "3-i", "(2/3)i", "+3+4i"])
def test_shorter_forms_are_read_where_asked_for(written: str) -> None:
    assert complex(COMPLEX.parse(written).real, COMPLEX.parse(written).imaginary) == {
        "4i": 4j, "-4i": -4j, "i": 1j, "-i": -1j, "3-i": 3 - 1j, "(2/3)i": 2j / 3, "+3+4i": 3 + 4j,
    }[written]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "3", "3+4", "2/3i", "3 +4i", "x+4i", "3+4k", "3+4i+5", "1/0+4i", "3+(1/0)i", "nan+4i"]
)
def test_what_is_no_complex_number_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        COMPLEX.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("2*3+4i", "2 / 3+4i", "1-3+4i", "1 - 3 + 4i", "5 - -3+4i", "3+4i^2", "3+4i * 2", "3+4i(2)"),
        *("2^3+4i", "√3+4i"),
        *("n+4i", "3+4in", "3+4i5", "1,3+4i", "v1.3+4i", "3i + 4j", "a[3+4 i]", "see 3 i", "He and I"),
        *("3+i", "4i", "i"),
        *("H2+4i", "3+4i.5", "iPhone 3-4 inch"),
    ],
)
def test_what_is_torn_apart_or_uncertain_is_not_found(text: str) -> None:
    assert not list(COMPLEX.find(text))


def test_what_no_vector_holds_is_left_out_and_reported() -> None:
    text = f"3+4i and {10**62}+4i and {'9' * 5000}+4i"
    assert [span.value for span in COMPLEX.find(text)] == [C(3, 4)]
    assert [offset for offset, _ in COMPLEX.left_out(text)] == [9, 80]
    with pytest.raises(RangeError, match="parts n/d with"):
        COMPLEX.parse(f"{10**62}+4i")


# --- what is refused ---


@pytest.mark.parametrize("value", [complex("nan"), complex("inf"), complex(0, float("-inf"))])
def test_infinities_are_refused(value: complex) -> None:
    with pytest.raises(InputError, match="^row 1: .* is not a number"):
        COMPLEX.encode([1j, value])


@pytest.mark.parametrize("value", [3, "3+4i", None, (3, 4), Decimal(3), C("3", 4), C(True, 4), C(None, 1)])  # type: ignore[arg-type]
def test_what_is_no_complex_number_is_not_encoded(value: Any) -> None:
    with pytest.raises(InputError, match="^row 1: "):
        COMPLEX.encode([C(1, 2), value])


@pytest.mark.parametrize(
    "value", [C(LARGEST + 1, 0), C(0, -LARGEST - 1), C(Fraction(1, PRODUCT), 0), 1e300j, C(10**5000, 0)]
)
def test_what_is_out_of_range_is_refused(value: Any) -> None:
    with pytest.raises(RangeError, match="^row 1: "):
        COMPLEX.encode([C(1, 2), value])


@pytest.mark.parametrize("value", [C(0, 0), C(12, Fraction(-7, 202)), C(-(10**40), 10**20)])
def test_a_vector_with_any_lane_changed_is_no_complex_number(value: C) -> None:
    for lane in range(space.DIM):
        vector = encode(value)
        vector[0, lane] += 1.5 if abs(vector[0, lane]) < 1e9 else 1e38
        with pytest.raises(InputError, match="^row 0: "):
            COMPLEX.decode(vector)


def test_operations_say_why_there_is_no_result() -> None:
    """z / 0 was 2.7e43."""
    one, zero, large = (encode(value)[0] for value in (C(1, 0), C(0, 0), C(10**40, 1)))
    with pytest.raises(UndefinedError, match="^divide: division by zero$"):
        fluxem.apply("divide", one, zero)
    with pytest.raises(RangeError, match="^multiply: the result is out of range"):
        fluxem.apply("multiply", large, large)
    with pytest.raises(InputError, match="row 0: not a vector of the domain complex"):
        ADD.function(encode(C(1, 0)), NUMBER.encode([1]))


def test_phases_of_one_number_with_the_size_of_another_are_refused() -> None:
    small, large = encode(C(12, 1)), encode(C(10**40, 1))
    large[:, REAL_SIZE] = small[:, REAL_SIZE]
    for use in (COMPLEX.decode, lambda v: ADD.function(v, v)):
        with pytest.raises(InputError):
            use(large)


def test_empty_batches() -> None:
    empty = COMPLEX.encode([])
    assert empty.shape == (0, 128) and COMPLEX.decode(empty) == [] and COMPLEX.render(empty) == []
    assert all(one.function(*[empty] * len(one.operands))[0].shape == (0, 128) for one in OPERATIONS)
