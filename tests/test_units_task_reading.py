"""What the units task writes is read as what was meant: all rows, and every phrasing with every spelling."""

from itertools import chain
from typing import Any

import pytest
from pint_reference import BY_OPERANDS
from unit_data import UNITS_DATA

from fluxem.domains.base import Span
from fluxem.domains.boolean import BOOLEAN
from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT
from fluxem.domains.quantity_products import Results
from fluxem.domains.units import Quantity
from fluxem.integration.segmenter import spans
from fluxem.space import Vectors
from fluxem.tasks.unit_phrasings import CAN_ADD, CONVERT, CONVERT_TYPED, HELD_OUT
from fluxem.tasks.unit_spellings import COMPOUND, TRAINED, UNTRAINED, Spellings
from fluxem.tasks.unit_writing import Asked, AskedQuantity, AskedUnit, write
from fluxem.tasks.units import generate

#: These make one quantity where both stand in a row, as in 6 ft 9 in.
JOINED = (("ft", "in"), ("lb", "oz"), ("h", "min"), ("min", "s"))
OTHERS = [PHYS_QUANTITY.parse(text) for text in ("0.2 m", "70 kg")]
EVERY = {
    unit: one for table in (TRAINED, UNTRAINED, COMPOUND) for units in table.values() for unit, one in units.items()
}
ADDITIONS = CAN_ADD + HELD_OUT["can_add"]


def quantities(unit: str, spellings: Spellings, number: str) -> list[AskedQuantity]:
    tight = spellings.symbols if spellings.tight else ()
    spaced = (f" {form}" for form in (*spellings.symbols, *chain.from_iterable(spellings.names)))
    value = Quantity(PHYS_QUANTITY.parse(f"{number} m").magnitude, PHYS_UNIT.parse(unit))
    return [AskedQuantity(number + form, value) for form in (*tight, *spaced)]


def units(unit: str, spellings: Spellings) -> list[AskedUnit]:
    return [
        AskedUnit(form, PHYS_UNIT.parse(unit)) for form in (*spellings.symbols, *(name[1] for name in spellings.names))
    ]


def varied(sentence: str) -> str:
    return sentence[:-1] if sentence.endswith("?") else sentence + "."


def misread(sentence: str, **parts: Asked) -> list[str]:
    """The text, if anything else is found in it than the parts of the sentence."""
    text, made = write(sentence, parts)
    meant = sorted(str(part.quantity if isinstance(part, AskedQuantity) else part.unit) for part in parts.values())
    read = spans(text)
    return [] if places(read) == given(made) and sorted(str(span.value) for span in read) == meant else [text]


def places(read: list[Span]) -> list[tuple[str, int, int]]:
    return [(span.domain, span.start, span.end) for span in read]


def given(made: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [(span["type"], span["start"], span["end"]) for span in made]


@pytest.mark.parametrize("kind", TRAINED)
def test_conversions(kind: str) -> None:
    table = list((TRAINED[kind] | UNTRAINED.get(kind, {})).items())
    wrong = []
    for sentence in CONVERT + CONVERT_TYPED[kind] + HELD_OUT["convert"]:
        for at, (unit, spellings) in enumerate(table):
            other, asked = table[at - 1], units(unit, spellings)
            first = quantities(*other, "12")[-1]
            wrong += [text for one in asked for text in misread(sentence, a=first, u=one)]
            wrong += [text for one in asked for text in misread(varied(sentence), a=first, u=one)]
            last = units(*other)[-1]
            wrong += [text for one in quantities(unit, spellings, "2.5") for text in misread(sentence, a=one, u=last)]
    assert wrong == []


@pytest.mark.parametrize("sentence", ADDITIONS)
def test_additions(sentence: str) -> None:
    wrong = []
    left, right = (AskedQuantity(str(quantity), quantity) for quantity in OTHERS)
    for unit, spellings in EVERY.items():
        for one in quantities(unit, spellings, "2.5"):
            wrong += misread(sentence, a=one, b=right) + misread(varied(sentence), a=left, b=one)
    for unit, part in JOINED:
        for one in quantities(unit, EVERY[unit], "6"):
            for other in quantities(part, EVERY[part], "9"):
                wrong += misread(sentence, a=one, b=other)
    assert wrong == []


@pytest.mark.parametrize("number", ["-40", "1,500", "2.5e-3", "1.25E7", "1.2×10^6", "-2 × 10^-5", "0.000123", "1"])
def test_numbers_in_every_phrasing(number: str) -> None:
    celsius, fahrenheit = (quantities(unit, EVERY[unit], number)[0] for unit in ("°C", "°F"))
    assert [text for form in CONVERT for text in misread(form, a=celsius, u=units("K", EVERY["K"])[0])] == []
    assert [text for form in ADDITIONS for text in misread(form, a=celsius, b=fahrenheit)] == []


@pytest.mark.parametrize("seed", [0, 1])
def test_every_row_has_the_spans_that_are_found(seed: int) -> None:
    rows = [row for split in generate(UNITS_DATA, seed).values() for row in split]
    assert [row["text"] for row in rows if places(spans(row["text"])) != given(row["spans"])] == []


@pytest.mark.parametrize("kind", ["convert", "can_add"])
def test_one_operation_on_what_is_found_makes_the_answer(kind: str) -> None:
    """So whatever a router gets wrong, it gets wrong by its own choice."""
    rows = [row for split in generate(UNITS_DATA, 0).values() for row in split if row["metadata"]["kind"] == kind]
    found = [sorted(spans(row["text"]), key=lambda span: (span.domain == "phys_unit", span.start)) for row in rows]
    first, second = ([span.value for span in place] for place in zip(*found, strict=True))
    if kind == "convert":
        made, ok = run("convert", PHYS_QUANTITY.encode(first), PHYS_UNIT.encode(second))
        answers = PHYS_QUANTITY.render_rounded(made)
    else:
        made, ok = run("same_dimension", PHYS_QUANTITY.encode(first), PHYS_QUANTITY.encode(second))
        answers = BOOLEAN.render(made)
    assert ok.all()
    assert [row["text"] for row, answer in zip(rows, answers, strict=True) if row["target_text"] != answer] == []


def run(name: str, left: Vectors, right: Vectors) -> Results:
    operands = ("phys_quantity", "phys_unit" if name == "convert" else "phys_quantity")
    return BY_OPERANDS[name, *operands].function(left, right)
