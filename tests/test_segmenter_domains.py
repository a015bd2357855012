"""Spans of all domains together: the longest sensible reading, restraint in prose, offsets, and time."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxem.domains.number import NUMBER
from fluxem.integration.segmenter import left_out, spans
from fluxem.registry import DOMAINS
from fluxem.tasks import arithmetic


def found(text: str) -> list[tuple[str, str]]:
    return [(span.domain, text[span.start : span.end]) for span in spans(text)]


N, Q, U = "number", "phys_quantity", "phys_unit"
READ: list[tuple[str, list[tuple[str, str]]]] = [
    ("Convert 3.5 ft to m", [(Q, "3.5 ft"), (U, "m")]),
    ("Convert 20 C to F", [(Q, "20 C"), (U, "F")]),
    ("Can 5 m be added to 3 s?", [(Q, "5 m"), (Q, "3 s")]),
    ("At 100 km/h it takes 0.5 h.", [(Q, "100 km/h"), (Q, "0.5 h")]),
    ("2H2 + O2 -> 2H2O", [("chem_reaction", "2H2 + O2 -> 2H2O")]),
    ("Balance 2 H2 + O2 -> 2 H2O, then", [("chem_reaction", "2 H2 + O2 -> 2 H2O")]),
    ("Heat of H2O to 373.15 K", [("chem_formula", "H2O"), (Q, "373.15 K")]),
    ("How many days from 2024-11-22 to 25 December 2024?", [("date", "2024-11-22"), ("date", "25 December 2024")]),
    ("30 days after 2024-11-22", [(Q, "30 days"), ("date", "2024-11-22")]),
    ("2024-11-22 + 40", [("date", "2024-11-22"), (N, "40")]),
    ("(3+4i) * (1 - 2i) + 5", [("complex", "3+4i"), ("complex", "1 - 2i"), (N, "5")]),
    ("2*3+4 is not 3+4i", [(N, "2"), (N, "3"), (N, "4"), ("complex", "3+4i")]),
    ("2 * (1, 2, 3) - [4, 5, 6]", [(N, "2"), ("vector", "(1, 2, 3)"), ("vector", "[4, 5, 6]")]),
    ("f(1, 2) and [1, 2]", [(N, "1"), (N, "2"), (N, "1"), (N, "2")]),
    ("(3 + 4) * 2", [(N, "3"), (N, "4"), (N, "2")]),
    ("Transpose C#4 by 5 semitones", [("pitch", "C#4"), (N, "5")]),
    ("F♯3 m", [("pitch", "F♯3")]),
    ("C 4 and C4", [(N, "4")]),
    ("The prime form of {0, 4, 7}", [("pitch_class_set", "{0, 4, 7}")]),
    ("{0, 4, 7}", [(N, "0"), (N, "4"), (N, "7")]),
    ("true", [("boolean", "true")]),
]


@pytest.mark.parametrize(("text", "expected"), READ)
@pytest.mark.parametrize("prefix", ["", "😀𝄞 ", "naïve: "])
def test_the_longest_sensible_reading(text: str, expected: list[tuple[str, str]], prefix: str) -> None:
    if text == "true" and prefix:
        return
    assert found(prefix + text) == expected
    shifted = [(span.start - len(prefix), span.end - len(prefix), span.value) for span in spans(prefix + text)]
    assert shifted == [(span.start, span.end, span.value) for span in spans(text)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        *((text, "") for text in ("World War II", "the CAT scan", "a DNA test", "I am in.", "A4 paper", "Can I be")),
        *((text, "") for text in ("As usual, In fact, He said No", "In case of need, Call me. I See", "a standard")),
        *((text, "") for text in ("U.S. and U.K.", "OK, Al, Hi!", "B2B", "USB-C", "Mr. C and Ms. F", "m, h, C, F, in")),
        *((text, "") for text in ("An H in the alphabet", "vitamin B12", "C4 explosive", "the G7", "MP3 and 4K TV")),
        *((text, "") for text in ("am", "a A4", "3D")),
        ("He is in 2 minds", "2"),
        ("10 men", "10"),
        ("at 3 in the morning", "3"),
        ("5 of us, 20 in all, 7 at most", "5 20 7"),
        ("What is 5 minus 3?", "5 3"),
        ("Section 3 A, page 4", "3 4"),
        ("true or false? It is true.", ""),
    ],
)
def test_prose_holds_no_structure(text: str, numbers: str) -> None:
    assert found(text) == [(N, number) for number in numbers.split()]


# --- plain arithmetic ---


@given(st.text(alphabet="0123456789+-*/() .", max_size=40))
def test_plain_arithmetic_is_numbers_alone(text: str) -> None:
    assert spans(text) == list(NUMBER.find(text))


@settings(max_examples=50)
@given(
    st.lists(st.integers(0, 10**6) | st.decimals(0, 999, places=2), min_size=1, max_size=6),
    st.sampled_from([" + ", "-", " × ", "/", " minus ", " divided by ", " plus "]),
    st.sampled_from(arithmetic.PHRASINGS),
)
def test_questions_of_the_arithmetic_task_hold_numbers_alone(operands: list[object], between: str, asked: str) -> None:
    text = asked.format(between.join(map(str, operands)))
    assert spans(text) == list(NUMBER.find(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3-2", [(N, "3"), (N, "2")]),
        ("12 + 34 * 56", [(N, "12"), (N, "34"), (N, "56")]),
        ("is -5 more than 7", [(N, "-5"), (N, "7")]),
        ("100 km/h", [(Q, "100 km/h")]),
        ("0x1F", []),
        ("the date 2024-13-45", [(N, "2024"), (N, "13"), (N, "45")]),  # a subtraction, and no date
        ("the date 2024-02-30", []),
        ("ACGTACGTACGT", [("dna", "ACGTACGTACGT")]),
        ("standard, am, a, A4", []),
        ("CuSO4", [("chem_formula", "CuSO4")]),
    ],
)
def test_defects_of_the_first_detectors(text: str, expected: list[tuple[str, str]]) -> None:
    """3-2 was 3 and -2, 100 km/h was 100 km, C and F were elements, DNA a molecule, 0x1F was 0 and one farad;
    12 + 34 * 56 was one span as far as 34, `standard` a protein, `am` a chord, a reaction only its O2."""
    assert found(text) == expected


# --- properties ---

FRAGMENTS = st.sampled_from(
    [
        *(domain.example for domain in DOMAINS.values()),
        *("12", " ", ", ", " + ", "-", "/", "*", "^2", "(", ")", "[", "]", "{", "}", "1,", "i", "="),
        *(" -> ", "→", "\n", "."),
        *("3+4i", "2024-11-22", "22 November 2024", "May 5, 2020", "F♯3", "note C4", "{0, 1, e}"),
        *("prime form", "semitone"),
        *("H2O", "2 H2", "SO4^2-", "O2", "NaCl", "C", "F", "He", "In", "ACGT", "5'-", "-3'"),
        *("Homo sapiens", "cat"),
        *("5 m", "km/h", "3.5 ft", "20 °C", "to ", "in ", "m", "s", "·", "²", "⁻¹", "true", "false", "a"),
        *("The ", "is "),
        *("😀", "é", "\u0301", "−", "–", "\u202f", "x", "٣", "²", "9" * 200, "𝄫"),
    ]
)


@settings(max_examples=400)
@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_spans_are_sorted_disjoint_and_read_as_their_values(text: str) -> None:
    result = spans(text)
    assert result == spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in result)
    assert all(one.end <= other.start for one, other in pairwise(result))
    for span in result:
        domain = DOMAINS[span.domain]
        assert domain.parse(text[span.start : span.end]) == span.value
        assert domain.decode(domain.encode([span.value])) == [span.value]
        hash(span.value)
    for report in left_out(text):
        assert report.startswith("offset ") and "\n" not in report


@settings(max_examples=400)
@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_each_domain_finds_sorted_disjoint_spans(text: str) -> None:
    for name, domain in DOMAINS.items():
        alone = list(domain.find(text))
        assert all(span.domain == name and 0 <= span.start < span.end <= len(text) for span in alone)
        assert all(one.end <= other.start for one, other in pairwise(alone))


@settings(max_examples=200)
@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_a_span_gives_way_only_to_one_of_a_domain_before_its_own(text: str) -> None:
    order, kept = list(DOMAINS), spans(text)
    for name, domain in DOMAINS.items():
        for span in domain.find(text):
            if span not in kept:
                rivals = [other for other in kept if other.start < span.end and span.start < other.end]
                assert any(order.index(other.domain) < order.index(name) for other in rivals)


@pytest.mark.parametrize("name", DOMAINS)
def test_examples_are_found_with_others_around_them(name: str) -> None:
    example = DOMAINS[name].example
    if name not in ("boolean", "phys_unit"):  # found where a text is nothing else, or asks for them
        for before, after in (("3, ", ", 5"), ("😀 ", ""), ("Say ", "."), ("(", ")")):
            assert (name, example) in found(before + example + after)
    assert found(example) == [(name, example)]


HOSTILE = [
    *("3+4i", "3 + 4i*", "1/3+(2/3)i", "(1, 2)", "(1,", "[1, 2] ", "((", "⟨1,", "(1, 2", "2024-11-22 "),
    *("22 November ", "May "),
    *("November 22, ", "Sept. 5, 199", "{0, ", "{0,t,", "{0}", "C4", "F♯3", "note C4 ", "C#4-", "Bb2"),
    *("semitone C4 ",),
    *("H2O", "(OH)2", "((", "((OH)2)3", "CuSO4·5H2O", "2 H2 + ", "A + ", " -> ", "O2 -> "),
    *("2H2 + O2 -> 2H2O ", "+", " ", "SO4^2-"),
    *("ACGT", "A", "ACGTN ", "5'-", "5'-ACGT", "Homo ", "Homo sapiens ", "H. ", "true ", "5 m", "5 m/s"),
    *("m/", "*m", "5 kg*m/s^2"),
    *("5 m to ", "5 ft 3 in ", "m²", "s⁻¹", "5 ·", "3.5 ", "in ", "5 in ", "per ", "5 m per ", "\t"),
    *("\n", "x", "The cat ", "C", "_"),
]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_hostile_texts_take_no_longer_than_their_length(pattern: str) -> None:
    """Detectors took 52 s for 1,600 digits, and 15.8 s for 26 letters: this many would take days."""
    text = pattern * (20_000 // len(pattern))
    assert all(one.end <= other.start for one, other in pairwise(spans(text)))
