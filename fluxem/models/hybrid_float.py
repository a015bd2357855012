"""Hybrid float: the trained hybrid with an executor on float32 lanes in place of exact phases.

What the original idea computes with: sums add the linear lanes, `e(a) + e(b) = e(a + b)`; products and quotients add
and subtract the logarithmic ones, `log e(a) + log e(b) = log e(a b)`. It is trained as the hybrid is, weight for
weight; only answering differs.
"""

from __future__ import annotations

import numpy as np

from fluxem import algebra, registry, space
from fluxem.domains import number
from fluxem.errors import InputError
from fluxem.integration.reductions import CHOICES, execute_choices
from fluxem.models.hybrid import Hybrid

#: Of each choice: the symbol of its operation on numbers, or none.
_SYMBOL = np.array(
    [
        registry.OPERATIONS[index].symbol if registry.OPERATIONS[index] in number.OPERATIONS else ""
        for index, _ in CHOICES
    ]
)
_SWAPPED = np.array([swapped for _, swapped in CHOICES])


def execute_floats(choice: np.ndarray, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What `execute_choices` says, with operations on numbers in float32.

    Sums and differences are those of the linear lanes, which end at the largest float32. A result is the vector of the
    float, whatever digits that has. It is not ok after a division by zero, or beyond the range of vectors.
    """
    symbol = _SYMBOL[choice]
    of_numbers = symbol != ""
    results, ok = np.zeros_like(left), np.zeros(len(left), bool)
    results[~of_numbers], ok[~of_numbers] = execute_choices(choice[~of_numbers], left[~of_numbers], right[~of_numbers])
    swapped = _SWAPPED[choice][:, None]
    a, b = np.where(swapped, right, left), np.where(swapped, left, right)
    minus = np.where(symbol == "-", np.float32(-1), np.float32(1))
    with np.errstate(over="ignore"):
        linear = (a[:, space.LINEAR] + minus * b[:, space.LINEAR]).astype(np.float64)  # the sum itself is in float32
    inverse = np.where(symbol == "/", np.float32(-1), np.float32(1))
    sign = a[:, space.SIGN] * b[:, space.SIGN]
    # from the float32 logarithm on in float64, so that the result's own logarithmic lane is this one
    product = sign * 10.0 ** (a[:, space.LOG] + inverse * b[:, space.LOG]).astype(np.float64)
    value = np.where((symbol == "+") | (symbol == "-"), linear, product)
    possible = of_numbers & ~((symbol == "/") & (b[:, space.ZERO] == 1))
    for row in np.flatnonzero(possible):
        try:
            results[row], ok[row] = number.NUMBER.encode([float(value[row])])[0], True
        except InputError:  # out of range
            continue
    return results, ok


class HybridFloat(Hybrid):
    """The hybrid with `execute_floats`; it answers numbers with the nearest integer."""

    def execute(self, choice: np.ndarray, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `execute_floats`."""
        return execute_floats(choice, left, right)

    def render(self, vectors: np.ndarray) -> list[str]:
        """The texts of vectors (n, 128) as answers, numbers rounded."""
        texts = algebra.answer_batch(vectors)
        rows = np.flatnonzero(space.read_tag(vectors) == number.NUMBER.tag)
        for row, value in zip(rows.tolist(), number.NUMBER.decode(vectors[rows]), strict=True):
            texts[row] = str(round(value))
        return texts
