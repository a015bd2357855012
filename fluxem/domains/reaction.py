"""Chemical reactions: each formula in a slot of its own, with its coefficient on either side.

The payload is the common denominator of all coefficients, whether the reaction also goes back, and 11 slots of 10
lanes: the numerator of the coefficient as a reactant and as a product; up to 7 elements, each its atomic number and
2^-17 for each of its atoms; the charge, and 1/8 for each step of the state label. Slots are in the order of what they
hold, and unused ones are zero. Reversing a reaction exchanges two lanes in each slot.

*Bounds:* 11 different formulas on both sides together, each of 7 elements with at most 2^17 - 1 atoms and a charge
below 2^20 in size; the numerators of the coefficients and their common denominator are below 2^24. RangeError beyond.
`reaction_text` says how reactions are written, `reaction_find` which ones are found in a running text.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import lanes, reaction_find, reaction_text
from fluxem.domains.base import Domain, Operation, Span, require_text
from fluxem.domains.boolean import BOOLEAN
from fluxem.domains.elements import SYMBOLS
from fluxem.domains.formula_text import Formula
from fluxem.domains.number import NUMBER
from fluxem.domains.numerals import Number
from fluxem.domains.reaction_terms import (
    ATOM,
    CHARGE,
    ELEMENTS,
    LIMIT,
    SPECIES,
    Rows,
    Terms,
    are_formulas,
    common_denominator,
    merged,
    of_formula,
    reason_against,
    to_formula,
)
from fluxem.domains.reaction_text import Reaction
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError
from fluxem.space import Vectors

DENOMINATOR, BOTH_WAYS, SLOTS = 8, 9, slice(10, 120)

_WIDTH = ELEMENTS + 3  # of a slot
_SCALES = np.array([1, 1, *[ATOM] * ELEMENTS, CHARGE])
_REVERSED = np.arange(128)
_REVERSED[SLOTS] = _REVERSED[SLOTS].reshape(SPECIES, _WIDTH)[:, [1, 0, *range(2, _WIDTH)]].ravel()


class ReactionDomain(Domain):
    """Reactions, balanced or not; a value is a `Reaction`."""

    name = "chem_reaction"
    tag = 8
    example = "2 H2 + O2 -> 2 H2O"
    value_types = (Reaction,)

    def find(self, text: str) -> Iterator[Span]:
        """The unmistakable reactions, as `reaction_find` describes them."""
        for start, end, reaction in reaction_find.find(text):
            if reason_against(reaction) is None:
                yield Span(self.name, start, end, reaction)

    def left_out(self, text: str) -> Iterator[tuple[int, str]]:
        for start, _, reaction in reaction_find.find(text):
            if reason := reason_against(reaction):
                yield start, reason

    def parse(self, text: str) -> Reaction:
        """The reaction of a whole text, as `reaction_text` describes them; ParseError, or RangeError if too large."""
        stripped = require_text(text).strip()
        try:
            reaction = reaction_text.read(stripped)
        except ParseError as error:
            raise ParseError(f"{stripped!r:.40} is not one {self.name}: {error}") from None
        if reason := reason_against(reaction):
            raise RangeError(reason)
        return reaction

    def encode(self, values: Sequence[Reaction] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n reactions; RangeError beyond the bounds, InputError for another type."""
        denominators, both_ways, rows, coefficients, species = [], [], [], [], []
        for row, reaction in enumerate(values):
            if type(reaction) is not Reaction:
                raise InputError(f"row {row}: a reaction is a Reaction, not {type(reaction).__name__}")
            if reason := reason_against(reaction):
                raise RangeError(f"row {row}: {reason}")
            denominator = common_denominator(reaction)
            denominators.append(denominator)
            both_ways.append(reaction.both_ways)
            for formula, times in reaction.reactants:
                coefficients.append((int(times * denominator), 0))
                species.append(of_formula(formula))
            for formula, times in reaction.products:
                coefficients.append((0, int(times * denominator)))
                species.append(of_formula(formula))
            rows += [row] * (len(reaction.reactants) + len(reaction.products))
        terms = Terms(
            np.array(denominators, np.int64),
            np.array(both_ways, bool),
            np.array(rows, np.int64),
            np.array(coefficients, np.int64).reshape(-1, 2),
            np.array(species, np.int64).reshape(-1, ELEMENTS + 1),
        )
        return _vectors(merged(terms))[0]

    def decode(self, vectors: Vectors) -> list[Reaction]:
        """The reactions of vectors (n, 128); InputError when a row is not the vector of one."""
        terms = _terms(vectors)
        sides: list[tuple[list[tuple[Formula, Number]], list[tuple[Formula, Number]]]]
        sides = [([], []) for _ in terms.denominator]
        denominators = terms.denominator.tolist()
        for row, coefficients, species in zip(*(column.tolist() for column in terms[2:]), strict=True):
            for side, numerator in zip(sides[row], coefficients, strict=True):
                if numerator:
                    side.append((to_formula(species), Fraction(numerator, denominators[row])))
        both_ways = terms.both_ways.tolist()
        return [Reaction.of(*of, both) for of, both in zip(sides, both_ways, strict=True)]

    def render(self, vectors: Vectors) -> list[str]:
        """`2 H2 + O2 -> 2 H2O`: coefficients, and formulas in Hill order and in the order of their texts."""
        return [str(reaction) for reaction in self.decode(vectors)]


REACTION = ReactionDomain()


# --- terms and vectors ---


def _vectors(terms: Terms) -> tuple[Vectors, Rows, Rows]:
    """Vectors (n, 128) of merged terms; which hold them, the others being zero; and which have both sides."""
    count = len(terms.denominator)
    sizes = np.bincount(terms.row, minlength=count)
    sides = np.zeros((count, 2), bool)
    np.logical_or.at(sides, terms.row, terms.coefficient > 0)
    has_both = sides[:, 0] & sides[:, 1]
    ok = has_both & (sizes <= SPECIES) & (terms.denominator < LIMIT)
    ok[terms.row[(terms.coefficient >= LIMIT).any(axis=1)]] = False

    slot = np.arange(len(terms.row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    held = slot < SPECIES
    slots = np.zeros((count, SPECIES, _WIDTH))
    slots[terms.row[held], slot[held]] = (np.hstack(terms[3:]) / _SCALES)[held]
    vectors = lanes.blank(REACTION, count)
    vectors[:, DENOMINATOR] = terms.denominator
    vectors[:, BOTH_WAYS] = terms.both_ways
    vectors[:, SLOTS] = slots.reshape(count, SPECIES * _WIDTH)
    vectors[~ok] = 0
    return vectors, ok, has_both


def _terms(vectors: Vectors) -> Terms:
    """The terms of vectors (n, 128); InputError when a row is not the vector of a reaction."""
    vectors = lanes.own(REACTION, vectors)
    clipped = np.clip(vectors.astype(np.float64), -LIMIT, LIMIT)
    slots = (clipped[:, SLOTS].reshape(-1, SPECIES, _WIDTH) * _SCALES).astype(np.int64)
    row, slot = np.nonzero(slots[:, :, :2].any(axis=2))
    used = slots[row, slot]
    coefficient, species = used[:, :2], used[:, 2:]
    possible = clipped[:, DENOMINATOR] >= 1
    possible[row[(coefficient < 0).any(axis=1) | ~are_formulas(species)]] = False
    lanes.require(REACTION, possible)
    denominator = clipped[:, DENOMINATOR].astype(np.int64)
    terms = Terms(denominator, clipped[:, BOTH_WAYS] != 0, row, coefficient, species)
    lanes.require(REACTION, (_vectors(merged(terms))[0] == vectors).all(axis=1))
    return terms


# --- operations ---


def _reverse(reactions: Vectors) -> tuple[Vectors, Rows]:
    _terms(reactions)
    return np.ascontiguousarray(reactions[:, _REVERSED]), np.ones(len(reactions), bool)


def _is_balanced(reactions: Vectors) -> tuple[Vectors, Rows]:
    terms = _terms(reactions)
    change = terms.coefficient[:, 1] - terms.coefficient[:, 0]
    width = len(SYMBOLS) + 1  # the charge, then the elements
    balance = np.zeros(len(reactions) * width, np.int64)
    np.add.at(balance, terms.row * width, change * (terms.species[:, -1] // CHARGE))
    for element in terms.species[:, :-1].T:
        np.add.at(balance, terms.row * width + element // ATOM, change * (element % ATOM))
    is_zero: Rows = (balance.reshape(-1, width) == 0).all(axis=1)
    return BOOLEAN.encode(is_zero), np.ones(len(reactions), bool)


def _sum(left: Vectors, right: Vectors) -> tuple[Vectors, Rows, Rows]:
    first, second = _terms(left), _terms(right)
    denominator = np.lcm(first.denominator, second.denominator)
    coefficients = [of.coefficient * (denominator // of.denominator)[of.row, None] for of in (first, second)]
    terms = Terms(
        denominator,
        first.both_ways & second.both_ways,
        np.concatenate([first.row, second.row]),
        np.concatenate(coefficients),
        np.concatenate([first.species, second.species]),
    )
    return _vectors(merged(terms, cancel=True))


def _add(left: Vectors, right: Vectors) -> tuple[Vectors, Rows]:
    return _sum(left, right)[:2]


def _not_added(left: Vectors, right: Vectors) -> InputError:
    if not _sum(left, right)[2][0]:
        return UndefinedError("what both sides have cancels, and leaves a side of the sum empty")
    return RangeError("the sum of the reactions is beyond what a vector holds")


def _scale(reactions: Vectors, factors: Vectors) -> tuple[Vectors, Rows]:
    terms = _terms(reactions)
    numbers = [Fraction(number) for number in NUMBER.decode(factors)]
    # Reduced factors beyond the square of the limit give coefficients beyond it, whatever they multiply.
    held = np.array([0 < abs(n.numerator) < LIMIT**2 and n.denominator < LIMIT**2 for n in numbers], bool)
    above = np.array([abs(n.numerator) if ok else 1 for n, ok in zip(numbers, held, strict=True)], np.int64)
    below = np.array([n.denominator if ok else 1 for n, ok in zip(numbers, held, strict=True)], np.int64)
    backwards = np.array([number < 0 for number in numbers], bool)
    common = np.zeros(len(numbers), np.int64)
    np.gcd.at(common, terms.row, np.gcd(*terms.coefficient.T))
    with_denominator, with_coefficients = np.gcd(above, terms.denominator), np.gcd(below, common)
    above, below = above // with_denominator, below // with_coefficients
    held &= (above < LIMIT) & (below < LIMIT)
    coefficient = terms.coefficient // with_coefficients[terms.row, None] * np.where(held, above, 1)[terms.row, None]
    coefficient = np.where(backwards[terms.row, None], coefficient[:, ::-1], coefficient)
    denominator = terms.denominator // with_denominator * np.where(held, below, 1)
    scaled = terms._replace(denominator=denominator, coefficient=coefficient)
    vectors, ok, _ = _vectors(merged(scaled))
    vectors[~held] = 0
    return vectors, ok & held


def _not_scaled(reaction: Vectors, factor: Vectors) -> InputError:
    if NUMBER.decode(factor)[0] == 0:
        return UndefinedError("a reaction is not multiplied by 0")
    return RangeError("the multiple of the reaction is beyond what a vector holds")


OPERATIONS = (
    Operation(
        "add",
        "+",
        ("chem_reaction", "chem_reaction"),
        "chem_reaction",
        True,
        "e(a) + e(b) = e(a + b), what both sides have cancelled (Hess's law), bitwise",
        _add,
        _not_added,
    ),
    Operation(
        "scale",
        "*",
        ("chem_reaction", "number"),
        "chem_reaction",
        False,
        "e(a) e(n) = e(a with n times its coefficients, reversed for n < 0), bitwise",
        _scale,
        _not_scaled,
    ),
    Operation(
        "reverse",
        "reverse",
        ("chem_reaction",),
        "chem_reaction",
        False,
        "e(a) with two lanes of each slot exchanged = e(reversed a), bitwise",
        _reverse,
    ),
    Operation(
        "is_balanced",
        "is_balanced",
        ("chem_reaction",),
        "boolean",
        False,
        "the atoms and charges of e(a) sum to 0 exactly when a is balanced",
        _is_balanced,
    ),
)
