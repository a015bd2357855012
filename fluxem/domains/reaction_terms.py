"""The terms of chemical reactions as integers, for many reactions at once."""

from math import lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fluxem.domains.elements import ATOMIC_NUMBERS, SYMBOLS
from fluxem.domains.formula_text import STATES, Formula
from fluxem.domains.reaction_text import Reaction

SPECIES, ELEMENTS = 11, 7  # how many formulas a reaction has at most, and elements each of them
ATOM = 2**17  # an element is its atomic number times this, plus its atoms
CHARGE = 8  # a charge counts this many steps of state
LIMIT = 2**24  # of numerators and denominators
_MOST_CHARGE = 2**20

Integers = NDArray[np.int64]
Rows = NDArray[np.bool_]  # (n,)


class Terms(NamedTuple):
    """Terms of n reactions, of k formulas in all."""

    denominator: Integers  # (n,) > 0
    both_ways: Rows
    row: Integers  # (k,) the reaction a term is of
    coefficient: Integers  # (k, 2) numerators >= 0, as a reactant and as a product
    species: Integers  # (k, ELEMENTS + 1): the lanes of a slot that say what it holds, as integers


def merged(terms: Terms, cancel: bool = False) -> Terms:
    """The terms in order, equal formulas of a reaction as one; with `cancel`, each on one side only, or gone."""
    order = np.lexsort((*terms.species.T[::-1], terms.row))
    row, coefficient, species = (column[order] for column in terms[2:])
    starts = np.ones(len(row), bool)
    starts[1:] = (np.diff(row) != 0) | (np.diff(species, axis=0) != 0).any(axis=1)
    at = np.flatnonzero(starts)
    coefficient = np.add.reduceat(coefficient, at) if len(at) else coefficient
    if cancel:
        coefficient = coefficient - coefficient.min(axis=1, keepdims=True)
    at, coefficient = at[coefficient.any(axis=1)], coefficient[coefficient.any(axis=1)]
    divisor = terms.denominator.copy()
    np.gcd.at(divisor, row[at], np.gcd(*coefficient.T))
    denominator = terms.denominator // divisor
    return Terms(denominator, terms.both_ways, row[at], coefficient // divisor[row[at], None], species[at])


def are_formulas(species: Integers) -> Rows:
    """Which of these lanes (k, ELEMENTS + 1) are those of a formula, or of the electron."""
    elements, charge = species[:, :-1], species[:, -1]
    number, atoms = elements // ATOM, elements % ATOM
    present = elements != 0
    in_range = ((number >= 1) & (number <= len(SYMBOLS)) & (atoms >= 1)) | ~present
    ascending = (number[:, 1:] > number[:, :-1]) | ~present[:, 1:]
    leading = present[:, :-1] | ~present[:, 1:]
    known = (charge % CHARGE < len(STATES)) & (np.abs(charge) < _MOST_CHARGE * CHARGE)
    shaped: Rows = (in_range.all(axis=1) & ascending.all(axis=1) & leading.all(axis=1)) & known
    return shaped & (present[:, 0] | (charge == -CHARGE))


def reason_against(reaction: Reaction) -> str | None:
    """Why no vector holds a reaction, if so."""
    terms = (*reaction.reactants, *reaction.products)
    formulas = {formula for formula, _ in terms}
    if len(formulas) > SPECIES:
        return f"a reaction has at most {SPECIES} different formulas, not {len(formulas)}"
    for formula in formulas:
        if len(formula.counts) > ELEMENTS:
            return f"a formula in a reaction has at most {ELEMENTS} elements, not {len(formula.counts)}"
        if any(count >= ATOM for _, count in formula.counts) or abs(formula.charge) >= _MOST_CHARGE:
            return f"a formula in a reaction has less than {ATOM} atoms of an element and {_MOST_CHARGE} charges"
    denominator = common_denominator(reaction)
    if denominator >= LIMIT or any(times * denominator >= LIMIT for _, times in terms):
        return f"the coefficients of a reaction, and their common denominator, are below {LIMIT}"
    return None


def common_denominator(reaction: Reaction) -> int:
    """The smallest that all coefficients have."""
    return lcm(*(times.denominator for _, times in (*reaction.reactants, *reaction.products)))


def of_formula(formula: Formula) -> list[int]:
    """The species lanes of a formula within the bounds, as integers."""
    elements = sorted(ATOMIC_NUMBERS[symbol] * ATOM + count for symbol, count in formula.counts)
    elements += [0] * (ELEMENTS - len(elements))
    return [*elements, formula.charge * CHARGE + STATES.index(formula.state)]


def to_formula(species: list[int]) -> Formula:
    """The formula of species lanes, as integers."""
    counts = {SYMBOLS[element // ATOM - 1]: element % ATOM for element in species[:-1] if element}
    return Formula.of(counts, species[-1] // CHARGE, STATES[species[-1] % CHARGE])
