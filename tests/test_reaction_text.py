"""Reactions as texts: what they denote, and what is refused."""

from fractions import Fraction
from typing import Any

import pytest

from fluxem import laws
from fluxem.domains import formula_text
from fluxem.domains.formula_text import ELECTRON, Formula
from fluxem.domains.reaction import REACTION
from fluxem.domains.reaction_text import Reaction
from fluxem.errors import InputError, ParseError, RangeError


def read(text: str) -> Reaction:
    return REACTION.parse(text)


def formula(text: str) -> Formula:
    return formula_text.read(text)


WATER = Reaction.of([(formula("H2"), 2), (formula("O2"), 1)], [(formula("H2O"), 2)])
ZINC = Reaction.of([(formula("Zn"), 1)], [(formula("Zn2+"), 1), (ELECTRON, 2)])
SALT = Reaction.of([(formula("Na+"), 1), (formula("Cl-"), 1)], [(formula("NaCl"), 1)])
WAYS = {
    "2 H2 + O2 -> 2 H2O": WATER,
    "2H2 + O2 -> 2H2O": WATER,
    "2H2+O2->2H2O": WATER,
    "2H2+O2=2H2O": WATER,
    "O2 + 2H2 → 2H2O": WATER,
    "2H₂ + O₂ ⟶ 2H₂O": WATER,
    "H2 + O2 + H2 --> H2O + H2O": WATER,
    "4/2 H2 + 1 O2 => 2.0 H2O": WATER,
    "Zn -> Zn2+ + 2e-": ZINC,
    "Zn → Zn²⁺ + 2 e⁻": ZINC,
    "Zn -> Zn^2+ + 2e^-": ZINC,
    "Zn->Zn2++2e-": ZINC,
    "Na+ + Cl- -> NaCl": SALT,
    "Na++Cl- -> NaCl": SALT,
    "Na⁺ + Cl⁻ = NaCl": SALT,
    "H2 + 1/2 O2 -> H2O": Reaction.of([(formula("H2"), 1), (formula("O2"), Fraction(1, 2))], [(formula("H2O"), 1)]),
    "H2 + ½O2 -> H2O": Reaction.of([(formula("H2"), 1), (formula("O2"), Fraction(1, 2))], [(formula("H2O"), 1)]),
    "H2 + 0.5 O2 -> H2O": Reaction.of([(formula("H2"), 1), (formula("O2"), Fraction(1, 2))], [(formula("H2O"), 1)]),
    "H2O(l) <=> H2O(g)": Reaction.of([(formula("H2O(l)"), 1)], [(formula("H2O(g)"), 1)], both_ways=True),
    "H2O(l) ⇌ H2O(g)": Reaction.of([(formula("H2O(l)"), 1)], [(formula("H2O(g)"), 1)], both_ways=True),
    "H+(aq)+OH-(aq)->H2O(l)": Reaction.of([(formula("H+(aq)"), 1), (formula("OH-(aq)"), 1)], [(formula("H2O(l)"), 1)]),
    "2 CuSO4·5H2O -> 2 CuSO4 + 10 H2O": Reaction.of(
        [(formula("CuSO4·5H2O"), 2)], [(formula("CuSO4"), 2), (formula("H2O"), 10)]
    ),
}


@pytest.mark.parametrize("text", WAYS)
def test_a_reaction_can_be_written_in_many_ways(text: str) -> None:
    assert read(text) == WAYS[text]
    laws.assert_round_trip(REACTION, [read(text)])


def test_reactions_are_shown_as_they_are_read() -> None:
    texts = ["2 H2 + O2 -> 2 H2O", "CH4 + 2 O2 -> CO2 + 2 H2O", "H2 + 1/2 O2 -> H2O", "Zn -> Zn^2+ + 2 e^-"]
    assert [str(read(text)) for text in texts] == texts
    assert str(read("N2 + 3H2 ⇌ 2NH3")) == "3 H2 + N2 <=> 2 H3N"  # in Hill order


NOT_READ = [
    *("", "H2", "H2 + O2", "H2 ->", "-> H2", "H2 + -> O2", "+ H2 -> H2", "H2 -> H2 -> H2", "A -> B", "H2 > O2"),
    *("0 H2 -> O2", "02 H2 -> O2", "1/0 O2 -> O2", "-2 H2 -> H2", "1. H2 -> H2", "2 2 H2 -> H2", "x H2 -> H2"),
    *("Ca2+O2 -> CaO", "2Cl-->Cl2", "H2-->H2", "O2- -> O2", "H2 O2 -> H2O2", "D2 + O2 -> D2O", "H2 + heat -> H2"),
    *("2e -> e-", "3 -> 4", "CO2 = 40", "e+ -> e-"),
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_READ)
def test_what_is_no_reaction_is_refused(text: str) -> None:
    with pytest.raises(ParseError, match="is not one chem_reaction"):
        REACTION.parse(text)


ELEMENTS = ["Li", "Be", "Na", "Mg", "Al", "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn"]
BEYOND = {
    "formulas": " + ".join(ELEMENTS[:11]) + " -> H2",
    "elements": "".join(ELEMENTS[:8]) + " -> H2",
    "atoms": "H131072 -> H2",
    "charges": "H^1048576+ -> H2",
    "coefficients": "16777216 H2 -> H2",
    "common denominator": "1/4099 H2 + 1/4111 O2 -> H2O",
    "large": "99999999999999999999999999 H2 -> H2",
}


@pytest.mark.parametrize("bound", BEYOND)
def test_what_is_beyond_the_bounds_is_refused(bound: str) -> None:
    with pytest.raises(RangeError, match=bound):
        REACTION.parse(BEYOND[bound])


def test_what_is_at_the_bounds_is_held() -> None:
    texts = [
        " + ".join(ELEMENTS[:10]) + " -> H2",
        "".join(ELEMENTS[:7]) + " -> H2",
        "H131071 -> H^1048575+(aq) + H^1048575-",
        "16777215 H2 -> 16777214 H2",
        "1/16777215 H2 -> 1/5592405 H2",
    ]
    laws.assert_round_trip(REACTION, [read(text) for text in texts])


HYDROGEN, OXYGEN = formula("H2"), formula("O2")
BAD_SIDES: list[tuple[Any, ...]] = [
    ((), ((HYDROGEN, 1),)),
    (((OXYGEN, 1), (HYDROGEN, 1)), ((OXYGEN, 1),)),
    (((OXYGEN, 1), (OXYGEN, 1)), ((OXYGEN, 1),)),
    (((OXYGEN, 0),), ((OXYGEN, 1),)),
    (((OXYGEN, -1),), ((OXYGEN, 1),)),
    (((OXYGEN, 0.5),), ((OXYGEN, 1),)),
    (((OXYGEN, Fraction(2)),), ((OXYGEN, 1),)),
    (((OXYGEN, True),), ((OXYGEN, 1),)),
    ((("O2", 1),), ((OXYGEN, 1),)),
    (((OXYGEN, 1),), ((OXYGEN, 1),), 1),
]


@pytest.mark.parametrize("parts", BAD_SIDES, ids=range(len(BAD_SIDES)))
def test_a_reaction_cannot_be_made_wrongly(parts: tuple[Any, ...]) -> None:
    with pytest.raises(InputError):
        Reaction(*parts)
