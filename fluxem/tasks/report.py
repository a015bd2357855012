"""What a data set holds, what of it leaks, and what gives answers away: a markdown report of any task's rows.

Everything is counted from the rows alone, without knowing how they were made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fluxem.domains.units import Quantity
from fluxem.registry import DOMAINS

Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]

#: Splits that the others must not repeat.
LEARNED_FROM = ("train", "validation")
ANSWERS = ("true", "false")
#: One feature of a yes-or-no question, as a rule could use it; the last is what the question is about.
FEATURES: dict[str, Callable[[Row], Any]] = {
    "phrasing": lambda row: row["metadata"]["phrasing"],
    "first unit": lambda row: row["metadata"]["units"][0],
    "second unit": lambda row: row["metadata"]["units"][1],
    "type of the first unit": lambda row: row["metadata"]["unit_type"],
    "decade of the first magnitude": lambda row: row["metadata"]["decade"],
    "both units (no shortcut: what is asked)": lambda row: _pair(row),
}


def report(rows: Rows) -> str:
    """A markdown report of a data set: class balance, leakage, what is held out, and shortcuts to the answer.

    Args:
        rows: by split, in the sample format; `train` is among the splits. Sections whose metadata the task does not
            have are left out.
    """
    return "\n".join(["# Data report", *_balance(rows), *_leakage(rows), *_held_out(rows), *_shortcuts(rows)]) + "\n"


def _balance(rows: Rows) -> Iterator[str]:
    """How many rows there are of each kind or number of operations, and of each answer where there are two."""
    kinds = sorted({kind for row in _all(rows) for kind in _kinds(row)})
    yield from ("", "## Rows", "")
    table = []
    for split, of_split in rows.items():
        counts = Counter(kind for row in of_split for kind in _kinds(row))
        table.append([split, len(of_split), *(counts[kind] for kind in kinds)])
    yield from _table(["split", "rows", *kinds], table)


def _kinds(row: Row) -> Iterator[str]:
    metadata = row.get("metadata", {})
    if "kind" in metadata:
        yield metadata["kind"]
    if row["target_text"] in ANSWERS:
        yield f"answer {row['target_text']}"
    if "operations" in metadata:
        yield f"operations: {metadata['operations']}"
    if metadata.get("brackets"):
        yield "with brackets"


def _leakage(rows: Rows) -> Iterator[str]:
    """How many rows of each split repeat one of its own, or one that is learned from."""
    same: dict[str, Callable[[Row], Any]] = {"text": lambda row: row["text"]}
    if all("question" in row.get("metadata", {}) for row in _all(rows)):
        same["question"] = lambda row: row["metadata"]["question"]
    yield from ("", "## Repeated rows", "")
    yield "Rows whose text stands before in the same split, or anywhere in `train` or `validation`; expected: 0."
    if "question" in same:
        yield "Questions are the same when they differ in wording, spelling or order only."
    yield ""
    table = []
    for split, of_split in rows.items():
        cells: list[Any] = [split, len(of_split)]
        for identity in same.values():
            found = [identity(row) for row in of_split]
            cells.append(len(found) - len(set(found)))
            for source in LEARNED_FROM:
                known = {identity(row) for row in rows.get(source, ())}
                cells.append("–" if source == split else sum(one in known for one in found))
        table.append(cells)
    columns = [f"{name} {where}" for name in same for where in ("twice", *(f"in {one}" for one in LEARNED_FROM))]
    yield from _table(["split", "rows", *columns], table)


def _held_out(rows: Rows) -> Iterator[str]:
    """How much of what a split shall have for itself training has too."""
    checks = list(_held_out_checks(rows))
    if checks:
        yield from ("", "## Held out from training", "", "Expected: 0 found in `train`.", "")
        table = [[split, what, found, count] for split, what, found, count in checks]
        yield from _table(["split", "what", "found in train", "of"], table)


def _held_out_checks(rows: Rows) -> Iterator[tuple[str, str, int, int]]:
    train = rows["train"]
    if split := rows.get("test_ood_magnitude"):
        known = [size for row in train for size in _sizes(row)]
        drawn = [size for row in split for size in _sizes(row)]
        inside = sum(min(known) <= size <= max(known) for size in drawn)
        yield "test_ood_magnitude", "magnitudes between the smallest and the largest of train", inside, len(drawn)
    for name, what, parts in (
        ("test_ood_types", "pairs of units", _pair),
        ("test_ood_phrasing", "phrasings", FEATURES["phrasing"]),
    ):
        if split := rows.get(name):
            asked = {parts(row) for row in split}
            yield name, what, len(asked & {parts(row) for row in train}), len(asked)
    for name in ("test_ood_compound", "test_ood_units"):
        if split := rows.get(name):
            units = {unit for row in train for unit in row["metadata"]["units"]}
            found = sum(units.issuperset(row["metadata"]["units"]) for row in split)
            yield name, "rows of which both units are trained ones", found, len(split)


def _sizes(row: Row) -> Iterator[Any]:
    """The magnitudes of a row, without signs, as they are written in their units."""
    for span in row["spans"]:
        if span["type"] in ("number", "phys_quantity"):
            value = DOMAINS[span["type"]].parse(row["text"][span["start"] : span["end"]])
            yield abs(value.magnitude if isinstance(value, Quantity) else value)


def _shortcuts(rows: Rows) -> Iterator[str]:
    """How far one feature of a yes-or-no question gives its answer away."""
    asked = {split: [row for row in of_split if _is_check(row)] for split, of_split in rows.items()}
    if not asked["train"]:
        return
    tests = [split for split in asked if split != "train" and asked[split]]
    yield from ("", "## Shortcuts to true or false", "")
    yield "Share of answers guessed right, in %, from one feature alone: the commoner answer in `train` for its value,"
    yield "or of all its rows where `train` does not have that value. Expected: about 50."
    yield ""
    table: list[list[Any]] = [["questions", *(len(asked[split]) for split in tests)]]
    for name, feature in FEATURES.items():
        guess = _rule(asked["train"], feature)
        right = [sum(guess(row) == row["target_text"] for row in asked[split]) for split in tests]
        shares = [100 * count / len(asked[split]) for count, split in zip(right, tests, strict=True)]
        table.append([name, *shares])
    yield from _table(["guessed from", *tests], table)


def _rule(train: Sequence[Row], feature: Callable[[Row], Any]) -> Callable[[Row], str]:
    """The commonest answer by value of a feature; of equally common ones, the first in the order of `ANSWERS`."""
    counts: dict[Any, Counter[str]] = {}
    for row in train:
        counts.setdefault(feature(row), Counter())[row["target_text"]] += 1
    whole = sum(counts.values(), Counter())

    def guess(row: Row) -> str:
        seen = counts.get(feature(row), whole)
        return max(ANSWERS, key=lambda answer: seen[answer])

    return guess


def _is_check(row: Row) -> bool:
    return row["target_text"] in ANSWERS and "units" in row.get("metadata", {})


def _pair(row: Row) -> tuple[str, ...]:
    return tuple(sorted(row["metadata"]["units"]))


def _all(rows: Rows) -> Iterator[Row]:
    return (row for of_split in rows.values() for row in of_split)


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """A markdown table; columns that hold numbers are on the right."""
    numbers = [any(isinstance(row[column], int | float) for row in rows) for column in range(len(head))]
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---:' if right else '---' for right in numbers)} |"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.1f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
