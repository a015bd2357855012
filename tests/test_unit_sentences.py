"""Sentences that people write about units, and sentences that only look like it."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pint_reference import REGISTRY, unit_in_pint
from unit_sentences import CHECKS, CONVERSIONS

from fluxem.domains import magnitude_text
from fluxem.domains.quantity import PHYS_QUANTITY
from fluxem.integration.segmenter import spans

Span = tuple[str, str]


def lines(table: str) -> list[str]:
    return [line for line in table.splitlines() if line]


def found(text: str) -> list[Span]:
    return [(span.domain.removeprefix("phys_"), text[span.start : span.end]) for span in spans(text)]


NOTHING = """
I will be back in a minute.
She asked for a second opinion.
What a day it was in May.
Give me a second to think.
He came twice a day, for an hour or two.
What is a meter?
What is a second, exactly?
How many people came in a day?
How many miles did he run in an hour?
How many minutes did it take? About an hour.
How many hours in a day do you sleep?
How many hours a day do you work?
How many times a minute does the heart beat?
How many inches of rain fell in a day?
How much is a pound of butter?
How much does a pound cost in euros?
How many calories are in a pound of fat?
How many days in a row did it rain?
How many grams of sugar are in a cup?
How many of us are in a foot race?
Which foot hurts?
He has one foot in the grave.
I was on the one foot, in the yard.
One day he left in seconds.
Half an hour later he left.
Every second word was wrong.
She types a hundred words a minute.
It is five miles away in a valley.
Three feet of snow fell in a night.
She can run a mile in minutes.
He gave an inch and took a mile.
A miss is as good as a mile.
An ounce of prevention is worth a pound of cure.
Walk a mile in his shoes.
Find a way in seconds.
What happens in a split second?
Add a pinch of salt and a cup of milk.
Add a cup of sugar and a pound of flour.
Add a day to it.
What is the point in time?
How many points did they score in a quarter?
Tell him to wait a minute in the hall.
Which came in second?
He took a second and a third helping.
a second as long as the first
He is a foot taller as a man.
A knot in a rope
What in the world?
How many stones are in a wall?
a stone in the shoe
The chain is as strong as a link.
I can give you a hand in an hour.
They met an hour or a minute ago.
Write a line in a minute.
What is an acre in the country worth?
Change in a second.
Convert a sinner in a day.
To a degree, it is as you say.
What degree do you have?
She is the third in a line of queens.
the minute the hour struck
in the second half, a minute in
a long way to a small town
A one in a million chance
two or three in a day
a ton of work to do
He drank a quart and asked for a pint.
Turn to the second page in a minute.
How to add a minute to the clock?
Add an hour and it is done.
Minutes in an archive
Feet in the sand
Hours to go
Days in May
Seconds to a disaster
The hours in a day are never enough.
Pounds to a penny
the number of hours in a day that he slept
How long is a piece of string in a knot?
What does he eat in a week?
Which of the two is a pint?
Combine a pound with the rest.
Is a pound plus a tip enough?
Is a minute too long?
Can you add a column in a second?
What is a gallon of milk?
in no time, in a bar, as a man, to a T
"He said it in a minute" is what I was told.
"""

NUMBERS_ONLY = """
I have 3 in my pocket => 3
Section 3 A says so => 3
3*10^2 => 3 10 2
1.2*10^6 => 1.2 10 6
What is 1.2 × 10^6? => 1.2 10 6
2^10 minutes of fame => 2 10
Chapter 3, on page 10 of a book => 3 10
It is 5 to 3 => 5 3
Between 5 and six miles => 5
5 million people => 5
10^6 people in a minute => 10 6
He is 5' 7" tall => 5 7
the '5 o'clock' and the 12" record => 5 12
5 a day in minutes => 5
$5 million km => 5
x^10^6 m => 10 6
We won 3 to 2 in a minute => 3 2
He bought 20 stone steps to the yard => 20
From 5 pm to 6 pm in May => 5 6
20 c in a euro => 20
An acre is not a mile, 3 of them => 3
"""


def marked(line: str) -> tuple[str, list[Span]]:
    """The sentence without its marks, and what they mark."""
    kinds = {"[": "quantity", "{": "unit", "<": "number"}
    expected = [
        (kinds[match[0][0]], match[0][1:-1]) for match in re.finditer(r"\[[^]]+\]|(?<!\^)\{[^}]+\}|<[^>]+>", line)
    ]
    return re.sub(r"\[([^]]+)\]|(?<!\^)\{([^}]+)\}|<([^>]+)>", r"\1\2\3", line), expected


@pytest.mark.parametrize("line", lines(CONVERSIONS) + lines(CHECKS))
@pytest.mark.parametrize(("before", "after"), [("", ""), ("Hello!\n", ""), ("", "\nThank you.")])
def test_questions_about_units(line: str, before: str, after: str) -> None:
    sentence, expected = marked(line)
    text = before + sentence + after
    assert found(text) == expected
    for span in spans(text):
        if span.domain == "phys_quantity":
            assert PHYS_QUANTITY.parse(text[span.start : span.end]) == span.value


@pytest.mark.parametrize("sentence", lines(NOTHING))
def test_sentences_without_quantities(sentence: str) -> None:
    assert found(sentence) == []


@pytest.mark.parametrize("line", lines(NUMBERS_ONLY))
def test_numbers_that_are_no_quantities(line: str) -> None:
    sentence, _, numbers = line.partition(" =>")
    assert [span for span in found(sentence) if span[0] != "number"] == []
    assert [written for _, written in found(sentence)] == numbers.split()


VALUES = {
    "a mile": (1, "mile"),
    "A Mile": (1, "mile"),
    "an inch": (1, "inch"),
    "half a mile": ("1/2", "mile"),
    "a half a pound": ("1/2", "pound"),
    "one half mile": ("1/2", "mile"),
    "a quarter of an hour": ("1/4", "hour"),
    "three quarters of an hour": ("3/4", "hour"),
    "two thirds of a cup": ("2/3", "cup"),
    "two and a half hours": ("5/2", "hour"),
    "one and one half hours": ("3/2", "hour"),
    "3 and a half feet": ("7/2", "foot"),
    "three feet": (3, "foot"),
    "twenty-five miles": (25, "mile"),
    "one hundred and five pounds": (105, "pound"),
    "a hundred thousand km": (100_000, "kilometer"),
    "two million three hundred thousand and one m": (2_300_001, "meter"),
    "5 million km": (5_000_000, "kilometer"),
    "5½ feet": ("11/2", "foot"),
    "5 ½ feet": ("11/2", "foot"),
    "½ mile": ("1/2", "mile"),
    "-5½ m": ("-11/2", "meter"),
    "⅔ cup": ("2/3", "cup"),
    "1.2×10^6 mm": (1_200_000, "millimeter"),
    "1.2·10⁻³ kg": ("12/10000", "kilogram"),
    "-1.2 x 10^-3 kg": ("-12/10000", "kilogram"),
    "10^6 m": (10**6, "meter"),
    "-10⁶ m": (-(10**6), "meter"),
    "9.8x10^{-3} m": ("98/10000", "meter"),
    "2.5*10**3 g": (2500, "gram"),
    "6*10^(-2) m": ("6/100", "meter"),
    "5'7\"": ("67/12", "foot"),
    '12"': (12, "inch"),
    "7 stone": (7, "stone"),
    "36.0c": (36, "degree_Celsius"),
    "20 ºC": (20, "degree_Celsius"),
    "20 °Celsius": (20, "degree_Celsius"),
    "6 kj": (6, "kilojoule"),
    "5'11": ("71/12", "foot"),
    "5 feet and 3 inches": ("21/4", "foot"),
    "2 hours and 30 minutes": ("5/2", "hour"),
    "5 stone 7 lb": ("11/2", "stone"),
    "3 m 50 cm": ("7/2", "meter"),
    "an hour and a half": ("3/2", "hour"),
    "3 kg.m": (3, "kilogram * meter"),
    "20 KM": (20, "kilometer"),
    "20 Kgs": (20, "kilogram"),
    "5 kmph": (5, "kilometer / hour"),
    "100 sqft": (100, "foot ** 2"),
    "60 miles an hour": (60, "mile_per_hour"),
    "60 square miles per hour": (60, "mile ** 2 / hour"),
    "5 ft-lb": (5, "foot_pound"),
    "3 N-m": (3, "newton * meter"),
}


@pytest.mark.parametrize("text", VALUES)
def test_what_is_written_means_what_pint_says(text: str) -> None:
    magnitude, unit = VALUES[text]
    quantity = PHYS_QUANTITY.parse(text)
    theirs = REGISTRY.Quantity(Fraction(1), unit)
    assert quantity.magnitude == Fraction(magnitude)
    assert REGISTRY.Quantity(Fraction(1), unit_in_pint(quantity.unit)).to_base_units() == theirs.to_base_units()


@given(st.integers(-(10**6), 10**6), st.integers(0, 6), st.integers(-30, 30), st.sampled_from(["×", " x ", "*", " · "]))
def test_powers_of_ten(digits: int, places: int, exponent: int, times: str) -> None:
    whole, rest = divmod(abs(digits), 10**places)
    mantissa = f"{'-' if digits < 0 else ''}{whole}" + (f".{rest:0{places}}" if places else "")
    value = Fraction(digits, 10**places) * Fraction(10) ** exponent
    raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    for power in (f"10^{exponent}", f"10**{exponent}", f"10^({exponent})", f"10{raised}"):
        text = f"{mantissa}{times}{power} km"
        assert [(span.start, span.end, span.value.magnitude) for span in PHYS_QUANTITY.find(text)] == [
            (0, len(text), value)
        ]


ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spoken(number: int) -> str:
    if number < 20:
        return (ONES + TEENS)[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f"-{ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        return f"{ONES[number // 100]} hundred" + (f" and {spoken(number % 100)}" if number % 100 else "")
    return f"{spoken(number // 1000)} thousand" + (f" {spoken(number % 1000)}" if number % 1000 else "")


@given(st.integers(0, 999_999))
def test_numbers_in_words(number: int) -> None:
    text = spoken(number) + " feet"
    assert magnitude_text.words(text, 0) == (number, len(text) - len("feet"))
