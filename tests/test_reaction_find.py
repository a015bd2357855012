"""Reactions in running text: found where they are unmistakable, and nothing else lights up."""

import time

import pytest

from fluxem.domains.reaction import REACTION

FOUND = [
    *("2H2 + O2 -> 2H2O", "2H2+O2=2H2O", "CH4 + 2O2 → CO2 + 2H2O", "N2 + 3 H2 <=> 2 NH3", "H+ + OH- ⇌ H2O"),
    *("Zn -> Zn2+ + 2e-", "Na+ + Cl- -> NaCl", "Zn + Cu2+ -> Zn2+ + Cu", "C + O2 -> CO2", "Fe + O2 -> Fe2O3"),
    *("2 H2O(l) -> 2 H2(g) + O2(g)", "AgNO3(aq) + NaCl(aq) → AgCl(s) + NaNO3(aq)", "H2O(l) <=> H2O(g)"),
    *("Fe3+ + SCN- <=> FeSCN^2+", "CuSO4·5H2O -> CuSO4 + 5H2O", "H2 + F2 -> 2HF", "Fe + S -> FeS"),
    "MnO4⁻ + 5 Fe²⁺ + 8 H⁺ → Mn²⁺ + 5 Fe³⁺ + 4 H2O",
]  # fmt: skip
NOT_FOUND = [
    *("A -> B", "B -> C", "S -> NP", "I -> V", "N -> P", "H2 -> H3", "x = y -> z", "CO2 -> X", "U -> Th + He"),
    *("CO2 = 40", "HCl = NaCl", "CH2=CH2", "O=C=O", "H2O -> H2O", "P(H2) = C", "CH4 -> CO2 -> C", "HC≡CH -> X"),
    *("CaCO3 -> CaO + CO2 + heat", "heat + CaCO3 -> CaO + CO2", "Xy + O2 -> XyO2", "H2-->H", "2H2O+ energy -> H2"),
    *("6CO2 + 6H2O + light -> C6H12O6 + 6O2", "f(C) -> H2O", "a1.H2 -> H2O"),
]  # fmt: skip


@pytest.mark.parametrize("text", FOUND)
def test_unmistakable_reactions_are_found(text: str) -> None:
    for sentence in (text, f"Is {text} balanced? ({text}), and {text}."):
        spans = list(REACTION.find(sentence))
        assert [sentence[span.start : span.end] for span in spans] == [text] * sentence.count(text)
        assert {span.value for span in spans} == {REACTION.parse(text)}


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_may_be_something_else_is_not_found(text: str) -> None:
    assert list(REACTION.find(text)) == list(REACTION.find(f"We see: {text}, and so on.")) == []


def test_what_no_vector_holds_is_left_out() -> None:
    text = "Is 1/4099 H2 + 1/4111 O2 -> H2O2 so?"
    assert list(REACTION.find(text)) == []
    assert [offset for offset, _ in REACTION.left_out(text)] == [3]


PIECES = ["H2O", "H2", " + ", "->", "=", "(H", "2 ", "1/", "e-", "Na+", "C(", " ", "\n", "→", "+", "(aq)", "½"]


def test_hostile_text_takes_linear_time() -> None:
    texts = [(one + other) * (2000 // len(one + other)) + "->" for one in PIECES for other in PIECES]
    start = time.process_time()
    for text in texts:
        list(REACTION.find(text))
    assert (time.process_time() - start) / len(texts) < 0.02
