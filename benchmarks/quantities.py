"""How fast quantities become vectors and back, convert and are compared, and are found: one thread, best of 5 runs.

Per second of processor time. By that clock the first implementation encoded 55,000 quantities/s and 30,000 units/s,
and its detector scanned 0.37 M characters/s of questions about units.
"""

# ruff: noqa: E402 - the number of threads is read when numpy is loaded
import os

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import random
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT
from fluxem.domains.quantity_operations import OPERATIONS
from fluxem.domains.quantity_text import quantities
from fluxem.domains.units import Quantity


def _words(text: str) -> list[str]:
    return text.split()


SEED = 0
REPEATS = 5
UNITS = _words("m km cm mm ft in mi kg g mg lb oz s ms min h day K °C °F m/s km/h mph ft/s kg*m/s^2 W*h")
PROSE = (
    "He is in 2 minds about it, as usual: at 3 in the morning, after World War II, 10 men had gone in to see "
    "whether the A4 paper was there. In fact nobody knew, and nobody asked for more than a day or so. "
)


def per_second(work: Callable[[], Any], count: int) -> float:
    """`count` things per call of `work`, per second of processor time: the best of REPEATS calls."""
    durations = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        durations.append(time.process_time() - start)
    return count / min(durations)


def rates() -> dict[str, float]:
    """Things per second by name."""
    draw = random.Random(SEED)
    n = 50_000
    units = [PHYS_UNIT.parse(text) for text in UNITS]
    whole = [Quantity(draw.randrange(-999, 1000), draw.choice(units)) for _ in range(n)]
    decimals = [Quantity(Fraction(draw.randrange(-(10**6), 10**6), 1000), draw.choice(units)) for _ in range(n)]
    rationals = [
        Quantity(Fraction(draw.randrange(-(10**6), 10**6), draw.randrange(1, 10**6)), draw.choice(units))
        for _ in range(n)
    ]
    few = decimals[: n // 5]
    vectors = PHYS_QUANTITY.encode(decimals)
    wanted = PHYS_UNIT.encode([quantity.unit for quantity in decimals])
    operations = {(operation.name, *operation.operands): operation.function for operation in OPERATIONS}
    convert = operations["convert", "phys_quantity", "phys_unit"]
    same_dimension = operations["same_dimension", "phys_quantity", "phys_quantity"]
    text = " ".join(f"Convert {quantity} to {quantity.unit}." for quantity in few)
    prose = PROSE * 1000
    encoded = PHYS_QUANTITY.encode(few)
    return {
        "encode, whole magnitudes": per_second(lambda: PHYS_QUANTITY.encode(whole), n),
        "encode, decimal magnitudes": per_second(lambda: PHYS_QUANTITY.encode(decimals), n),
        "encode, rational magnitudes": per_second(lambda: PHYS_QUANTITY.encode(rationals), n),
        "encode, units": per_second(lambda: PHYS_UNIT.encode([one.unit for one in decimals]), n),
        "decode, decimal magnitudes": per_second(lambda: PHYS_QUANTITY.decode(encoded), len(few)),
        "convert": per_second(lambda: convert(vectors, wanted), n),
        "same_dimension": per_second(lambda: same_dimension(vectors, vectors[::-1]), n),
        "find in questions, characters": per_second(lambda: _find(text), len(text)),
        "find in prose, characters": per_second(lambda: _find(prose), len(prose)),
    }


def _find(text: str) -> None:
    cast(Any, quantities).cache_clear()
    for domain in (PHYS_QUANTITY, PHYS_UNIT):
        list(domain.find(text))


def main() -> None:
    for name, rate in rates().items():
        print(f"{name:32} {rate:12,.0f} per second")


if __name__ == "__main__":
    main()
