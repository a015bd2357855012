"""Defects of the first implementation (commit 0a4e442), each measured there: none of them may come back."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import fluxem
from fluxem import algebra
from fluxem.errors import InputError, RangeError, UndefinedError


def run(operation: str, a: Any, b: Any) -> Any:
    return fluxem.decode(fluxem.apply(operation, fluxem.encode(a), fluxem.encode(b)))


def encode(values: Any) -> Any:
    return algebra.encode_batch(values, "number")


def test_linear_encoder_defects() -> None:
    """`abc` was 0.0, 2^53 + 1 was lost, -0.0 kept, and e(a) + e(b) was e(a + b) for 62.5 % of pairs."""
    with pytest.raises(InputError):
        fluxem.encode("abc")
    for too_large in (1e300, 10**400):
        with pytest.raises(RangeError):
            fluxem.encode(too_large)
    assert run("add", 2**53, 1) == 2**53 + 1
    assert fluxem.encode(-0.0).tobytes() == fluxem.encode(0).tobytes()
    values = np.random.default_rng(0).integers(-(10**5), 10**5, size=(2, 1000))
    sums = fluxem.apply("add", encode(values[0]), encode(values[1]))
    assert sums.tobytes() == encode(values.sum(axis=0)).tobytes()


def test_small_integers_are_far_apart() -> None:
    """With the scale 1e7, 1 and 2 had bit-identical projections: the network was blind."""
    vectors = encode(np.arange(100))
    distance = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1) + 1e3 * np.eye(100)
    assert distance.min() > 0.1


def test_logarithmic_encoder_defects() -> None:
    """(-2)(-3) was -6, (-2)(3) was +6, 0 * 5 was 5, 0 / 0 infinite, and no product from 1e6 on was exact."""
    products = {(-2, -3): 6, (-2, 3): -6, (0, 5): 0, (1847, 392): 724024, (123456, 654321): 123456 * 654321}
    assert {pair: run("multiply", *pair) for pair in products} == products
    with pytest.raises(UndefinedError):
        run("divide", 0, 0)
    assert run("multiply", Fraction(1, 10**12), 1) == Fraction(1, 10**12)


@pytest.mark.parametrize(
    "text", ["2+3*4", "2*3+4", "12 - 34 + 5", "(2+3)*4", "1e3+1", "2**3**2", "100!", "0/0", "", " ", "7 7"]
)
def test_an_expression_is_not_a_number(text: str) -> None:
    """The calculator answered 36, 68, -333, 36, 14, 64, 0.0, inf, 0.0, ..."""
    with pytest.raises(InputError):
        fluxem.encode(text)


def test_arithmetic_encoder_defects() -> None:
    """No sum of 0..99 was exact, and 1.4 % of the products; 2^200 came back as 2.7e43; 1 / 0 was 0."""
    left, right = np.repeat(np.arange(100), 100), np.tile(np.arange(100), 100)
    for name, exact in (("add", left + right), ("subtract", left - right), ("multiply", left * right)):
        assert fluxem.apply(name, encode(left), encode(right)).tobytes() == encode(exact).tobytes()
    assert run("add", 10**16, 1) == 10**16 + 1
    assert run("add", 2**200, 0) == 2**200
    with pytest.raises(UndefinedError):
        run("divide", 1, 0)


def test_rational_encoder_defects() -> None:
    """Division was wrong 300 times of 300, and 1 / (3/4) was 3/4."""
    assert run("divide", 1, Fraction(3, 4)) == Fraction(4, 3)
    draw = np.random.default_rng(0).integers(1, 10**9, size=(300, 4)).tolist()
    left, right = [Fraction(n, d) for n, d, _, _ in draw], [Fraction(n, d) for _, _, n, d in draw]
    quotients = fluxem.apply("divide", encode(left), encode(right))
    assert fluxem.decode(quotients) == [a / b for a, b in zip(left, right, strict=True)]


def test_power_by_repeated_multiplication_is_exact() -> None:
    """3^20 was 3486785792."""
    vector = fluxem.encode(1)
    for _ in range(20):
        vector = fluxem.apply("multiply", vector, fluxem.encode(3))
    assert fluxem.decode(vector) == 3486784401
