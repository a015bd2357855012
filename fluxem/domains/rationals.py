"""Arrays of exact rationals: reduced numerators and positive denominators, in two arrays of one shape (n, w).

They are int64 as long as no intermediate result can overflow, and Python's integers otherwise: the same code runs
fast on small numbers and exactly on large ones.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[Any]  # int64 or object
Rationals = tuple[Integers, Integers]


def integers(values: list[int]) -> Integers:
    """As int64 where all are below 2^63 in absolute value, else as Python's integers."""
    fits = min(values, default=0) > -(2**63) and max(values, default=0) < 2**63
    return np.array(values, np.int64 if fits else object)


def _wide(*arrays: Integers) -> tuple[Integers, ...]:
    """The arrays as int64 where two products of their members can be added in it, else as Python's integers."""
    if all(array.dtype != object and np.abs(array).max(initial=0) < 2**31 for array in arrays):
        return arrays
    return tuple(array.astype(object) for array in arrays)


def _reduced(numerators: Integers, denominators: Integers) -> Rationals:
    common = np.gcd(numerators, denominators)
    return numerators // common, denominators // common


def plus(left: Rationals, right: Rationals) -> Rationals:
    """The sums, entry by entry; shapes broadcast."""
    a, b, c, d = _wide(*left, *right)
    return _reduced(a * d + c * b, b * d)


def times(left: Rationals, right: Rationals) -> Rationals:
    """The products, entry by entry; shapes broadcast."""
    a, b, c, d = _wide(*left, *right)
    return _reduced(a * c, b * d)


def minus(entries: Rationals) -> Rationals:
    """The negatives."""
    return -entries[0], entries[1]


def columns(entries: Rationals, which: list[int]) -> Rationals:
    """Some columns, in this order: (n, len(which))."""
    return entries[0][:, which], entries[1][:, which]


def widened(entries: Rationals, width: int) -> Rationals:
    """The same with as many more columns of zero as make (n, width)."""
    count, used = entries[0].shape
    numerators = np.zeros((count, width), entries[0].dtype)
    denominators = np.ones((count, width), entries[1].dtype)
    numerators[:, :used], denominators[:, :used] = entries
    return numerators, denominators
