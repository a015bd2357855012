"""The laws catch what breaks them."""

import numpy as np
import pytest

from fluxem import laws
from fluxem.domains.base import Operation
from fluxem.domains.date import DATE
from fluxem.domains.number import NUMBER, OPERATIONS, NumberDomain
from fluxem.errors import RangeError
from fluxem.space import Vectors

ADD, _, _, DIVIDE = OPERATIONS


def test_the_homomorphism_law_catches_wrong_operations() -> None:
    with pytest.raises(AssertionError, match=r"^add\(1, 2\) is not bitwise"):
        laws.assert_homomorphism(NUMBER, ADD, lambda a, b: a + b + 1, [(1, 2)])
    with pytest.raises(AssertionError, match=r"^add\(1, 2\) has no exact result but was not refused"):
        laws.assert_homomorphism(NUMBER, ADD, lambda a, b: a // 0, [(1, 2)])
    with pytest.raises(AssertionError, match=r"^divide\(1, 0\) was refused although"):
        laws.assert_homomorphism(NUMBER, DIVIDE, lambda a, b: 0, [(1, 0)])


def test_operations_of_one_operand_and_on_several_domains() -> None:
    def negate(numbers: Vectors) -> tuple[Vectors, np.ndarray]:
        return NUMBER.encode([-value for value in NUMBER.decode(numbers)]), np.ones(len(numbers), bool)

    operation = Operation("negate", "-", ("number",), "number", False, "-e(a) = e(-a)", negate)
    laws.assert_homomorphism(NUMBER, operation, lambda a: -a, [(1,), (-2,)])
    with pytest.raises(AssertionError, match=r"^negate\(1\) is not bitwise"):
        laws.assert_homomorphism([NUMBER, NUMBER], operation, lambda a: a, [(1,)])
    with pytest.raises(AssertionError, match="negate is defined on"):
        laws.assert_homomorphism([DATE, NUMBER], operation, lambda a: a, [(1,)])


def test_a_refused_row_must_be_zero() -> None:
    def refuse(numbers: Vectors) -> tuple[Vectors, np.ndarray]:
        return numbers, np.zeros(len(numbers), bool)

    def no_result(a: int) -> int:
        raise RangeError

    operation = Operation("refuse", "?", ("number",), "number", False, "none", refuse)
    with pytest.raises(AssertionError, match="its row is not zero"):
        laws.assert_homomorphism(NUMBER, operation, no_result, [(1,)])


def test_the_round_trip_law_catches_wrong_domains() -> None:
    class Forgetful(NumberDomain):
        def decode(self, vectors: Vectors) -> list:
            return [7 for _ in vectors]

    class Illegible(NumberDomain):
        def render(self, vectors: Vectors) -> list[str]:
            return ["7" for _ in vectors]

    for domain, reason in ((Forgetful(), "8 decodes to 7"), (Illegible(), "8 renders as 7, which reads as 7")):
        with pytest.raises(AssertionError, match=reason):
            laws.assert_round_trip(domain, [7, 8])
