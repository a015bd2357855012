"""How the units task writes magnitudes and questions."""

import re
from decimal import Decimal
from fractions import Fraction
from random import Random

import unit_reader
from hypothesis import given
from hypothesis import strategies as st
from unit_data import UNITS_DATA

from fluxem.tasks.unit_spellings import TRAINED
from fluxem.tasks.unit_writing import Magnitudes, write_magnitude
from fluxem.tasks.units import generate


@given(st.integers(1, 9999), st.integers(-9, 9), st.booleans(), st.integers(0, 9))
def test_magnitudes_are_written_exactly(digits: int, exponent: int, negative: bool, seed: int) -> None:
    magnitude = Decimal(digits).scaleb(exponent) * (-1 if negative else 1)
    text = write_magnitude(Random(seed), magnitude)
    decimal, scientific = r"(\d+|\d{1,3}(,\d{3})+)(\.\d*[1-9])?", r"[1-9](\.\d*[1-9])?([eE]|×10\^| × 10\^)-?\d+"
    assert re.fullmatch(f"-?({decimal}|{scientific})", text), text
    assert unit_reader.quantity(f"{text} m")[0] == magnitude


@given(st.integers(-6, 3), st.integers(1, 6), st.integers(0, 99))
def test_magnitudes_have_few_digits_and_keep_to_their_range(low: int, width: int, seed: int) -> None:
    lowest, highest = Fraction(10) ** low, Fraction(10) ** (low + width)
    excluded = (lowest, lowest * 2)
    for _ in range(20):
        drawn = Magnitudes(lowest, highest, excluded).draw(Random(seed))
        if drawn is not None:
            assert 2 * lowest < Fraction(drawn) <= highest
            assert len(drawn.normalize().as_tuple().digits) <= 4


def test_questions_are_written_in_many_ways() -> None:
    rows = generate(UNITS_DATA, 0)
    texts = [text for row in rows["train"] for text in unit_reader.asked(row)]
    for units in TRAINED.values():
        for spellings in units.values():
            for form in (*spellings.symbols, *(plural for _, plural in spellings.names)):
                assert any(text.endswith(form) for text in texts), form
    for pattern in (r"-\d.*°C", r"[\d.]+°F", r"[\d.]+ft", r"[\d.]+e-\d .*", r"[\d.]+E-\d .*", r"[\d.]+×10\^-\d .*"):
        assert any(re.fullmatch(pattern, text) for text in texts), pattern
    singulars = {name for units in TRAINED.values() for one in units.values() for name, _ in one.names}
    of_one = {text[2:] for text in texts if re.match("1 [a-z]{3}", text)}
    assert of_one and of_one - {"min", "mph"} <= singulars
    assert any(
        re.match(r"\d{1,3},\d{3}[ a-z]", text) for row in rows["test_ood_magnitude"] for text in unit_reader.asked(row)
    )
    scientific = sum(bool(re.match(r"-?[\d.]+([eE]| ?×)", text)) for text in texts) / len(texts)
    assert 0.005 < scientific < 0.05
    sentences = [row["text"] for row in rows["train"]]
    assert 0.05 < sum(text[0].islower() for text in sentences) / len(sentences) < 0.3
    assert {text[-1] for text in sentences} >= {"?", "."}
