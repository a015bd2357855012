"""Chemical formulas: what is counted of them, each element in a lane of its own.

The payload is the number of atoms of the elements 1 to 118, the charge, and the state label as a number. All are whole
and at most 2^24 - 1 in size, which float32 holds exactly. Combining two formulas adds their vectors, removing one from
another subtracts them; the result has the state that both have, or none.

The vector is the composition: isomers, and `CuSO4·5H2O` and `CuH10SO9`, are one value. `formula_text` says how formulas
are written, `formula_find` which ones are found in a running text.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import formula_find, formula_text, lanes
from fluxem.domains.base import Domain, Operation, Span, require_text
from fluxem.domains.elements import ATOMIC_NUMBERS, NAMES, SYMBOLS, WEIGHTS
from fluxem.domains.formula_text import MOST, STATES, Formula
from fluxem.domains.number import NUMBER
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError
from fluxem.space import Vectors

COUNTS = slice(8, 126)  # atoms of hydrogen, helium, ..., oganesson
CHARGE = 126
STATE = 127  # an index of STATES

Counts = NDArray[np.int64]  # (n, 120): the payload as integers
Rows = NDArray[np.bool_]  # (n,)

_PAYLOAD = slice(COUNTS.start, STATE + 1)
_ATOMS, _CHARGE, _STATE = slice(0, 118), 118, 119  # of Counts
_LANE_OF = {symbol: number - 1 for symbol, number in ATOMIC_NUMBERS.items()}
_STATE_OF = {state: index for index, state in enumerate(STATES)}
_PLACES = 4  # decimals of the weights
_WEIGHTS = np.array([int((weight or 0) * 10**_PLACES) for weight in WEIGHTS], np.int64)
_WEIGHTLESS = np.array([weight is None for weight in WEIGHTS])


class FormulaDomain(Domain):
    """Formulas of the 118 elements with charge and state label; a value is a `Formula`."""

    name = "chem_formula"
    tag = 7
    example = "CuSO4·5H2O"
    value_types = (Formula,)

    def find(self, text: str) -> Iterator[Span]:
        """The unmistakable formulas, as `formula_find` describes them."""
        for start, end, formula in formula_find.find(text):
            yield Span(self.name, start, end, formula)

    def parse(self, text: str) -> Formula:
        """The formula of a whole text, as `formula_text` describes them; ParseError, or RangeError if too large."""
        stripped = require_text(text).strip()
        try:
            return formula_text.read(stripped)
        except ParseError as error:
            raise ParseError(f"{stripped!r:.40} is not one {self.name}: {error}") from None

    def encode(self, values: Sequence[Formula] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n formulas; InputError for another type, and for the electron."""
        if not set(map(type, values)) <= {Formula}:
            row = next(row for row, value in enumerate(values) if type(value) is not Formula)
            raise InputError(f"row {row}: a formula is a Formula, not {type(values[row]).__name__}")
        sizes = [len(formula.counts) for formula in values]
        if 0 in sizes:
            raise InputError(f"row {sizes.index(0)}: the electron is no formula")
        atoms = list(chain.from_iterable([formula.counts for formula in values]))
        vectors = lanes.blank(self, len(values))
        rows = np.repeat(np.arange(len(values)), sizes)
        vectors[rows, COUNTS.start + np.array([_LANE_OF[symbol] for symbol, _ in atoms], np.int64)] = [
            count for _, count in atoms
        ]
        vectors[:, CHARGE] = [formula.charge for formula in values]
        vectors[:, STATE] = [_STATE_OF[formula.state] for formula in values]
        return vectors

    def decode(self, vectors: Vectors) -> list[Formula]:
        """The formulas of vectors (n, 128); InputError when a row is not the vector of one."""
        counts = _counts(vectors)
        rows, elements = np.nonzero(counts[:, _ATOMS])
        atoms: list[dict[str, int]] = [{} for _ in counts]
        for row, element, count in zip(rows.tolist(), elements.tolist(), counts[rows, elements].tolist(), strict=True):
            atoms[row][SYMBOLS[element]] = count
        rest = counts[:, [_CHARGE, _STATE]].tolist()
        return [Formula.of(of, charge, STATES[state]) for of, (charge, state) in zip(atoms, rest, strict=True)]

    def render(self, vectors: Vectors) -> list[str]:
        """Elements in Hill order, charge, state: `CuH10O9S`, `O4S^2-`, `ClNa(aq)`."""
        return [str(formula) for formula in self.decode(vectors)]


FORMULA = FormulaDomain()
_TOO_LARGE = f"a formula has at most {MOST} atoms of an element, and at most {MOST} charges"


def _counts(vectors: Vectors) -> Counts:
    """The payload of vectors (n, 128) as integers; InputError when a row is not the vector of a formula."""
    vectors = lanes.own(FORMULA, vectors)
    counts = np.clip(vectors[:, _PAYLOAD], -MOST, MOST).astype(np.int64)
    canonical, possible = _vectors(counts)
    state = counts[:, _STATE]
    possible &= _are_atoms(counts)
    lanes.require(FORMULA, possible & (state >= 0) & (state < len(STATES)) & (vectors == canonical).all(axis=1))
    return counts


def _are_atoms(counts: Counts) -> Rows:
    """Which rows have no negative number of atoms, and not none at all."""
    atoms = counts[:, _ATOMS]
    are: Rows = (atoms.min(axis=1) >= 0) & (atoms.max(axis=1) > 0)
    return are


def _vectors(counts: Counts) -> tuple[Vectors, Rows]:
    """Vectors (n, 128) with this payload, and which of them hold it; the others are all zero."""
    ok: Rows = np.abs(counts).max(axis=1) <= MOST
    vectors = lanes.blank(FORMULA, len(counts))
    vectors[:, _PAYLOAD] = counts
    vectors[~ok] = 0
    return vectors, ok


# --- operations ---


def _combine(left: Vectors, right: Vectors) -> tuple[Vectors, Rows]:
    return _vectors(_merged(_counts(left), _counts(right), np.add))


def _remove(left: Vectors, right: Vectors) -> tuple[Vectors, Rows]:
    counts = _merged(_counts(left), _counts(right), np.subtract)
    left_over = _are_atoms(counts)
    vectors, ok = _vectors(counts)
    vectors[~left_over] = 0
    return vectors, ok & left_over


def _merged(left: Counts, right: Counts, by: np.ufunc) -> Counts:
    merged: Counts = by(left, right)
    merged[:, _STATE] = np.where(left[:, _STATE] == right[:, _STATE], left[:, _STATE], 0)
    return merged


def _not_removed(left: Vectors, right: Vectors) -> InputError:
    atoms = (_counts(left) - _counts(right))[0, _ATOMS]
    if (atoms < 0).any():
        return UndefinedError(f"there is less {NAMES[int(np.argmax(atoms < 0))]} than is to be removed")
    return RangeError(_TOO_LARGE) if atoms.any() else UndefinedError("nothing is left of the formula")


def _scale(formulas: Vectors, factors: Vectors) -> tuple[Vectors, Rows]:
    numbers, whole = lanes.whole_numbers(factors)
    times = np.clip(lanes.bounded(numbers), 0, MOST + 1)
    counts = _counts(formulas)
    state = counts[:, _STATE].copy()
    counts *= times[:, None]
    counts[:, _STATE] = state
    vectors, ok = _vectors(counts)
    sensible = whole & (times > 0)
    vectors[~sensible] = 0
    return vectors, ok & sensible


def _not_scaled(formula: Vectors, factor: Vectors) -> InputError:
    numbers, whole = lanes.whole_numbers(factor)
    if not whole[0] or numbers[0] < 1:
        return UndefinedError("a formula is multiplied by a whole number of 1 or more")
    return RangeError(_TOO_LARGE)


def _too_many(left: Vectors, right: Vectors) -> InputError:
    return RangeError(_TOO_LARGE)


def _molar_mass(formulas: Vectors) -> tuple[Vectors, Rows]:
    atoms = _counts(formulas)[:, _ATOMS]
    ok: Rows = atoms[:, _WEIGHTLESS].max(axis=1) == 0
    masses = [Fraction(mass, 10**_PLACES) for mass in (atoms @ _WEIGHTS).tolist()]  # below 2^63: no weight has 300
    vectors = NUMBER.encode(masses)
    vectors[~ok] = 0
    return vectors, ok


def _no_mass(formula: Vectors) -> InputError:
    weightless = np.flatnonzero(_counts(formula)[0, _ATOMS] * _WEIGHTLESS)
    return UndefinedError(f"{NAMES[weightless[0]]} has no standard atomic weight")


def _of_each(read: Callable[[Counts], NDArray[np.int64]]) -> Callable[[Vectors], tuple[Vectors, Rows]]:
    def measured(formulas: Vectors) -> tuple[Vectors, Rows]:
        numbers = read(_counts(formulas))
        return NUMBER.encode(numbers), np.ones(len(numbers), bool)

    return measured


_PAIR = ("chem_formula", "chem_formula")
OPERATIONS = (
    Operation(
        "combine",
        "+",
        _PAIR,
        "chem_formula",
        True,
        "e(a) + e(b) = e(a and b) in the lanes of atoms and charge, bitwise",
        _combine,
        _too_many,
    ),
    Operation(
        "remove",
        "-",
        _PAIR,
        "chem_formula",
        False,
        "e(a) - e(b) = e(a without b) in the lanes of atoms and charge, bitwise",
        _remove,
        _not_removed,
    ),
    Operation(
        "scale",
        "*",
        ("chem_formula", "number"),
        "chem_formula",
        False,
        "n e(a) = e(n times a) in the lanes of atoms and charge, bitwise",
        _scale,
        _not_scaled,
    ),
    Operation(
        "molar_mass",
        "molar_mass",
        ("chem_formula",),
        "number",
        False,
        "weights . e(a) = molar_mass(a) in g/mol, exactly",
        _molar_mass,
        _no_mass,
    ),
    Operation(
        "atoms",
        "atoms",
        ("chem_formula",),
        "number",
        False,
        "the sum of the lanes of atoms = atoms(a), exactly",
        _of_each(lambda counts: counts[:, _ATOMS].sum(axis=1)),
    ),
    Operation(
        "charge",
        "charge",
        ("chem_formula",),
        "number",
        False,
        "the lane of charge = charge(a), exactly",
        _of_each(lambda counts: counts[:, _CHARGE]),
    ),
)
