"""Formulas as vectors: counted exactly, against hand-counted compositions and published molar masses."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxem import laws, space
from fluxem.domains import formula
from fluxem.domains.elements import ATOMIC_NUMBERS, NAMES, SYMBOLS, WEIGHTS
from fluxem.domains.formula import FORMULA, OPERATIONS
from fluxem.domains.formula_text import ELECTRON, MOST, STATES, Formula
from fluxem.domains.number import NUMBER
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError

COMBINE, REMOVE, SCALE, MOLAR_MASS, ATOMS, CHARGE = OPERATIONS


def read(text: str) -> Formula:
    return FORMULA.parse(text)


def encode(*texts: str) -> Any:
    return FORMULA.encode([read(text) for text in texts])


# --- elements ---


def test_there_are_118_elements() -> None:
    assert len(SYMBOLS) == len(NAMES) == len(WEIGHTS) == len(set(SYMBOLS)) == len(set(NAMES)) == 118
    by_hand = {"H": 1, "He": 2, "C": 6, "Ne": 10, "Ca": 20, "Fe": 26, "Xe": 54, "La": 57, "Lu": 71, "Au": 79, "Og": 118}
    assert {symbol: ATOMIC_NUMBERS[symbol] for symbol in by_hand} == by_hand
    assert NAMES[25] == "iron" and NAMES[78] == "gold"
    assert sum(weight is not None for weight in WEIGHTS) == 84  # IUPAC: 84 elements have a standard atomic weight
    inversions = [SYMBOLS[i] for i in range(91) if (WEIGHTS[i] or 0) > (WEIGHTS[i + 1] or 999)]
    assert inversions == ["Ar", "Co", "Te", "Th"]  # the known places where weight and number disagree


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_element_has_its_own_lane(symbol: str) -> None:
    vector = encode(symbol)[0]
    assert np.flatnonzero(vector[formula.COUNTS]).tolist() == [ATOMIC_NUMBERS[symbol] - 1]
    assert FORMULA.render(vector[None]) == [symbol]


# --- encode, decode, render ---

symbols = st.sampled_from(SYMBOLS)
numbers = st.integers(1, 12)
formulas = st.builds(
    Formula.of,
    st.dictionaries(symbols, st.one_of(numbers, st.integers(1, MOST)), min_size=1, max_size=8),
    st.one_of(st.just(0), st.integers(-9, 9), st.integers(-MOST, MOST)),
    st.sampled_from(STATES),
)


@given(st.lists(formulas))
def test_every_formula_comes_back(values: list[Formula]) -> None:
    laws.assert_round_trip(FORMULA, values)
    assert FORMULA.encode(values).tobytes() == b"".join(FORMULA.encode([value]).tobytes() for value in values)


def test_formulas_are_shown_in_hill_order() -> None:
    texts = ["CH3COOH", "NaCl", "H2SO4", "CCl4", "C2H5Br", "CuSO4·5H2O", "SO4^2-", "Na+(aq)"]
    assert FORMULA.render(encode(*texts)) == [
        *("C2H4O2", "ClNa", "H2O4S", "CCl4", "C2H5Br", "CuH10O9S", "O4S^2-", "Na^+(aq)"),
    ]


# --- operations ---


def exact_sum(a: Formula, b: Formula, sign: int = 1) -> Formula:
    counts = Counter(dict(a.counts))
    for symbol, count in b.counts:
        counts[symbol] += sign * count
    left = {symbol: count for symbol, count in counts.items() if count}
    if min(left.values(), default=0) < 0:
        raise ArithmeticError
    return Formula.of(left, a.charge + sign * b.charge, a.state if a.state == b.state else "")


def exact_multiple(a: Formula, times: Any) -> Formula:
    if times != int(times):
        raise ArithmeticError
    return Formula.of({s: n * int(times) for s, n in a.counts}, a.charge * int(times), a.state)


common = st.builds(
    Formula.of,
    st.dictionaries(st.sampled_from(["C", "H", "O", "Na"]), st.one_of(st.integers(1, 3), st.just(MOST)), min_size=1),
    st.sampled_from([0, 0, -2, 1, MOST]),
    st.sampled_from(["", "aq"]),
)


@given(st.lists(st.tuples(common, common)))
def test_combining_and_removing_are_exact_or_refused(pairs: list[tuple[Formula, Formula]]) -> None:
    laws.assert_homomorphism(FORMULA, COMBINE, exact_sum, pairs)
    laws.assert_homomorphism(FORMULA, REMOVE, lambda a, b: exact_sum(a, b, -1), pairs)


@given(common, common)
def test_vectors_of_combined_formulas_are_added(a: Formula, b: Formula) -> None:
    left, right = FORMULA.encode([a]), FORMULA.encode([b])
    result, ok = COMBINE.function(left, right)
    if ok[0]:
        atoms_and_charge = slice(formula.COUNTS.start, formula.CHARGE + 1)
        assert np.array_equal(result[:, atoms_and_charge], left[:, atoms_and_charge] + right[:, atoms_and_charge])


@given(st.lists(st.tuples(common, st.one_of(st.integers(-2, 5), st.just(10**40), st.just(Fraction(1, 2))))))
def test_scaling_is_exact_or_refused(pairs: list[tuple[Formula, Any]]) -> None:
    laws.assert_homomorphism([FORMULA, NUMBER, FORMULA], SCALE, exact_multiple, pairs)


@given(st.lists(st.tuples(formulas)))
def test_atoms_and_charges_are_counted(rows: list[tuple[Formula]]) -> None:
    laws.assert_homomorphism([FORMULA, NUMBER], ATOMS, lambda a: sum(n for _, n in a.counts), rows)
    laws.assert_homomorphism([FORMULA, NUMBER], CHARGE, lambda a: a.charge, rows)


# Molar masses in g/mol as tables of physical constants print them (CRC Handbook of Chemistry and Physics).
MOLAR_MASSES = {
    **{"H2O": "18.015", "CO2": "44.010", "NH3": "17.031", "NaCl": "58.44", "HCl": "36.46", "NaOH": "39.997"},
    **{"C6H12O6": "180.156", "C12H22O11": "342.297", "C2H5OH": "46.068", "CH3COOH": "60.052", "C6H6": "78.112"},
    **{"CaCO3": "100.087", "KMnO4": "158.034", "AgNO3": "169.873", "Fe2O3": "159.688", "K2Cr2O7": "294.185"},
    **{"CuSO4·5H2O": "249.685", "C8H10N4O2": "194.191", "UF6": "352.019", "AuCl3": "303.326", "XeF4": "207.287"},
}


@pytest.mark.parametrize("text", MOLAR_MASSES)
def test_molar_masses_are_those_of_the_tables(text: str) -> None:
    result, ok = MOLAR_MASS.function(encode(text))
    assert ok[0]
    assert float(NUMBER.decode(result)[0]) == pytest.approx(float(MOLAR_MASSES[text]), rel=6e-5)


def test_a_molar_mass_is_an_exact_sum() -> None:
    result, _ = MOLAR_MASS.function(encode("H2O", "H16777215"))
    assert NUMBER.decode(result) == [Fraction("18.015"), Fraction("1.008") * MOST]


def test_refusals_say_why() -> None:
    water, oxygen, heavy = encode("H2O"), encode("O2"), encode("H16777215")
    assert "less oxygen" in str(REMOVE.refusal(water, oxygen))
    assert "nothing is left" in str(REMOVE.refusal(water, water))
    assert isinstance(COMBINE.refusal(heavy, heavy), RangeError)
    for factor in (0, -1, Fraction(1, 2)):
        assert isinstance(SCALE.refusal(water, NUMBER.encode([factor])), UndefinedError)
    assert isinstance(SCALE.refusal(heavy, NUMBER.encode([2])), RangeError)
    assert not MOLAR_MASS.function(encode("TcO2"))[1][0]
    assert "technetium" in str(MOLAR_MASS.refusal(encode("TcO2")))


def test_states_that_differ_are_not_kept() -> None:
    salt, ion, water = encode("NaCl(aq)"), encode("Na+(aq)"), encode("H2O(l)")
    assert FORMULA.render(REMOVE.function(salt, ion)[0]) == ["Cl^-(aq)"]
    assert FORMULA.render(COMBINE.function(salt, water)[0]) == ["ClH2NaO"]


# --- what is refused ---


@pytest.mark.parametrize("value", ["H2O", None, 18, {"H": 2}, ELECTRON, b"H2O"], ids=repr)
def test_what_is_no_formula_is_not_encoded(value: Any) -> None:
    with pytest.raises(InputError, match="^row 1: .*formula"):
        FORMULA.encode([read("H2O"), value])


@pytest.mark.parametrize("text", ["H2O", "SO4^2-", "NaCl(aq)"])
@pytest.mark.parametrize("change", [0.5, 3e38, 2**25, float("nan"), float("inf")])
def test_a_vector_with_any_lane_changed_is_no_formula(text: str, change: float) -> None:
    for lane in range(space.DIM):
        vector = encode(text)
        vector[0, lane] += change
        with pytest.raises(InputError, match="^row 0: "):
            FORMULA.decode(vector)


def test_negative_atoms_and_unknown_states_are_refused() -> None:
    for lane in (*range(formula.COUNTS.start, formula.COUNTS.stop), formula.STATE):
        vector = encode("H2O(aq)")
        vector[0, lane] -= 20
        with pytest.raises(InputError, match="^row 0: no chem_formula has these lanes"):
            FORMULA.decode(vector)


def test_vectors_without_atoms_and_of_others_are_refused() -> None:
    vector = encode("H2O")
    vector[:, formula.COUNTS] = 0
    for wrong in (vector, NUMBER.encode([1]), np.zeros((1, 128), np.float32)):
        with pytest.raises(InputError, match="^row 0: "):
            FORMULA.decode(wrong)
        with pytest.raises(InputError, match="^row 0: "):
            COMBINE.function(wrong, wrong)


def test_empty_batches() -> None:
    empty = FORMULA.encode([])
    assert empty.shape == (0, 128) and FORMULA.decode(empty) == []
    for operation in (COMBINE, REMOVE):
        assert operation.function(empty, empty)[0].shape == (0, 128)
    assert MOLAR_MASS.function(empty)[0].shape == ATOMS.function(empty)[0].shape == (0, 128)


def test_vectors_do_not_depend_on_the_process() -> None:
    texts = ["CuSO4·5H2O", "SO4^2-", "NaCl(aq)", "C8H10N4O2"]
    program = (
        "import hashlib; from fluxem.domains.formula import FORMULA\n"
        f"print(hashlib.sha256(FORMULA.encode([FORMULA.parse(t) for t in {texts}]).tobytes()).hexdigest())"
    )
    digests = {hashlib.sha256(encode(*texts).tobytes()).hexdigest()}
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(run.stdout.strip())
    assert len(digests) == 1


# --- defects of the first implementation (commit 0a4e442), each measured there ---


def test_no_atom_is_lost() -> None:
    """The vector had 16 elements: CuSO4 was O4S, UF6 F6, He, AuCl3 and D2O lost atoms; co2, Xy and "" were empty."""
    assert FORMULA.decode(encode("CuSO4", "UF6", "Al2(SO4)3", "He", "AuCl3")) == [
        Formula.of({"Cu": 1, "S": 1, "O": 4}),
        Formula.of({"U": 1, "F": 6}),
        Formula.of({"Al": 2, "S": 3, "O": 12}),
        Formula.of({"He": 1}),
        Formula.of({"Au": 1, "Cl": 3}),
    ]
    for text in ("D2O", "co2", "Xy", ""):
        with pytest.raises(ParseError):
            FORMULA.parse(text)


def test_formulas_are_told_apart() -> None:
    """CuSO4 "equalled" ZnSO4, charges were ignored, CuSO4*5H2O was H2O5S, counts above 9.6e5 were wrong."""
    texts = [
        "CuSO4",
        "ZnSO4",
        "Fe2+",
        "Fe3+",
        "Fe",
        "CuSO4*5H2O",
        "H2SO5",
        "H999999",
        "H1000000",
        "H1000001",
        "NaCl(aq)",
    ]
    vectors = encode(*texts)
    assert len({row.tobytes() for row in vectors}) == len(texts)
    assert FORMULA.decode(vectors) == [read(text) for text in texts]


def test_the_weight_of_copper_sulfate_has_copper_in_it() -> None:
    masses = NUMBER.decode(MOLAR_MASS.function(encode("CuSO4", "O4S"))[0])
    assert masses[0] - masses[1] == Fraction("63.546")
