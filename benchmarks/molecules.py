"""How fast formulas, reactions, DNA and taxa become vectors and back, and are found: one thread, best of 5 runs."""

# ruff: noqa: E402 - the number of threads is read when numpy is loaded
import os

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from fluxem.domains import dna, formula, formula_text, reaction, reaction_text, taxonomy
from fluxem.domains.base import Domain, Operation, Span
from fluxem.domains.elements import SYMBOLS
from fluxem.domains.number import NUMBER

SEED = 0
REPEATS = 5
#: Encoded per second by the first implementation (commit 0a4e442), one at a time, there was no batch.
BEFORE = {"C6H12O6": 35_000, "DNA, 20 bases": 26_000}

ENGLISH = (
    "World War II ended in 1945, and He is in 2 minds about it. In the lab, a DNA test took an hour; the CAT scan "
    "was OK. She poured H2O on NaCl at noon, As usual. NASA and the BBC said No. Can I be at 3 in the morning? "
)


def per_second(work: Callable[[], Any], count: int) -> float:
    """`count` things per call of `work`, as a rate: the best of REPEATS calls."""
    durations = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        durations.append(time.perf_counter() - start)
    return count / min(durations)


def values() -> dict[str, tuple[Domain, list[Any]]]:
    """Values to encode, by name."""
    draw = random.Random(SEED)
    glucose = formula_text.read("C6H12O6")
    mixed = [
        formula_text.Formula.of({symbol: draw.randint(1, 30) for symbol in draw.sample(SYMBOLS, draw.randint(1, 5))})
        for _ in range(20_000)
    ]
    water = reaction_text.read("2 H2 + O2 -> 2 H2O")
    names = [line.split("\t")[3] for line in taxonomy.TABLE.read_text("utf-8").splitlines() if line[0] != "#"]
    return {
        "C6H12O6": (formula.FORMULA, [glucose] * 20_000),
        "formulas of 1 to 5 elements": (formula.FORMULA, mixed),
        "2 H2 + O2 -> 2 H2O": (reaction.REACTION, [water] * 2_000),
        "DNA, 20 bases": (dna.DNA, ["".join(draw.choices("ACGT", k=20)) for _ in range(20_000)]),
        "DNA, 1000 bases": (dna.DNA, ["".join(draw.choices("ACGT", k=1000)) for _ in range(2_000)]),
        "taxa": (taxonomy.TAXONOMY, draw.choices(names, k=20_000)),
    }


def _found(domain: Domain, text: str) -> list[Span]:
    return list(domain.find(text))


def rates() -> dict[str, float]:
    """Things per second by name."""
    measured = {}
    for name, (domain, of) in values().items():
        vectors = domain.encode(of)
        measured[f"encode, {name}"] = per_second(partial(domain.encode, of), len(of))
        measured[f"decode, {name}"] = per_second(partial(domain.decode, vectors), len(of))
        for operation in _operations(domain):
            operands = [vectors if one == domain.name else NUMBER.encode([2] * len(of)) for one in operation.operands]
            measured[f"{operation.name}, {name}"] = per_second(
                partial(operation.function, *operands),
                len(of),
            )
    text = ENGLISH * (100_000 // len(ENGLISH))
    for domain in (formula.FORMULA, reaction.REACTION, dna.DNA, taxonomy.TAXONOMY):
        measured[f"find in English, {domain.name}, characters"] = per_second(
            partial(_found, domain, text),
            len(text),
        )
    return measured


def _operations(domain: Domain) -> list[Operation]:
    of_all = (*formula.OPERATIONS, *reaction.OPERATIONS, *dna.OPERATIONS, *taxonomy.OPERATIONS)
    return [operation for operation in of_all if operation.operands[0] == domain.name]


def main() -> None:
    for name, rate in rates().items():
        before = BEFORE.get(name.removeprefix("encode, "))
        print(f"{name:55} {rate:14,.0f} a second" + (f"  ({rate / before:.0f} x {before:,})" if before else ""))


if __name__ == "__main__":
    main()
