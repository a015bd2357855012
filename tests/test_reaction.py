"""Reactions as vectors: both sides come back exactly, and their algebra is that of exact dictionaries."""

import hashlib
import os
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxem import laws, space
from fluxem.domains import formula_text, reaction
from fluxem.domains.boolean import BOOLEAN
from fluxem.domains.formula_text import ELECTRON, STATES, Formula
from fluxem.domains.number import NUMBER
from fluxem.domains.reaction import OPERATIONS, REACTION
from fluxem.domains.reaction_text import Reaction
from fluxem.errors import InputError, RangeError, UndefinedError

few_examples = settings(max_examples=50)
ADD, SCALE, REVERSE, IS_BALANCED = OPERATIONS


def read(text: str) -> Reaction:
    return REACTION.parse(text)


def encode(*texts: str) -> Any:
    return REACTION.encode([read(text) for text in texts])


def formula(text: str) -> Formula:
    return formula_text.read(text)


# --- encode, decode, render ---

formulas = st.one_of(
    st.builds(
        Formula.of,
        st.dictionaries(st.sampled_from(["H", "C", "O", "Fe", "Og"]), st.integers(1, 3), min_size=1, max_size=3),
        st.sampled_from([0, 0, 0, -2, 3]),
        st.sampled_from(STATES),
    ),
    st.just(ELECTRON),
)
coefficients = st.one_of(
    st.integers(1, 5),
    st.builds(Fraction, st.integers(1, 6), st.integers(1, 6)),
    st.integers(1, 2**24 - 1),
    st.builds(Fraction, st.just(1), st.integers(1, 2**12)),
).map(lambda x: x.numerator if x.denominator == 1 else x)
sides = st.lists(st.tuples(formulas, coefficients), min_size=1, max_size=5)


def held(value: Reaction) -> bool:
    try:
        REACTION.encode([value])
    except RangeError:
        return False
    return True


reactions = st.builds(Reaction.of, sides, sides, st.booleans()).filter(held)
few = st.sampled_from([formula(text) for text in ("H2", "O2", "H2O", "CO2", "Na+")] + [ELECTRON])
simple_sides = st.lists(st.tuples(few, st.integers(1, 4)), min_size=1, max_size=3)
simple = st.builds(Reaction.of, simple_sides, simple_sides, st.booleans())


@few_examples
@given(st.lists(reactions))
def test_every_reaction_comes_back(values: list[Reaction]) -> None:
    laws.assert_round_trip(REACTION, values)
    assert REACTION.encode(values).tobytes() == b"".join(REACTION.encode([value]).tobytes() for value in values)


# --- operations ---


def net(*parts: tuple[Reaction, Any]) -> tuple[dict[Formula, Any], dict[Formula, Any]]:
    total: dict[Formula, Any] = {}
    for value, times in parts:
        for side, sign in ((value.reactants, -1), (value.products, 1)):
            for one, coefficient in side:
                total[one] = total.get(one, 0) + Fraction(sign * coefficient) * times
    return {f: -n for f, n in total.items() if n < 0}, {f: n for f, n in total.items() if n > 0}


def exact_sum(a: Reaction, b: Reaction) -> Reaction:
    left, right = net((a, 1), (b, 1))
    return Reaction.of(left.items(), right.items(), a.both_ways and b.both_ways)


def exact_multiple(a: Reaction, times: Any) -> Reaction:
    if times == 0:
        raise ArithmeticError
    there, back = ([(f, n * abs(Fraction(times))) for f, n in side] for side in (a.reactants, a.products))
    return Reaction.of(*((there, back) if times > 0 else (back, there)), a.both_ways)


def exact_balance(a: Reaction) -> bool:
    left, right = net((a, 1))
    total: dict[str, Any] = {}
    for side, sign in ((left, -1), (right, 1)):
        for one, times in side.items():
            for symbol, count in (*one.counts, ("charge", one.charge)):
                total[symbol] = total.get(symbol, 0) + sign * times * count
    return not any(total.values())


@few_examples
@given(st.lists(st.tuples(st.one_of(simple, reactions), st.one_of(simple, reactions))))
def test_adding_is_exact_or_refused(pairs: list[tuple[Reaction, Reaction]]) -> None:
    laws.assert_homomorphism(REACTION, ADD, exact_sum, pairs)


factors = st.one_of(
    st.integers(-3, 3),
    st.builds(Fraction, st.integers(-6, 6), st.integers(1, 6)),
    st.sampled_from([2**24, 2**47 + 1, 10**40, Fraction(1, 2**24), Fraction(1, 10**30), Fraction(2**24, 3)]),
)


@few_examples
@given(st.lists(st.tuples(st.one_of(simple, reactions), factors)))
def test_scaling_is_exact_or_refused(pairs: list[tuple[Reaction, Any]]) -> None:
    laws.assert_homomorphism([REACTION, NUMBER, REACTION], SCALE, exact_multiple, pairs)


@few_examples
@given(st.lists(st.tuples(st.one_of(simple, reactions))))
def test_reversing_and_balancing_are_exact(rows: list[tuple[Reaction]]) -> None:
    turned = lambda a: Reaction.of(a.products, a.reactants, a.both_ways)  # noqa: E731
    laws.assert_homomorphism(REACTION, REVERSE, turned, rows)
    laws.assert_homomorphism([REACTION, BOOLEAN], IS_BALANCED, exact_balance, rows)
    assert [a.is_balanced() for (a,) in rows] == [exact_balance(a) for (a,) in rows]


def test_reversing_exchanges_lanes_and_nothing_else() -> None:
    there = encode("2 H2 + O2 -> 2 H2O", "Zn -> Zn2+ + 2e-")
    back, _ = REVERSE.function(there)
    slots = there[:, reaction.SLOTS].reshape(2, 11, 10)
    turned = back[:, reaction.SLOTS].reshape(2, 11, 10)
    assert np.array_equal(slots[:, :, [1, 0]], turned[:, :, :2])
    assert np.array_equal(slots[:, :, 2:], turned[:, :, 2:])


BALANCED = {
    "2 H2 + O2 -> 2 H2O": True,
    "H2 + O2 -> H2O": False,
    "C6H12O6 + 6 O2 -> 6 CO2 + 6 H2O": True,
    "MnO4^- + 5 Fe2+ + 8 H+ -> Mn2+ + 5 Fe3+ + 4 H2O": True,
    "MnO4^- + 5 Fe2+ + 8 H+ -> Mn2+ + 5 Fe2+ + 4 H2O": False,  # the atoms balance, the charges do not
    "Zn -> Zn2+ + 2e-": True,
    "Zn -> Zn2+ + e-": False,
    "H2 + 1/2 O2 -> H2O": True,
    "10 [Cr(N2H4CO)6]4[Cr(CN)6]3 + 1176 KMnO4 + 1399 H2SO4 -> "
    "420 CO2 + 35 K2Cr2O7 + 660 KNO3 + 223 K2SO4 + 1176 MnSO4 + 1879 H2O": True,
}  # the last one: R. Stout, Redox challenges, J. Chem. Educ. 72 (1995) 1125


def test_known_reactions_are_balanced_or_not() -> None:
    vectors, ok = IS_BALANCED.function(encode(*BALANCED))
    assert ok.all() and BOOLEAN.decode(vectors) == list(BALANCED.values())


def test_hess_law() -> None:
    """C + O2 -> CO2 is the sum of its two steps, and the intermediate cancels."""
    steps, _ = ADD.function(encode("C + 1/2 O2 -> CO"), encode("CO + 1/2 O2 -> CO2"))
    assert REACTION.render(steps) == ["C + O2 -> CO2"]


def test_refusals_say_why() -> None:
    water, back = encode("2 H2 + O2 -> 2 H2O"), encode("2 H2O -> 2 H2 + O2")
    assert not ADD.function(water, back)[1][0] and isinstance(ADD.refusal(water, back), UndefinedError)
    large = encode("16777215 H2 -> H2O")
    assert isinstance(ADD.refusal(large, large), RangeError)
    assert isinstance(SCALE.refusal(water, NUMBER.encode([0])), UndefinedError)
    assert isinstance(SCALE.refusal(large, NUMBER.encode([2])), RangeError)


# --- what is refused ---


@pytest.mark.parametrize("value", ["2 H2 + O2 -> 2 H2O", None, formula("H2O"), ((), ())], ids=str)
def test_what_is_no_reaction_is_not_encoded(value: Any) -> None:
    with pytest.raises(InputError, match="^row 1: a reaction is a Reaction"):
        REACTION.encode([read("2 H2 + O2 -> 2 H2O"), value])


@pytest.mark.parametrize("change", [0.3, 3e38, -3e38, float("nan"), float("inf")])
def test_a_vector_with_any_lane_changed_is_no_reaction(change: float) -> None:
    for lane in range(space.DIM):
        vector = encode("2 H2 + O2 -> 2 H2O")
        vector[0, lane] += change
        with pytest.raises(InputError, match="^row 0: "):
            REACTION.decode(vector)


def test_vectors_out_of_order_are_refused() -> None:
    vector = encode("2 H2 + O2 -> 2 H2O")
    slots = vector[0, reaction.SLOTS].reshape(11, 10).copy()
    wrong = {
        "slots exchanged": slots[[1, 0, *range(2, 11)]],
        "a gap": slots[[0, 10, *range(1, 10)]],
        "the same twice": slots[[0, 0, *range(1, 10)]],
        "one side only": slots * np.where(np.arange(10) == 0, 0, 1),
        "element 119": slots + np.where(np.arange(10) == 2, 118, 0) * (slots[:, :1] + slots[:, 1:2] > 0),
    }
    for name, changed in wrong.items():
        vector[0, reaction.SLOTS] = changed.ravel()
        with pytest.raises(InputError, match="^row 0: no chem_reaction has these lanes"):
            pytest.fail(f"{name} decodes to {REACTION.decode(vector)}")


def test_vectors_that_are_not_reduced_are_refused() -> None:
    vector = encode("2 H2 + O2 -> 2 H2O")
    vector[0, reaction.DENOMINATOR] = 2
    vector[0, reaction.SLOTS] *= np.tile(np.where(np.arange(10) < 2, 2, 1), 11)
    with pytest.raises(InputError, match="^row 0: no chem_reaction has these lanes"):
        REACTION.decode(vector)


def test_empty_batches() -> None:
    empty = REACTION.encode([])
    assert empty.shape == (0, 128) and REACTION.decode(empty) == []
    assert ADD.function(empty, empty)[0].shape == SCALE.function(empty, NUMBER.encode([]))[0].shape == (0, 128)
    assert REVERSE.function(empty)[0].shape == IS_BALANCED.function(empty)[0].shape == (0, 128)


def test_vectors_do_not_depend_on_the_process() -> None:
    """The first implementation raised a NameError on every reaction."""
    texts = ["2 H2 + O2 -> 2 H2O", "Zn -> Zn2+ + 2e-", "H2O(l) <=> H2O(g)"]
    program = (
        "import hashlib; from fluxem.domains.reaction import REACTION\n"
        f"print(hashlib.sha256(REACTION.encode([REACTION.parse(t) for t in {texts}]).tobytes()).hexdigest())"
    )
    digests = {hashlib.sha256(encode(*texts).tobytes()).hexdigest()}
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(run.stdout.strip())
    assert len(digests) == 1
