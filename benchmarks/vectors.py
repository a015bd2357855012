"""How fast numbers become vectors and back, and operations run: one thread, best of 5 runs."""

# ruff: noqa: E402 - the number of threads is read when numpy is loaded
import os

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import random
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from fluxem import algebra
from fluxem.domains.number import NUMBER, OPERATIONS
from fluxem.integration.segmenter import spans

SEED = 0
REPEATS = 5


def per_second(work: Callable[[], Any], count: int) -> float:
    """`count` things per call of `work`, as a rate: the best of REPEATS calls."""
    durations = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        durations.append(time.perf_counter() - start)
    return count / min(durations)


def rates() -> dict[str, float]:
    """Things per second by name."""
    draw = random.Random(SEED)
    n = 50_000
    array = np.array([draw.randrange(-(2**53) + 1, 2**53) for _ in range(n)])
    small = [draw.randrange(-999, 1000) for _ in range(n)]
    large = [draw.randrange(-(10**30), 10**30) for _ in range(n)]
    decimals = [Fraction(draw.randrange(-(10**6), 10**6), 1000) for _ in range(n // 10)]
    rationals = [Fraction(draw.randrange(-(10**6), 10**6), draw.randrange(1, 10**6)) for _ in range(n // 10)]
    text = " ".join(f"What is {value} + {abs(value)} * 3.5?" for value in small)
    measured = {
        "encode, int64 array below 2^53": per_second(lambda: NUMBER.encode(array), n),
        "encode, list of small ints": per_second(lambda: NUMBER.encode(small), n),
        "encode, list of 30-digit ints": per_second(lambda: NUMBER.encode(large), n),
        "encode, list of fractions": per_second(lambda: NUMBER.encode(rationals), len(rationals)),
        "encode, one int": per_second(lambda: [algebra.encode(value) for value in small[:2000]], 2000),
        "decode, small ints": _decode(small),
        "decode, 30-digit ints": _decode(large),
        "decode, decimals": _decode(decimals),
        "decode, fractions": _decode(rationals),
    }
    for operation in OPERATIONS:
        for name, values in (
            ("small ints", small),
            ("30-digit ints", large),
            ("decimals", decimals),
            ("fractions", rationals),
        ):
            left, right = NUMBER.encode(values), NUMBER.encode([value or 1 for value in reversed(values)])
            measured[f"{operation.name}, {name}"] = per_second(partial(operation.function, left, right), len(values))
    measured["find, characters"] = per_second(lambda: spans(text), len(text))
    return measured


def _decode(values: list[Any]) -> float:
    vectors = NUMBER.encode(values)
    return per_second(lambda: NUMBER.decode(vectors), len(values))


def main() -> None:
    measured = rates()
    reference = measured["encode, int64 array below 2^53"]
    print(f"{'':32} {'per second':>12} {'ratio':>8}")
    for name, rate in measured.items():
        print(f"{name:32} {rate:12,.0f} {rate / reference:8.3f}")


if __name__ == "__main__":
    main()
