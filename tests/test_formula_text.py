"""Formulas as texts: what they denote, against compositions counted by hand and trees of atoms and groups."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxem import laws
from fluxem.domains.elements import SYMBOLS
from fluxem.domains.formula import FORMULA
from fluxem.domains.formula_text import MOST, Formula
from fluxem.errors import InputError, ParseError, RangeError


def read(text: str) -> Formula:
    return FORMULA.parse(text)


COMPOSITIONS = {
    "H2O": ({"H": 2, "O": 1}, 0, ""),
    "C6H12O6": ({"C": 6, "H": 12, "O": 6}, 0, ""),
    "CuSO4·5H2O": ({"Cu": 1, "S": 1, "O": 9, "H": 10}, 0, ""),
    "CuSO4*5H2O": ({"Cu": 1, "S": 1, "O": 9, "H": 10}, 0, ""),
    "CuSO4.5H2O": ({"Cu": 1, "S": 1, "O": 9, "H": 10}, 0, ""),
    "CuSO4 · 5 H2O": ({"Cu": 1, "S": 1, "O": 9, "H": 10}, 0, ""),
    "KAl(SO4)2·12H2O": ({"K": 1, "Al": 1, "S": 2, "O": 20, "H": 24}, 0, ""),
    "Al2(SO4)3": ({"Al": 2, "S": 3, "O": 12}, 0, ""),
    "K4[Fe(CN)6]": ({"K": 4, "Fe": 1, "C": 6, "N": 6}, 0, ""),
    "[Cu(NH3)4]2+": ({"Cu": 1, "N": 4, "H": 12}, 2, ""),
    "[Cu(NH3)4]SO4·H2O": ({"Cu": 1, "N": 4, "H": 14, "S": 1, "O": 5}, 0, ""),
    "{[Co(NH3)5]2O}Cl4": ({"Co": 2, "N": 10, "H": 30, "O": 1, "Cl": 4}, 0, ""),
    "CH3(CH2)4CH3": ({"C": 6, "H": 14}, 0, ""),
    "((CH3)2CH)2O": ({"C": 6, "H": 14, "O": 1}, 0, ""),
    "SO4^2-": ({"S": 1, "O": 4}, -2, ""),
    "SO4^{2-}": ({"S": 1, "O": 4}, -2, ""),
    "SO4^-2": ({"S": 1, "O": 4}, -2, ""),
    "SO4 2-": ({"S": 1, "O": 4}, -2, ""),
    "SO4-2": ({"S": 1, "O": 4}, -2, ""),
    "SO4--": ({"S": 1, "O": 4}, -2, ""),
    "SO₄²⁻": ({"S": 1, "O": 4}, -2, ""),
    "Ca2+": ({"Ca": 1}, 2, ""),
    "Ca^{2+}": ({"Ca": 1}, 2, ""),
    "Ca++": ({"Ca": 1}, 2, ""),
    "Fe+3": ({"Fe": 1}, 3, ""),
    "Na+": ({"Na": 1}, 1, ""),
    "Cl-": ({"Cl": 1}, -1, ""),
    "Cl−": ({"Cl": 1}, -1, ""),
    "NH4+": ({"N": 1, "H": 4}, 1, ""),
    "NO3-": ({"N": 1, "O": 3}, -1, ""),
    "MnO4-": ({"Mn": 1, "O": 4}, -1, ""),
    "HeH+": ({"He": 1, "H": 1}, 1, ""),
    "O^2-": ({"O": 1}, -2, ""),
    "O2^-": ({"O": 2}, -1, ""),
    "Hg2^2+": ({"Hg": 2}, 2, ""),
    "H₂O": ({"H": 2, "O": 1}, 0, ""),
    "NaCl(aq)": ({"Na": 1, "Cl": 1}, 0, "aq"),
    "H2O (l)": ({"H": 2, "O": 1}, 0, "l"),
    "Na+(aq)": ({"Na": 1}, 1, "aq"),
    "SO4^2-(aq)": ({"S": 1, "O": 4}, -2, "aq"),
    "UF6": ({"U": 1, "F": 6}, 0, ""),
    "He": ({"He": 1}, 0, ""),
    "Co": ({"Co": 1}, 0, ""),
    "CO": ({"C": 1, "O": 1}, 0, ""),
    "AuCl3": ({"Au": 1, "Cl": 3}, 0, ""),
    "C20H25N3O": ({"C": 20, "H": 25, "N": 3, "O": 1}, 0, ""),
}


@pytest.mark.parametrize("text", COMPOSITIONS)
def test_a_formula_has_the_atoms_counted_by_hand(text: str) -> None:
    counts, charge, state = COMPOSITIONS[text]
    assert read(text) == Formula.of(counts, charge, state)
    laws.assert_round_trip(FORMULA, [read(text)])


AMBIGUOUS = ["O2-", "H2+", "N3-", "S2-", "SO42-", "Fe10+", "Hg22+", "FeSCN2+", "VO2+", "UO2+", "He-3", "O-2", "H-2"]
INVALID = [
    *("", " ", "co2", "Xy", "J", "h2o", "HO2x", "CO2e", "2H2O", "2", "H0", "H02", "H1.5", "e-", "e", "A4", "Q"),
    *("H2O)", "(H2O", "()", "()2", "H()", "(H]2", "[H)2", "([H)2]", "H2(", ")H2(", "H2O(q)", "(aq)", "H2O(s)(l)"),
    *("D2O", "T2O", "CuSO4·xH2O", "CaSO4·0.5H2O", "CaSO4·½H2O", "H2O·", "·H2O", "H2O··H2O", "H2 O", "Na +", "+", "^2-"),
    *("Na^0+", "Na^02+", "Na^", "Na^2", "Na^{2+", "Na^2+}", "Na2^", "²⁻", "C-14", "U-235", "H2O\nH2O", "H²O", "Ⅳ"),
]
LARGE = ["H16777216", "(H9999999)9", "((((((((H9)9)9)9)9)9)9)9)9", "H" + "9" * 5000, "Na^99999999+"]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_what_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ParseError, match="two ways|isotope"):
        FORMULA.parse(text)


@pytest.mark.parametrize("text", INVALID)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(ParseError, match="is not one chem_formula"):
        FORMULA.parse(text)


@pytest.mark.parametrize("text", LARGE, ids=range(len(LARGE)))
def test_what_is_too_large_is_refused(text: str) -> None:
    with pytest.raises(RangeError, match=str(MOST)):
        FORMULA.parse(text)
    assert FORMULA.parse("H16777215").counts == (("H", MOST),)


SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
numbers = st.integers(1, 12)
symbols = st.sampled_from(SYMBOLS)
# A tree of atoms (symbol, n) and groups ([...], n), and what may follow a dot.
trees = st.recursive(
    st.lists(st.tuples(symbols, numbers), min_size=1, max_size=3),
    lambda inner: st.lists(st.one_of(st.tuples(symbols, numbers), st.tuples(inner, numbers)), min_size=1, max_size=3),
    max_leaves=8,
)


def written(tree: Any, brackets: str, spell_one: bool) -> str:
    parts = []
    for item, number in tree:
        shown = item if isinstance(item, str) else brackets[0] + written(item, brackets, spell_one) + brackets[1]
        parts.append(shown + (str(number) if number > 1 or spell_one else ""))
    return "".join(parts)


def counted(tree: Any) -> Counter[str]:
    total: Counter[str] = Counter()
    for item, number in tree:
        inner = Counter({item: 1}) if isinstance(item, str) else counted(item)
        total.update({symbol: count * number for symbol, count in inner.items()})
    return total


@given(trees, trees, numbers, st.sampled_from(["()", "[]", "{}"]), st.sampled_from(["·", "*", ".", " · ", "•"]))
def test_a_formula_can_be_written_in_many_ways(tree: Any, adduct: Any, times: int, brackets: str, dot: str) -> None:
    expected = Formula.of(counted([*tree, (adduct, times)]))
    one = written(tree, brackets, True) + dot + str(times) + written(adduct, "()", False)
    other = written([*tree, (adduct, times)], "()", False).translate(SUBSCRIPTS)
    assert read(one) == read(other) == read(str(expected)) == expected


BAD_PARTS: list[tuple[Any, ...]] = [
    ((("H", 0),),),
    ((("H", -1),),),
    ((("H", 1.0),),),
    ((("H", True),),),
    ((("Xx", 1),),),
    ((("O", 1), ("H", 2)),),
    ((("H", 1), ("H", 1)),),
    ((),),
    ((), -2),
    ((("H", 1),), 0.5),
    ((("H", 1),), 0, "solid"),
]


@pytest.mark.parametrize("parts", BAD_PARTS, ids=repr)
def test_a_formula_cannot_be_made_wrongly(parts: tuple[Any, ...]) -> None:
    with pytest.raises(InputError):
        Formula(*parts)


@pytest.mark.parametrize(
    "parts", [((("H", MOST + 1),),), ((("H", 10**5000),),), ((("H", 1),), -MOST - 1)], ids=range(3)
)
def test_a_formula_beyond_what_a_vector_holds_is_not_made(parts: tuple[Any, ...]) -> None:
    with pytest.raises(RangeError, match="16777215"):
        Formula(*parts)
