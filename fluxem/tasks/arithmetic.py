"""Arithmetic questions: chains of integers under standard precedence, answered exactly.

A question is an expression, some of it in brackets, asked in one of several phrasings. Its target is computed with
`fractions.Fraction`. An expression is drawn again when its value is no integer, so every target is an exact integer,
and when its value, or a result on the way there, is beyond what the vector of a number holds.

The metadata of a row say how it is computed: `derivation` is a list of reductions [pair, operation, swapped], in an
order in which they can be done one after another. `pair` counts the numbers that are left at that time, from left to
right as they stand in the text; a `swapped` reduction takes the right one of the two as its first operand.

`train`, `validation` and `test_id` share one distribution; `test_ood_magnitude` has larger operands,
`test_ood_length` more operations, `test_ood_combined` both. If asked for, `test_ood_length_<n>` has n operations,
`test_ood_huge` operands of another range, and `test_digits` one operation on operands of every number of digits. No
question appears twice, in one split or in two, also not with its terms or factors in another order.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from functools import partial
from typing import Any

from fluxem.domains import number
from fluxem.errors import InputError
from fluxem.tasks.arithmetic_chains import Chain, draw_chain, draw_operand

Row = dict[str, Any]
Pair = tuple[int, int]
Numbers = list[tuple[int, int, int]]  # start and end in a text, and value

#: How an operation is written: as programmers type it, as it is typeset, in two ways as a word, or as others type it.
WRITTEN = {
    "+": ("+", "+", " plus ", " added to ", "+"),
    "-": ("-", "−", " minus ", " less ", "-"),
    "*": ("*", "×", " times ", " multiplied by ", " x "),
    "/": ("/", "÷", " divided by ", " over ", "/"),
}
#: Which of these, as often as it stands here.
STYLES = (0, 0, 0, 0, 1, 1, 2, 3, 4)
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
#: How the same operation on several numbers, up to `MOST_LISTED`, is put in words.
LISTS = {
    "+": ("the sum of {}", "the total of {}", "add {}", "add up {}", "sum {}"),
    "*": ("the product of {}", "multiply {}"),
}
MOST_LISTED = 4
OPERATIONS = {operation.symbol: operation for operation in number.OPERATIONS}
#: A row is given up after this many draws: the ranges then hold too few such questions.
MOST_DRAWS = 10_000


def write_chain(
    rng: random.Random, chain: Chain, written: dict[str, str], space: str, implicit: bool
) -> tuple[str, Numbers]:
    """The text of an expression and its numbers; `implicit`: some `*` before ( go unsaid."""
    text = ""
    numbers: Numbers = []
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


def write_sentence(rng: random.Random, chain: Chain) -> tuple[str, Numbers, bool]:
    """One operation in words, such as `subtract 3 from 12`, its numbers, and whether the second operand comes first."""
    form = rng.choice(SENTENCES[chain.operations[0]])
    values: dict[str, Any] = dict(zip("ab", chain.operands, strict=True))
    text = ""
    numbers: Numbers = []
    for before, name, _, _ in string.Formatter().parse(form):
        text += before
        if name:
            written = str(values[name])
            numbers.append((len(text), len(text) + len(written), values[name]))
            text += written
    return _maybe_upper(rng, text), numbers, form.index("{b}") < form.index("{a}")


def write_list(rng: random.Random, chain: Chain) -> tuple[str, Numbers]:
    """One operation on several numbers in words, such as `add 3, 4 and 5`, and its numbers."""
    before, _ = rng.choice(LISTS[chain.operations[0]]).split("{}")
    last = rng.choice((" and ", ", and "))
    text = before
    numbers: Numbers = []
    for at, operand in enumerate(chain.operands):
        text += "" if not at else last if at == len(chain.operands) - 1 else ", "
        numbers.append((len(text), len(text) + len(str(operand)), int(str(operand))))
        text += str(operand)
    return _maybe_upper(rng, text), numbers


def can_be_listed(chain: Chain) -> bool:
    """Whether `write_list` has words for an expression."""
    one, operands = set(chain.operations), chain.operands
    return one <= LISTS.keys() and len(one) == 1 and len(operands) <= MOST_LISTED and not has_brackets(chain)


def has_brackets(chain: Chain) -> bool:
    """Whether something of an expression is in brackets."""
    return any(isinstance(operand, Chain) for operand in chain.operands)


def _maybe_upper(rng: random.Random, text: str) -> str:
    return text[0].upper() + text[1:] if rng.random() < 0.5 else text


def write_question(rng: random.Random, chain: Chain, phrasings: bool) -> Row:
    """A sample row (see `fluxem.integration.sample_format`) without its id."""
    phrasing, turned = "{}", False
    if phrasings and chain.count() == 1 and rng.random() < 0.4:
        expression, numbers, turned = write_sentence(rng, chain)
    elif phrasings and chain.count() > 1 and can_be_listed(chain) and rng.random() < 0.4:
        expression, numbers = write_list(rng, chain)
    elif phrasings:
        style = rng.choice(STYLES)
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
            "brackets": has_brackets(chain),
            "derivation": [
                [pair, OPERATIONS[symbol].name, turned and not OPERATIONS[symbol].commutative]
                for pair, symbol in chain.derivation()
            ],
        },
    }


def _splits(data: dict[str, Any]) -> dict[str, tuple[int, Pair, Pair, bool]]:
    """Of each split: rows, range of the operands, numbers of operations, and whether digits are drawn evenly."""
    usual, large = data["id_range"], data["ood_magnitude_range"]
    short, long = data["id_ops"], data["ood_ops"]
    size, even = data["test_size"], data.get("even_digits", False)
    of_length = data.get("length_test_size") or size
    tests = {
        "test_id": (size, usual, short),
        "test_ood_magnitude": (size, large, short),
        "test_ood_length": (size, usual, long),
        "test_ood_combined": (size, large, long),
        **{f"test_ood_length_{length}": (of_length, usual, (length, length)) for length in data.get("ood_lengths", ())},
    }
    if huge := data.get("huge_range"):
        tests["test_ood_huge"] = size, huge, short
    splits = {
        "train": (data["train_size"], usual, short, even),
        "validation": (data["validation_size"], usual, short, even),
        **{split: (*of, even) for split, of in tests.items()},
    }
    if most_digits := data.get("most_digits"):
        splits["test_digits"] = size, (0, 10**most_digits - 1), (1, 1), True
    return splits


def _questions(data: dict[str, Any], seed: int) -> Iterator[tuple[str, Row]]:
    seen: set[str] = set()
    for split, (size, (low, high), (fewest, most), even) in _splits(data).items():
        rng = random.Random(f"arithmetic/{seed}/{split}")
        operand = partial(draw_operand, rng, low, high, even)
        for row in range(size):
            for _ in range(MOST_DRAWS):
                brackets = rng.random() < data["parentheses"]
                chain = draw_chain(rng, rng.randint(fewest, most), operand, data["operations"], brackets)
                key = chain.key()
                if key not in seen and chain.is_exact():
                    break
            else:
                raise InputError(
                    f"data.{split} row {row}: no new question with an exact integer answer found in {MOST_DRAWS} "
                    f"draws; allowed: fewer rows, fewer operations, or another range than [{low}, {high}]"
                )
            seen.add(key)
            yield split, {"id": f"{split}-{row}", **write_question(rng, chain, data["phrasings"])}


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
