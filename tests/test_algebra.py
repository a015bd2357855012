"""The executor and the public face of the vectors."""

import os
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluxem
from fluxem import algebra
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError
from fluxem.registry import DOMAINS, OPERATIONS

PYTHON = (Fraction.__add__, Fraction.__sub__, Fraction.__mul__, Fraction.__truediv__)
fractions = st.fractions(max_denominator=10**10)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(PYTHON) - 1), fractions, fractions)))
def test_execute_runs_each_row_with_its_own_operation(rows: list[tuple[int, Fraction, Fraction]]) -> None:
    index = np.array([row[0] for row in rows], np.int64)
    left, right = (algebra.encode_batch([row[side] for row in rows], "number") for side in (1, 2))
    result, ok = algebra.execute(index, left, right)
    assert result.dtype == np.float32 and result.shape == left.shape and ok.shape == index.shape
    for (operation, a, b), vector, is_ok in zip(rows, result, ok, strict=True):
        if PYTHON[operation] is Fraction.__truediv__ and b == 0:
            assert not is_ok and not vector.any()
        else:
            assert is_ok and fluxem.decode(vector) == PYTHON[operation](a, b)


@pytest.mark.parametrize("index", [-1, len(OPERATIONS)])
def test_execute_refuses_an_operation_that_does_not_exist(index: int) -> None:
    one = algebra.encode_batch([1], "number")
    with pytest.raises(InputError, match=rf"0\.\.{len(OPERATIONS) - 1}, not {index}"):
        algebra.execute(np.array([index]), one, one)


def test_execute_takes_operations_of_two_operands() -> None:
    index = [len(operation.operands) for operation in OPERATIONS].index(1)
    vectors = algebra.encode_batch([3 + 4j], "complex")
    with pytest.raises(InputError, match=f"^{OPERATIONS[index].name} of .* does not take two operands$"):
        algebra.execute(np.array([index]), vectors, vectors)


def test_execute_runs_operations_on_several_domains() -> None:
    index = [(operation.name, operation.operands) for operation in OPERATIONS].index(("add", ("date", "number")))
    left = np.stack([fluxem.encode("2024-02-28"), fluxem.encode(1)])
    right = np.stack([fluxem.encode(2), fluxem.encode(2)])
    result, ok = algebra.execute(np.array([index, 0]), left, right)
    assert ok.all() and fluxem.render(result) == ["2024-03-01", "3"]


def test_apply_chooses_by_the_domains_of_its_operands() -> None:
    one, z, v = fluxem.encode("1"), fluxem.encode("3+4i"), fluxem.encode("(3, 4)")
    assert fluxem.render(fluxem.apply("add", z, z)) == "6+8i"
    assert fluxem.render(fluxem.apply("add", v, v)) == "(6, 8)"
    assert fluxem.render(fluxem.apply("conjugate", z)) == "3-4i"
    assert fluxem.render(fluxem.apply("norm_squared", np.stack([v, v]))) == ["25", "25"]
    with pytest.raises(InputError, match="no operation 'add' takes number and complex; operations that do: none"):
        fluxem.apply("add", one, z)
    with pytest.raises(InputError, match="no operation 'add' takes complex; operations that do: conjugate, norm_sq"):
        fluxem.apply("add", z)


def test_the_public_face_on_one_vector() -> None:
    left, right = fluxem.encode("1/2"), fluxem.encode(Fraction(1, 3), domain="number")
    assert left.shape == (128,) and left.dtype == np.float32
    total = fluxem.apply("add", left, right)
    assert total.shape == (128,) and total.dtype == np.float32
    assert fluxem.decode(total) == Fraction(5, 6) and fluxem.render(total) == "5/6"
    assert [span.value for span in fluxem.spans("1/2 + 3")] == [Fraction(1, 2), 3]


def test_the_public_face_on_batches() -> None:
    left, right = (
        algebra.encode_batch([1, 2, 3], "number"),
        algebra.encode_batch(np.array([4, 5, 6]), "number"),
    )
    product = fluxem.apply("multiply", left, right)
    assert fluxem.decode(product) == algebra.decode_batch(product) == [4, 10, 18]
    assert fluxem.render(product) == algebra.render_batch(product) == ["4", "10", "18"]
    assert fluxem.apply("divide", left[:0], right[:0]).shape == (0, 128) and fluxem.decode(left[:0]) == []


def test_results_chain_without_python_numbers() -> None:
    vector = fluxem.encode("2")
    for _ in range(100):
        vector = fluxem.apply("multiply", vector, fluxem.encode("2"))
    for _ in range(101):
        vector = fluxem.apply("divide", vector, fluxem.encode("2"))
    assert vector.tobytes() == fluxem.encode(1).tobytes()


def test_apply_says_why_there_is_no_result() -> None:
    one, zero, large = (algebra.encode_batch([value], "number") for value in (1, 0, 10**100))
    with pytest.raises(UndefinedError, match="^divide: division by zero$"):
        fluxem.apply("divide", one[0], zero[0])
    with pytest.raises(RangeError, match="^multiply: the result is outside the exact range"):
        fluxem.apply("multiply", large[0], large[0])
    with pytest.raises(UndefinedError, match="^divide, row 1: division by zero$"):
        fluxem.apply("divide", np.concatenate([one, one]), np.concatenate([one, zero]))


def test_apply_refuses_what_does_not_fit() -> None:
    one = fluxem.encode(1)
    with pytest.raises(
        InputError,
        match="no operation 'power' takes number and number; operations that do: add, subtract, multiply, divide",
    ):
        fluxem.apply("power", one, one)
    with pytest.raises(InputError, match=r"shapes \(128,\) and \(1, 128\)"):
        fluxem.apply("add", one, one[None])
    with pytest.raises(InputError, match="add: operands of shapes"):
        fluxem.apply("add")
    with pytest.raises(InputError, match="not a vector of a registered domain"):
        fluxem.apply("add", np.zeros(128, np.float32), one)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("abc", ParseError, "'abc' is no value of a domain; domains: "),
        ("", ParseError, "'' is no value of a domain; domains: "),
        ("C4", ParseError, "'C4' may be pitch or chem_formula; name the domain that is meant"),
        ("9" * 5000, RangeError, "5000 digits"),
        (10**400, RangeError, "about 401 digits"),
        (None, InputError, "no domain holds a NoneType"),
        (float("nan"), InputError, "nan is not a number"),
    ],
)
def test_encode_refuses_clearly(value: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        fluxem.encode(value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


def test_a_text_without_a_domain_is_what_a_text_would_hold() -> None:
    for name, domain in DOMAINS.items():
        vector = fluxem.encode(f" {domain.example}\n")
        assert vector.tobytes() == fluxem.encode(domain.example, domain=name).tobytes()
    assert fluxem.decode(fluxem.encode("(5,)")) == (5,)  # only a vector is written so
    assert fluxem.decode(fluxem.encode("C4", domain="pitch")).key == 60


def test_a_value_without_a_domain_is_of_the_first_that_takes_its_type() -> None:
    for name, domain in DOMAINS.items():
        value = domain.parse(domain.example)
        if not isinstance(value, str):
            assert fluxem.encode(value).tobytes() == fluxem.encode(value, domain=name).tobytes()
    assert fluxem.decode(fluxem.encode(True)) is True


def test_an_unknown_domain_or_name_is_refused() -> None:
    with pytest.raises(InputError, match="no domain is named 'colour'; domains: .*number"):
        fluxem.encode(1, domain="colour")
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        fluxem.colour  # noqa: B018


@pytest.mark.parametrize("vector", [np.zeros(128), np.ones(5), np.full(128, np.nan)])
def test_decode_and_render_refuse_what_is_no_vector(vector: np.ndarray) -> None:
    for read in (fluxem.decode, fluxem.render):
        with pytest.raises(InputError):
            read(vector)


def test_import_is_light() -> None:
    program = (
        "import sys, fluxem; early = 'fluxem.algebra' in sys.modules\n"
        "fluxem.encode(1); print(early, 'torch' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert printed.split() == ["False", "False"]
