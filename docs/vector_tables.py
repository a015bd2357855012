"""Insert what code owns into docs/VECTORS.md: `python docs/vector_tables.py` (`make readme`).

Tables of domains, of their lanes, of what they refuse and of operations stand between marks, as in config/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from config_keys import put

import fluxem
from fluxem import registry, space
from fluxem.domains import complex_number, date, dna, formula, pitch, pitch_class_set, reaction, taxonomy, vector
from fluxem.domains.boolean import TRUTH
from fluxem.domains.complex_text import ComplexNumber
from fluxem.domains.formula_text import STATES
from fluxem.errors import RangeError

VECTORS = Path(__file__).resolve().parent / "VECTORS.md"

Lanes = slice | int

_OF_NUMBER: tuple[tuple[Lanes, str], ...] = (
    (space.PHASES, "48 phases cos, sin(2πr/p), r the value modulo the prime p; (0, 0) where p divides the denominator"),
    (space.SIGN, "sign: -1, 0 or 1"),
    (space.LOG, "log10 of the size, 0 for zero"),
    (space.LINEAR, "the value itself, clipped to the largest float32"),
    (space.ZERO, "1 for zero"),
    (space.LOG_DENOMINATOR, "log10 of the reduced denominator"),
)
_ALL_OF_A_NUMBER = slice(space.PHASES.start, space.LOG_DENOMINATOR + 1)
_OF_A_UNIT: tuple[tuple[Lanes, str], ...] = (
    (space.DIMENSION_EXPONENTS, "exponents of the 7 SI base dimensions"),
    (space.DISPLAY, "the unit as written: up to 4 factors of prefix, unit and power"),
)
#: What each domain keeps in which lanes beside its tag, in the order of the lanes.
LANES: dict[str, tuple[tuple[Lanes, str], ...]] = {
    "number": _OF_NUMBER,
    "complex": (
        (complex_number.REAL, "real part: 28 phases"),
        (complex_number.IMAGINARY, "imaginary part: 28 phases"),
        (complex_number.REAL_SIZE, "real part: sign, log10, the value, log10 of the denominator"),
        (complex_number.IMAGINARY_SIZE, "imaginary part: the same"),
    ),
    "vector": (
        (vector.ENTRIES, "7 lanes for each entry: numerator in 4 limbs of base 10^6, denominator in 3"),
        (vector.LENGTH, "number of entries"),
    ),
    "boolean": ((TRUTH, "1 for true, -1 for false"),),
    "phys_quantity": ((_ALL_OF_A_NUMBER, "the value in SI base units, as a number has it"), *_OF_A_UNIT),
    "phys_unit": ((_ALL_OF_A_NUMBER, "the factor to SI base units, as a number has it"), *_OF_A_UNIT),
    "chem_formula": (
        (formula.COUNTS, "number of atoms of hydrogen, helium, ..., oganesson"),
        (formula.CHARGE, "charge"),
        (formula.STATE, f"state label: {', '.join(state or 'none' for state in STATES)}"),
    ),
    "chem_reaction": (
        (reaction.DENOMINATOR, "common denominator of the coefficients"),
        (reaction.BOTH_WAYS, "1 when it also goes back"),
        (reaction.SLOTS, "11 slots of 10 lanes: both coefficients, up to 7 elements, charge and state"),
    ),
    "dna": ((dna.LENGTH, "number of bases"), (dna.BASES, "the bases as base-4 fractions, 12 in a lane")),
    "taxonomy": ((taxonomy.LINEAGE, "NCBI taxonomy id at each of nine ranks, 0 where there is none"),),
    "pitch": (
        (pitch.KEY, "MIDI key"),
        (pitch.CLASS, "its pitch class as a phase cos, sin(2πk/12)"),
        (pitch.LETTER, "1 for the letter C, D, E, F, G, A or B"),
        (pitch.ACCIDENTAL, "accidental, -2 to 2"),
    ),
    "pitch_class_set": ((pitch_class_set.MEMBERS, "1 for each pitch class in the set"),),
    "date": (
        (date.DAY_NUMBER, "day number, 1 for 0001-01-01"),
        (date.YEAR, "year"),
        (date.MONTH, "month"),
        (date.DAY, "day of the month"),
        (date.WEEKDAY, "weekday as a phase cos, sin(2πn/7)"),
    ),
}

#: Of each domain that has a bound: a value beyond it, in words, and how to ask for its vector.
BEYOND: dict[str, tuple[str, Callable[[], object]]] = {
    "number": ("10^112", lambda: fluxem.encode(10**112)),
    "complex": ("10^62 i", lambda: fluxem.encode(ComplexNumber(0, 10**62))),
    "vector": ("17 entries", lambda: fluxem.encode((1,) * 17)),
    "vector, an entry": ("10^-18", lambda: fluxem.encode((Fraction(1, 10**18),))),
    "phys_quantity": ("10^100 Tm^2", lambda: fluxem.encode("1e100 Tm^2", "phys_quantity")),
    "chem_formula": ("H in 2^24 atoms", lambda: fluxem.encode(f"H{2**24}", "chem_formula")),
    "chem_reaction": ("2^24 H2", lambda: fluxem.encode(f"{2**24} H2 + O2 -> H2O", "chem_reaction")),
    "dna": ("1,429 bases", lambda: fluxem.encode("A" * 1429, "dna")),
    "pitch": ("A9, MIDI key 129", lambda: fluxem.encode("A9", "pitch")),
    "date": ("the day after 9999-12-31", lambda: fluxem.apply("add", fluxem.encode("9999-12-31"), fluxem.encode(1))),
}


def tables() -> dict[str, list[str]]:
    """Every table, as lines of Markdown by the name of its place."""
    made = {"domains": _domains(), "lanes": _lanes(), "refusals": _refusals(), "operations": _operations()}
    return {f"table of {name}": lines for name, lines in made.items()}  # one word would be a file to insert_results.py


def _domains() -> list[str]:
    lines = ["| domain | tag | for example | a network reads lanes |", "|---|---:|---|---|"]
    for listed in registry.domains():
        lanes = _shown(registry.DOMAINS[listed.name].network_lanes)
        lines.append(f"| `{listed.name}` | {listed.tag} | `{listed.example}` | {lanes} |")
    return lines


def _lanes() -> list[str]:
    lines = ["| domain | lanes | what |", "|---|---|---|"]
    for name in sorted(registry.DOMAINS, key=lambda name: registry.DOMAINS[name].tag):
        for place, what in LANES[name]:
            lines.append(f"| `{name}` | {_shown(place)} | {what} |")
    return lines


def _refusals() -> list[str]:
    lines = ["| domain | value | refused with |", "|---|---|---|"]
    for name, (value, encode) in BEYOND.items():
        try:
            encode()
        except RangeError as error:
            said = re.sub(r"^(row 0|add): ", "", str(error)).replace("|", "\\|")
            lines.append(f"| {name} | {value} | {said} |")
        else:
            raise ValueError(f"{name}: {value} is not refused")
    return lines


def _operations() -> list[str]:
    lines = ["| operation | of | makes | law |", "|---|---|---|---|"]
    for operation in registry.OPERATIONS:
        law = operation.law.replace("|", "\\|")
        lines.append(f"| `{operation.name}` | {', '.join(operation.operands)} | {operation.result} | {law} |")
    return lines


def _shown(lanes: Lanes) -> str:
    """The first and the last of some lanes, or one lane."""
    return str(lanes) if isinstance(lanes, int) else f"{lanes.start or 0}–{lanes.stop - 1}"


if __name__ == "__main__":
    VECTORS.write_text(put(VECTORS.read_text(encoding="utf-8"), tables()), encoding="utf-8")
