"""Which units questions put together: pairs that training has, pairs held out from it, and pairs of other units.

A question is about a pair of units: of one dimension (conversions, and additions that make sense) or of two. What is
held out is never trained as a pair, while each of its units is trained with others.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fluxem.tasks.unit_spellings import COMPOUND, NEAR, TRAINED, UNTRAINED, Spellings

#: A pair of units, by canonical text: in no order where a set of pairs holds it, else from and to.
Pair = tuple[str, str]


@dataclass(frozen=True)
class Pairs:
    """Pairs to draw from.

    `alike` are pairs of different units of one type, by type; `mixed` says whether two units of different types may
    be put together; `spellings` are those of every unit; `near` the types that are best confused with a type.
    """

    spellings: Mapping[str, Spellings]
    alike: Mapping[str, list[Pair]]
    mixed: Callable[[str, str], bool]
    near: Mapping[str, tuple[str, ...]]
    same_unit: float = 0.0  # share of the sums of one dimension that are of one unit

    def types(self) -> list[str]:
        """The types that have pairs."""
        return [kind for kind, pairs in self.alike.items() if pairs]

    def draw(self, rng: random.Random, kind: str, same_unit: float = 0.0) -> Pair:
        """Two units of a type, in either order; a share `same_unit` of them one unit and itself."""
        first, second = rng.sample(rng.choice(self.alike[kind]), 2)
        return (first, first) if rng.random() < same_unit else (first, second)


def key(first: str, second: str) -> Pair:
    """The same for a pair in either order."""
    return (first, second) if first < second else (second, first)


def hold_out(rng: random.Random, types: list[str], share: float) -> set[Pair]:
    """The pairs, of one type and of two, that training never has together.

    Of each type a `share` of its pairs, at least one where it has three units; every unit keeps a partner of its own
    type. Of the pairs of two types the same share, as far as held-out pairs of one type are made of the same units:
    from a question about `a` and `b` and one about `c` and `d`, test questions about `a` and `d`, `c` and `b` are made.
    """
    held: dict[str, list[Pair]] = {}
    for kind in types:
        pairs = list(itertools.combinations(sorted(TRAINED[kind]), 2))
        most = max(round(share * len(pairs)), len(TRAINED[kind]) > 2)
        rng.shuffle(pairs)
        held[kind] = []
        for pair in pairs:
            kept = [other for other in pairs if other != pair and other not in held[kind]]
            if len(held[kind]) < most and set(TRAINED[kind]) == {unit for other in kept for unit in other}:
                held[kind].append(pair)
    crossings = [
        {key(a, d), key(c, b)}
        for one, other in itertools.combinations(types, 2)
        for a, b in held[one]
        for pair in held[other]
        for c, d in (pair, pair[::-1])
    ]
    count = sum(len(TRAINED[one]) * len(TRAINED[other]) for one, other in itertools.combinations(types, 2))
    rng.shuffle(crossings)
    crossed: set[Pair] = set()
    for crossing in crossings:
        if len(crossed) < max(share * count, 1):
            crossed |= crossing
    return crossed | {pair for pairs in held.values() for pair in pairs}


def trained(types: list[str], held: set[Pair]) -> Pairs:
    """The pairs of training."""
    alike = {kind: [pair for pair in _combinations(TRAINED[kind]) if pair not in held] for kind in types}
    return Pairs(_spellings(TRAINED), alike, lambda a, b: key(a, b) not in held, {}, 0.04)


def held_out(types: list[str], held: set[Pair]) -> Pairs:
    """The pairs held out from training."""
    alike = {kind: [pair for pair in _combinations(TRAINED[kind]) if pair in held] for kind in types}
    return Pairs(_spellings(TRAINED), alike, lambda a, b: key(a, b) in held, {})


def untrained(types: list[str]) -> Pairs:
    """The pairs with a unit that training never has."""
    new = {unit for units in UNTRAINED.values() for unit in units}
    alike = {
        kind: [pair for pair in _combinations(TRAINED[kind] | UNTRAINED.get(kind, {})) if new & set(pair)]
        for kind in types
    }
    return Pairs(_spellings(TRAINED) | _spellings(UNTRAINED), alike, lambda a, b: bool(new & {a, b}), {})


def compound() -> Pairs:
    """The pairs of compound units."""
    alike = {kind: _combinations(units) for kind, units in COMPOUND.items()}
    return Pairs(_spellings(COMPOUND), alike, lambda a, b: True, NEAR)


def _combinations(units: Mapping[str, Spellings]) -> list[Pair]:
    return list(itertools.combinations(sorted(units), 2))


def _spellings(table: Mapping[str, Mapping[str, Spellings]]) -> dict[str, Spellings]:
    return {unit: spellings for units in table.values() for unit, spellings in units.items()}
