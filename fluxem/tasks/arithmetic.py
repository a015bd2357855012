"""Arithmetic questions: chains of integers under standard precedence, answered exactly.

A question is an expression, some of it in brackets, asked in one of several phrasings. Its target is computed with
`fractions.Fraction`; an expression whose value is no integer is drawn again, so every target is an exact integer.

`train`, `validation` and `test_id` share one distribution; `test_ood_magnitude` has larger operands,
`test_ood_length` more operations, `test_ood_combined` both. No question appears twice, in one split or in two, also not
with its terms or factors in another order.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from fluxem.errors import InputError

Row = dict[str, Any]
#: A number, or a sum or product as its sorted terms or factors, each with whether it is subtracted or divided by.
Made = tuple[str, list[tuple[bool, str]]]
T = TypeVar("T")

APPLY: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}
#: How an operation is written: as people type it, as it is typeset, or as a word.
WRITTEN = {
    "+": ("+", "+", " plus ", " added to "),
    "-": ("-", "−", " minus ", " less "),
    "*": ("*", "×", " times ", " multiplied by "),
    "/": ("/", "÷", " divided by ", " over "),
}
#: How an expression is asked, when it is not asked bare.
PHRASINGS = (
    "{}",
    "{} =",
    "{} = ?",
    "What is {}?",
    "What's {}?",
    "How much is {}?",
    "What does {} equal?",
    "What is the value of {}?",
    "Calculate {}.",
    "Compute {}",
    "Evaluate {}.",
    "Find {}.",
    "Solve {}",
    "Work out {}.",
)
#: How one operation on two numbers is put in words; `b` before `a` where the words turn the operands around.
SENTENCES = {
    "+": (
        "the sum of {a} and {b}",
        "the total of {a} and {b}",
        "add {a} and {b}",
        "add {b} to {a}",
        "sum {a} and {b}",
        "increase {a} by {b}",
        "{b} more than {a}",
    ),
    "-": (
        "subtract {b} from {a}",
        "the difference of {a} and {b}",
        "the difference between {a} and {b}",
        "decrease {a} by {b}",
        "{b} less than {a}",
        "take {b} away from {a}",
        "{a} take away {b}",
    ),
    "*": (
        "the product of {a} and {b}",
        "multiply {a} by {b}",
        "multiply {a} and {b}",
        "multiply {a} with {b}",
    ),
    "/": (
        "divide {a} by {b}",
        "the quotient of {a} and {b}",
    ),
}
#: A row is given up after this many draws: the ranges are then too small for so many different questions.
MOST_DRAWS = 10_000


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

    def key(self) -> str:
        """The same for expressions that differ only in needless brackets or in the order of terms or of factors."""

        def parts(kind: str, made: Made) -> list[tuple[bool, str]]:
            return made[1] if made[0] == kind else [(False, str(made))]

        def combine(operation: str, a: Made, b: Made) -> Made:
            kind, inverse = ("+", operation == "-") if operation in "+-" else ("*", operation == "/")
            return kind, sorted(parts(kind, a) + [(inverted != inverse, text) for inverted, text in parts(kind, b)])

        return str(self.fold(lambda number: (str(number), []), combine))


def draw_chain(rng: random.Random, count: int, low: int, high: int, operations: list[str], brackets: bool) -> Chain:
    """Draw an expression of `count` operations on integers of [low, high]; with `brackets`, some of it in ( )."""
    top = rng.randint(1, count - 1) if brackets and count > 1 else count
    inside = [0] * (top + 1)
    for _ in range(count - top):
        inside[rng.randrange(top + 1)] += 1
    operands = tuple(
        draw_chain(rng, n, low, high, operations, rng.random() < 0.5) if n else rng.randint(low, high) for n in inside
    )
    return Chain(operands, tuple(rng.choice(operations) for _ in range(top)))


def write_chain(
    rng: random.Random, chain: Chain, written: dict[str, str], space: str, implicit: bool
) -> tuple[str, list[tuple[int, int, int]]]:
    """The text of an expression and its numbers as (start, end, value); `implicit`: some `*` before ( go unsaid."""
    text = ""
    numbers: list[tuple[int, int, int]] = []
    for at, operand in enumerate(chain.operands):
        if at:
            operation = chain.operations[at - 1]
            unsaid = implicit and operation == "*" and isinstance(operand, Chain) and rng.random() < 0.5
            symbol = "" if unsaid else written[operation]
            # a tight 3/4 is one number, not a division of two
            gap = "" if unsaid or symbol[0] == " " else " " if symbol == "/" else space
            text += gap + symbol + gap
        if isinstance(operand, Chain):
            inner, found = write_chain(rng, operand, written, space, implicit)
            numbers += [(len(text) + 1 + start, len(text) + 1 + end, value) for start, end, value in found]
            text += f"({inner})"
        else:
            numbers.append((len(text), len(text) + len(str(operand)), operand))
            text += str(operand)
    return text, numbers


def write_sentence(rng: random.Random, chain: Chain) -> tuple[str, list[tuple[int, int, int]]]:
    """One operation in words, such as `subtract 3 from 12`, and its numbers as (start, end, value)."""
    form = rng.choice(SENTENCES[chain.operations[0]])
    values = dict(zip("ab", chain.operands, strict=True))
    text = ""
    numbers: list[tuple[int, int, Any]] = []
    for before, name, _, _ in string.Formatter().parse(form):
        text += before
        if name:
            written = str(values[name])
            numbers.append((len(text), len(text) + len(written), values[name]))
            text += written
    if rng.random() < 0.5:
        text = text[0].upper() + text[1:]
    return text, numbers


def write_question(rng: random.Random, chain: Chain, phrasings: bool) -> Row:
    """A sample row (see `fluxem.integration.sample_format`) without its id."""
    phrasing = "{}"
    if phrasings and chain.count() == 1 and rng.random() < 0.4:
        expression, numbers = write_sentence(rng, chain)
    elif phrasings:
        style = rng.choice((0, 0, 0, 0, 1, 1, 2, 3))
        written = {operation: forms[style] for operation, forms in WRITTEN.items()}
        expression, numbers = write_chain(rng, chain, written, rng.choice(("", " ")), style < 2)
        if rng.random() < 0.4:
            phrasing = rng.choice(PHRASINGS)
    else:
        expression, numbers = write_chain(rng, chain, {operation: operation for operation in WRITTEN}, " ", False)
    offset = phrasing.index("{")
    return {
        "text": phrasing.format(expression),
        "spans": [
            {"type": "number", "start": start + offset, "end": end + offset, "value": value}
            for start, end, value in numbers
        ],
        "target_text": str(chain.value()),
        "metadata": {
            "operations": chain.count(),
            "brackets": any(isinstance(o, Chain) for o in chain.operands),
        },
    }


def _questions(data: dict[str, Any], seed: int) -> Iterator[tuple[str, Row]]:
    usual, large = data["id_range"], data["ood_magnitude_range"]
    short, long = data["id_ops"], data["ood_ops"]
    splits = {
        "train": (data["train_size"], usual, short),
        "validation": (data["validation_size"], usual, short),
        "test_id": (data["test_size"], usual, short),
        "test_ood_magnitude": (data["test_size"], large, short),
        "test_ood_length": (data["test_size"], usual, long),
        "test_ood_combined": (data["test_size"], large, long),
    }
    seen: set[str] = set()
    for split, (size, (low, high), (fewest, most)) in splits.items():
        rng = random.Random(f"arithmetic/{seed}/{split}")
        for number in range(size):
            for _ in range(MOST_DRAWS):
                brackets = rng.random() < data["parentheses"]
                chain = draw_chain(rng, rng.randint(fewest, most), low, high, data["operations"], brackets)
                key = chain.key()
                try:
                    fits = key not in seen and chain.value().denominator == 1
                except ZeroDivisionError:
                    continue
                if fits:
                    break
            else:
                raise InputError(
                    f"data.{split} row {number}: no new question found in {MOST_DRAWS} draws; "
                    f"allowed: fewer rows, or a wider range than [{low}, {high}]"
                )
            seen.add(key)
            yield split, {"id": f"{split}-{number}", **write_question(rng, chain, data["phrasings"])}


def generate(data: dict[str, Any], seed: int) -> dict[str, list[Row]]:
    """All splits of the arithmetic task.

    Args:
        data: the `data` section of the configuration.
        seed: draws are seeded by task, seed and split, so a longer split keeps its first rows.

    Returns:
        Rows by split name, in the sample format.

    Raises:
        InputError: the ranges hold too few different questions.
    """
    rows: dict[str, list[Row]] = {}
    for split, row in _questions(data, seed):
        rows.setdefault(split, []).append(row)
    return rows
