"""Questions about units, one conversion or one block of addition checks at a time.

Addition checks come in blocks of four, made of the same four quantities, in the same sentence: of quantities a and b of
one dimension, and c and d of another, `a + b` and `c + d` make sense while `a + d` and `c + b` do not. So whatever
stands first or second, and however it is asked, is found in as many true questions as false ones: only the two
dimensions together tell the answer.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from fluxem.domains import numerals
from fluxem.domains.quantity import PHYS_UNIT, rounded_text
from fluxem.domains.units import Quantity, Unit
from fluxem.tasks.unit_pairs import Pairs
from fluxem.tasks.unit_writing import AskedQuantity, Magnitudes, vary, write, write_quantity, write_unit

Row = dict[str, Any]
#: How often a temperature on a scale that has negative ones is negative.
NEGATIVE = 0.3
#: How often a false question is about dimensions that are easily confused, where there are any.
NEAR_MISSES = 0.75

unit_of = cache(PHYS_UNIT.parse)


@dataclass(frozen=True)
class Source:
    """What the questions of a split are made of.

    `magnitudes` are taken in turn; `convert` are phrasings by type of unit, `can_add` phrasings.
    """

    pairs: Pairs
    magnitudes: tuple[Magnitudes, ...]
    convert: dict[str, tuple[str, ...]]
    can_add: tuple[str, ...]

    def quantity(self, rng: random.Random, unit: str, turn: int) -> AskedQuantity | None:
        """A quantity in a unit, or None where that draw has none: rounded out of its range, or below absolute zero."""
        drawn = self.magnitudes[turn % len(self.magnitudes)].draw(rng)
        if drawn is None:
            return None
        meant = unit_of(unit)
        if meant.offset and rng.random() < NEGATIVE and Fraction(drawn) * meant.scale <= meant.offset:
            drawn = -drawn
        return write_quantity(rng, drawn, meant, self.pairs.spellings[unit])


def conversion(rng: random.Random, source: Source, turn: int) -> list[Row] | None:
    """One conversion; None where the draw makes none."""
    kind = rng.choice(source.pairs.types())
    first, second = source.pairs.draw(rng, kind)
    quantity, unit = source.quantity(rng, first, turn), unit_of(second)
    if quantity is None:
        return None
    phrasing = rng.choice(source.convert[kind])
    text, spans = write(
        vary(rng, phrasing), {"a": quantity, "u": write_unit(rng, unit, source.pairs.spellings[second])}
    )
    return [
        {
            "text": text,
            "spans": spans,
            "target_text": converted(quantity.quantity, unit),
            "metadata": _metadata("convert", phrasing, kind, quantity, unit, f"convert {quantity.quantity} to {unit}"),
        }
    ]


def additions(rng: random.Random, source: Source, turn: int) -> list[Row] | None:
    """Four addition checks: true, false, true, false. None where the draw makes none."""
    pairs = source.pairs
    one, other = _two_types(rng, pairs)
    (a, b), (c, d) = (pairs.draw(rng, kind, pairs.same_unit) for kind in (one, other))
    if not (pairs.mixed(a, d) and pairs.mixed(c, b)):
        return None
    turned = rng.randrange(2)
    firsts = [source.quantity(rng, unit, turn + at) for at, unit in enumerate((a, c))]
    seconds = [source.quantity(rng, unit, turned + at) for at, unit in enumerate((b, d))]
    phrasing = rng.choice(source.can_add)
    sentence = vary(rng, phrasing)
    rows = []
    for first, second, kind in ((0, 0, one), (0, 1, one), (1, 1, other), (1, 0, other)):
        left, right = firsts[first], seconds[second]
        if left is None or right is None:
            return None
        text, spans = write(sentence, {"a": left, "b": right})
        asked = " and ".join(sorted((str(left.quantity), str(right.quantity))))
        rows.append(
            {
                "text": text,
                "spans": spans,
                "target_text": "true" if first == second else "false",
                "metadata": _metadata("can_add", phrasing, kind, left, right.unit, f"can_add {asked}"),
            }
        )
    return rows


def converted(quantity: Quantity, unit: Unit) -> str:
    """The quantity in another unit of its dimension, to 6 significant digits: `1.0668 m`."""
    return f"{rounded_text((quantity.si - unit.offset) / unit.scale)} {unit}"


def _two_types(rng: random.Random, pairs: Pairs) -> Sequence[str]:
    types = pairs.types()
    one = rng.choice(types)
    near = pairs.near.get(one)
    if near and rng.random() < NEAR_MISSES:
        return one, rng.choice(near)
    return one, rng.choice([kind for kind in types if kind != one])


def _metadata(
    kind: str, phrasing: str, unit_type: str, first: AskedQuantity, second: Unit, question: str
) -> dict[str, Any]:
    return {
        "kind": kind,
        "phrasing": phrasing,
        "unit_type": unit_type,
        "units": [str(first.unit), str(second)],
        "decade": Decimal(numerals.text_of(abs(Fraction(first.quantity.magnitude)))).adjusted(),
        "question": question,
    }
