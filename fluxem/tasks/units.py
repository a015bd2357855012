"""Questions about units: conversions (`How many cm are in 3 m?`) and whether quantities can be added (`3 N and 2 J`).

Targets are computed exactly: a conversion's to 6 significant digits in the unit asked for, an addition check's is true
where both quantities have the same dimension. `train`, `validation` and `test_id` share one distribution; each other
split leaves it in one way:

- `test_ood_magnitude`: magnitudes outside the trained range, half of them below and half above;
- `test_ood_types`: pairs of units that are never trained together;
- `test_ood_phrasing`: sentences that are never trained;
- `test_ood_compound`: compound units such as kg*m/s^2, addition checks only;
- `test_ood_units`: units that are never trained, with trained ones or each other.

No question appears twice, in one split or in two, also not in other words, other spellings or the other order.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fluxem.errors import InputError
from fluxem.tasks import unit_pairs
from fluxem.tasks.unit_pairs import Pairs
from fluxem.tasks.unit_phrasings import CAN_ADD, CONVERT, CONVERT_TYPED, HELD_OUT
from fluxem.tasks.unit_questions import Row, Source, additions, conversion
from fluxem.tasks.unit_writing import Magnitudes

#: A question is given up after this many draws: there are then too few different ones.
MOST_DRAWS = 10_000


@dataclass(frozen=True)
class _Split:
    source: Source
    conversions: int
    additions: int


def _splits(data: dict[str, Any], seed: int) -> dict[str, _Split]:
    types = list(data["unit_types"])
    held = unit_pairs.hold_out(random.Random(f"units/{seed}/pairs"), types, data["held_out_pairs"])
    low, high = (Fraction(str(end)) for end in data["id_range"])
    lowest, highest = (Fraction(str(end)) for end in data["ood_magnitude_range"])
    usual = (Magnitudes(low, high),)
    far = (Magnitudes(lowest, low, (low, high)), Magnitudes(high, highest, (low, high)))
    trained = unit_pairs.trained(types, held)
    convert = {kind: CONVERT + CONVERT_TYPED[kind] for kind in types}
    unknown = {kind: HELD_OUT["convert"] for kind in types}

    def split(size: int, pairs: Pairs, magnitudes: tuple[Magnitudes, ...] = usual, known: bool = True) -> _Split:
        asked = (convert, CAN_ADD) if known else (unknown, HELD_OUT["can_add"])
        count = size // 4 * 2 if data["include_can_add"] else 0
        return _Split(Source(pairs, magnitudes, *asked), size - count, count)

    size = data["test_size"]
    splits = {
        "train": split(data["train_size"], trained),
        "validation": split(data["validation_size"], trained),
        "test_id": split(size, trained),
        "test_ood_magnitude": split(size, trained, far),
        "test_ood_types": split(size, unit_pairs.held_out(types, held)),
        "test_ood_phrasing": split(size, trained, known=False),
    }
    if data["include_can_add"]:
        splits["test_ood_compound"] = _Split(Source(unit_pairs.compound(), usual, {}, CAN_ADD), 0, size)
    return splits | {"test_ood_units": split(size, unit_pairs.untrained(types))}


def generate(data: dict[str, Any], seed: int) -> dict[str, list[Row]]:
    """All splits of the units task; `test_ood_compound` only with `include_can_add`.

    Args:
        data: the `data` section of the configuration.
        seed: draws are seeded by task, seed and split.

    Returns:
        Rows by split name, in the sample format, conversions and addition checks in random order.

    Raises:
        InputError: there are too few different questions.
    """
    seen: set[str] = set()
    rows: dict[str, list[Row]] = {}
    for name, split in _splits(data, seed).items():
        rng = random.Random(f"units/{seed}/{name}")
        needed, found = 2 if split.additions else 1, split.source.pairs.types()
        if len(found) < needed:
            raise InputError(
                f"data.unit_types: {name} is about {needed} types of units or more, and of {data['unit_types']} only "
                f"{found} have units for it; allowed: more types, or include_can_add: false"
            )
        asked: list[Row] = []
        for make, count in ((conversion, split.conversions), (additions, split.additions)):
            asked += _ask(make, rng, split.source, count, seen, name, data)
        rng.shuffle(asked)
        rows[name] = [{"id": f"{name}-{number}", **row} for number, row in enumerate(asked)]
    return rows


def _ask(
    make: Callable[[random.Random, Source, int], list[Row] | None],
    rng: random.Random,
    source: Source,
    count: int,
    seen: set[str],
    split: str,
    data: dict[str, Any],
) -> list[Row]:
    """`count` new questions, those of the last draw cut off where they are too many."""
    rows: list[Row] = []
    turn = 0
    while len(rows) < count:
        for _ in range(MOST_DRAWS):
            made = make(rng, source, turn)
            if made is None:
                continue
            made = made[: count - len(rows)]
            asked = {row["metadata"]["question"] for row in made}
            if len(asked) == len(made) and not asked & seen:
                break
        else:
            raise InputError(
                f"data.{split} row {len(rows)}: no new question found in {MOST_DRAWS} draws; allowed: fewer rows, more "
                f"data.unit_types than {data['unit_types']}, or a wider range than {data['id_range']}"
            )
        seen |= asked
        rows += made
        turn += 1
    return rows
