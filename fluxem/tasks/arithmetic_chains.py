"""Chains: arithmetic expressions as trees, their values, and the order in which they are computed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import TypeVar

from fluxem import residues

#: A number, or a sum or product as its sorted terms or factors, each with whether it is subtracted or divided by.
Made = tuple[str, list[tuple[bool, str]]]
T = TypeVar("T")

APPLY: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


@dataclass(frozen=True)
class Chain:
    """`operands[0] operations[0] operands[1] ...`; an operand is a number or a chain in brackets."""

    operands: tuple[int | Chain, ...]
    operations: tuple[str, ...]

    def count(self) -> int:
        """Number of operations, those in brackets included."""
        return len(self.operations) + sum(o.count() for o in self.operands if isinstance(o, Chain))

    def fold(self, leaf: Callable[[int], T], combine: Callable[[str, T, T], T]) -> T:
        """Evaluate bottom-up under standard precedence: `*` and `/` before `+` and `-`, each from left to right."""
        parts = [o.fold(leaf, combine) if isinstance(o, Chain) else leaf(o) for o in self.operands]
        operations = list(self.operations)
        for level in ("*/", "+-"):
            at = 0
            while at < len(operations):
                if operations[at] in level:
                    parts[at : at + 2] = [combine(operations.pop(at), parts[at], parts[at + 1])]
                else:
                    at += 1
        return parts[0]

    def value(self) -> Fraction:
        """The exact value; raises ZeroDivisionError."""
        return self.fold(Fraction, lambda operation, a, b: APPLY[operation](a, b))

    def is_exact(self) -> bool:
        """Whether the value is an integer, and it and all results on the way are numbers that a vector holds."""
        made: list[Fraction] = []

        def combine(operation: str, a: Fraction, b: Fraction) -> Fraction:
            made.append(APPLY[operation](a, b))
            return made[-1]

        try:
            value = self.fold(Fraction, combine)
        except ZeroDivisionError:
            return False
        return value.denominator == 1 and all(residues.in_range(*each.as_integer_ratio()) for each in made)

    def derivation(self) -> list[tuple[int, str]]:
        """The operations in the order of `fold`, each with the pair of numbers it is done on.

        What is in brackets comes first, so that no pair has to wait for a bracket when its turn comes.
        """
        leaves = count()
        left = list(range(self.count() + 1))  # the first leaf of each number that is left
        steps = []

        def combine(operation: str, a: int, b: int) -> int:
            steps.append((left.index(a), operation))
            left.remove(b)
            return a

        self.fold(lambda _: next(leaves), combine)
        return steps

    def key(self) -> str:
        """The same for expressions that differ only in needless brackets or in the order of terms or of factors."""

        def parts(kind: str, made: Made) -> list[tuple[bool, str]]:
            return made[1] if made[0] == kind else [(False, str(made))]

        def combine(operation: str, a: Made, b: Made) -> Made:
            kind, inverse = ("+", operation == "-") if operation in "+-" else ("*", operation == "/")
            return kind, sorted(parts(kind, a) + [(inverted != inverse, text) for inverted, text in parts(kind, b)])

        return str(self.fold(lambda number: (str(number), []), combine))


def draw_chain(
    rng: random.Random, count: int, operand: Callable[[], int], operations: list[str], brackets: bool
) -> Chain:
    """Draw an expression of `count` operations on what `operand` draws; with `brackets`, some of it in ( )."""
    top = rng.randint(1, count - 1) if brackets and count > 1 else count
    inside = [0] * (top + 1)
    for _ in range(count - top):
        inside[rng.randrange(top + 1)] += 1
    operands = tuple(draw_chain(rng, n, operand, operations, rng.random() < 0.5) if n else operand() for n in inside)
    return Chain(operands, tuple(rng.choice(operations) for _ in range(top)))


def draw_operand(rng: random.Random, low: int, high: int, even_digits: bool) -> int:
    """An integer of [low, high]: each as often, or with `even_digits`, of integers from 0, each number of digits."""
    if even_digits:
        digits = rng.randint(len(str(low)), len(str(high)))
        low, high = max(low, 10 ** (digits - 1) if digits > 1 else 0), min(high, 10**digits - 1)
    return rng.randint(low, high)
