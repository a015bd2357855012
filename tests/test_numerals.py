"""Which numerals are found in a text, which are not, and that spans never change what a text means."""

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxem.domains import numerals
from fluxem.domains.base import Span
from fluxem.domains.number import NUMBER
from fluxem.errors import InputError
from fluxem.integration.segmenter import left_out
from fluxem.residues import PRODUCT


def spans(text: str) -> list[Span]:
    """The numbers of a text, whatever other domains read in it."""
    return list(NUMBER.find(text))


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in spans(text)]


def values(text: str) -> list[object]:
    return [span.value for span in spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 + 34 * 5", [12, 34, 5]),
        ("the answer is 5.", [5]),
        ("5... or 6?", [5, 6]),
        ("3.5, .5 and 0.25", [Fraction(7, 2), Fraction(1, 2), Fraction(1, 4)]),
        ("007 0 -0", [7, 0, 0]),
        ("1,000,000", [10**6]),
        ("$1,234.50", [Fraction(2469, 2)]),
        ("(1,234)", [1234]),
        ("1,2,3", [1, 2, 3]),
        ("1,234,56", [1, 234, 56]),
        ("1234,567", [1234, 567]),
        ("0,123", [0, 123]),
        ("f(1.5,2.5,a,3)", [Fraction(3, 2), Fraction(5, 2), 3]),
        ("1e5, 1E+5, 6.02e23", [10**5, 10**5, 602 * 10**21]),
        ("1.5E-3 2e\N{MINUS SIGN}2", [Fraction(3, 2000), Fraction(1, 50)]),
        ("1..5 wait...7", [1, 5, 7]),
        ("Compute:5+3=8", [5, 3, 8]),
        ("50% of 80", [50, 80]),
        ("a 3-year plan", [3]),
    ],
)
def test_numbers_are_found(text: str, expected: list[object]) -> None:
    assert values(text) == expected


WORDS = "x2 H2O abc123 0x1F 1st 3D 5km 3x 1_000 5e 1e5x file5.txt 5.Then a.5 COVID-19 UTF-8 GPT-4-32"
VERSIONS_DATES_TIMES = "v1.2.3 1.2.3 192.168.0.1 2024-11-22 (2024-11-22). 2024-11-22T10:00:00Z 12:30 23:59:59 3:4"
NOT_ASCII = "10² 3½ x² ٣٤ 3٤ １２ 五5"


@pytest.mark.parametrize(
    "text",
    [
        *f"{WORDS} {VERSIONS_DATES_TIMES} {NOT_ASCII}".split(),
        "",
        " ",
        "-",
        "+",
        ".",
        ",",
        "no number",
        "\x00",
    ],
)
def test_restraint(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-5", ["-5"]),
        ("What is -5 + 3?", ["-5", "3"]),
        ("minus -5", ["-5"]),
        ("3-2", ["3", "2"]),
        ("3 - 2", ["3", "2"]),
        ("3 -2", ["3", "2"]),
        ("(1)-2", ["1", "2"]),
        ("(1) -2", ["1", "2"]),
        ("x-2", ["2"]),
        ("5 - -3", ["5", "-3"]),
        ("5--3", ["5", "-3"]),
        ("2*-3", ["2", "-3"]),
        ("2 × −3", ["2", "−3"]),
        ("2 ÷ –3", ["2", "–3"]),
        ("10–20", ["10", "20"]),
        ("(-2, -3)", ["-2", "-3"]),
        ("x=-2", ["-2"]),
        ("It is cold. -5 degrees!", ["-5"]),
        ("Cold! -5 degrees", ["-5"]),
        ("5! -3", ["5", "3"]),
        ("7 % -2", ["7", "-2"]),
        ("50% -2", ["50", "2"]),
        ("20° -5", ["20", "5"]),
        ('"-5"', ["-5"]),
        ('"3"-5', ["3", "5"]),
        ("f'-5", ["5"]),
        ("-$5", ["5"]),
        ("- 5", ["5"]),
        ("--5", ["-5"]),
        ("+5 and 2 + +3", ["+5", "2", "+3"]),
        ("C++11", ["11"]),
        ("-2^2", ["2", "2"]),
        ("-2 ** 2", ["2", "2"]),
        ("(-2)^2", ["-2", "2"]),
        ("2^-3", ["2", "-3"]),
        ("-.5", ["-.5"]),
        ("-1e-5", ["-1e-5"]),
    ],
)
def test_signs(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/2", ["1/2"]),
        ("-3/4.", ["-3/4"]),
        ("5 - 3/4", ["5", "3/4"]),
        ("5 - -3/4", ["5", "-3/4"]),
        ("2*3/4", ["2", "3/4"]),
        ("2/3*4", ["2/3", "4"]),
        ("1/2 + 1/3", ["1/2", "1/3"]),
        ("1 / 2", ["1", "2"]),
        ("1/0", ["1", "0"]),
        ("24/6", ["24", "6"]),
        ("24/6/2/3", ["24", "6", "2", "3"]),
        ("1/2/3", ["1", "2", "3"]),
        ("1/2 / 3", ["1", "2", "3"]),
        ("3 / 1/2", ["3", "1", "2"]),
        ("3 ÷ 1/2", ["3", "1", "2"]),
        ("8/-3/4", ["8", "-3", "4"]),
        ("8 / - 3/4", ["8", "3", "4"]),
        ("2^3/4", ["2", "3", "4"]),
        ("2**3/4", ["2", "3", "4"]),
        ("2^-3/4", ["2", "-3", "4"]),
        ("7%3/2", ["7", "3", "2"]),
        ("1/2^3", ["1", "2", "3"]),
        ("1/2 ** 3", ["1", "2", "3"]),
        ("3/4!", ["3", "4"]),
        ("1/2(3)", ["1", "2", "3"]),
        ("1.5/2", ["1.5", "2"]),
        ("1,000/3", ["1,000", "3"]),
        ("1/2km", ["1"]),
    ],
)
def test_fractions(text: str, expected: list[str]) -> None:
    assert found(text) == expected


numeral = st.integers(0, 12).map(str)
unary = st.sampled_from(["", "", "", "-", "+", "- ", "--"])
binary = st.sampled_from(["+", "-", "*", "/", "%", "**"])
blank = st.sampled_from(["", " "])
atoms = st.builds("{}{}".format, unary, numeral)
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("{}{}{}{}{}".format, inner, blank, binary, blank, inner),
        st.builds("{}({})".format, unary, inner),
    ),
    max_leaves=8,
)


def evaluate(expression: str) -> object:
    """By Python's grammar, on exact values; None where there is no exact result."""
    try:
        result = eval(expression, {"F": Fraction})  # noqa: S307
    except (ArithmeticError, ValueError):
        return None
    return result if isinstance(result, Fraction) else None


@settings(deadline=None, max_examples=1000)
@given(expressions.filter(lambda text: text.count("**") < 2))
def test_spans_never_change_the_value_of_an_expression(text: str) -> None:
    plain = re.sub(r"\d+", r"F(\g<0>)", text)
    replaced, last = "", 0
    for span in spans(text):
        replaced += text[last : span.start] + f"F('{span.value}')"
        last = span.end
    replaced += text[last:]
    assert re.sub(r"F\('.*?'\)", "", replaced).strip("+-*/%() ") == ""  # every numeral is in a span
    negative_atoms_bracketed = re.sub(r"F\('-.*?'\)", r"(\g<0>)", replaced)
    assert evaluate(negative_atoms_bracketed) == evaluate(plain)


def test_the_largest_number_is_found_and_the_next_is_not() -> None:
    largest = (PRODUCT - 1) // 4
    assert values(f"{largest}, {-largest}") == [largest, -largest]
    assert found(str(largest + 1)) == [] and len(left_out(str(largest + 1))) == 1
    assert (
        values("0." + "5" + "0" * 300) == [Fraction(1, 2)]
        and values("0" * 300 + "7") == [7]
        and values("0e99999999999999") == [0]
    )
    assert values("1" + "0" * 200 + "e-200") == [1]
    coprime = next(n for n in (2, 3, 5, 7, 11) if largest % n)
    assert values(f"1/{largest}") == [Fraction(1, largest)] and values(f"{coprime}/{largest}") == [
        coprime,
        largest,
    ]


@settings(deadline=None)
@given(st.integers(0, 10**12), st.integers(-200, 200), st.integers(0, 12))
def test_decimal_notation_is_read_exactly_or_left_out(digits: int, exponent: int, places: int) -> None:
    written = f"{digits:013d}"
    text = f"{written[: 13 - places]}.{written[13 - places :]}e{exponent}" if places else f"{written}e{exponent}"
    exact = Fraction(digits) * Fraction(10) ** (exponent - places)
    assert values(text) == ([exact] if not left_out(text) else [])
    try:
        NUMBER.encode([exact])
    except InputError:
        assert left_out(text)
    else:
        assert not left_out(text)


@pytest.mark.parametrize("base", [2, 5])
def test_a_decimal_in_range_is_found_however_long_it_is_written(base: int) -> None:
    """0.5^369 has 369 digits after the point, and its only factor below the line is 2."""
    power = next(k for k in range(1000) if 4 * base ** (k + 1) >= PRODUCT)
    value = Fraction(1, base**power)
    assert values(numerals.text_of(value)) == [value]
    assert spans(numerals.text_of(value / base)) == []
