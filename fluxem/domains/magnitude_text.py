"""The numbers that stand before units, beyond the plain numerals of `numerals`.

*Before any unit*: mixed numbers `1 1/2`, `5½`; powers of ten `1.2×10^6`, `1.2 x 10^6`, `1.2·10⁻³`, `10**6`,
`9.8*10^(-3)`; `5 million`. Without a unit these are several numbers, or none.

*In words*, for those who know that a number is meant: `a`, `three`, `twenty-five`, `one hundred`, `half a`,
`a quarter of an`, `two thirds of a`, `two and a half`, `3 and a half`.
"""

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction

from fluxem.domains import numerals
from fluxem.domains.numerals import Number
from fluxem.residues import in_range

_SPACE = r"[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]"
_MINUS = "-\N{MINUS SIGN}\N{EN DASH}"
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans(_SUPERSCRIPTS + "⁻⁺−", "0123456789-+-")
_VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_EXPONENT = r"[-+−]?[0-9]{1,3}"
_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALE = "|".join(_SCALES)

#: How a number before a unit ends.
END = (
    rf"(?:[0-9](?:{_SPACE}(?:{_SCALE})(?={_SPACE})|\^(?:\({_EXPONENT}\)|\{{{_EXPONENT}\}}))?"
    rf"|[{_VULGAR}]|[⁻⁺{_SUPERSCRIPTS}](?<=10.)[{_SUPERSCRIPTS}]{{0,3}}+)"
)

_LONGEST_NUMERAL = 160  # characters: far more than any number in range needs
# A number after a word, whose sign and neighbours need no look: by far the most common case.
_PLAIN_NUMBER = re.compile(r"(?:^|[^\W\d_],?\s)([0-9]{1,15}(?:\.[0-9]{1,15})?)$")
_MIXED = re.compile(r"(?<![\w.,/])[0-9]+ $")
_POWER_OF_TEN = re.compile(
    rf"(?:(?P<times>(?<=[0-9]){_SPACE}?[×xX*·⋅∙]{_SPACE}?)|(?<![\w.,^]))10"
    rf"(?:(?:\^|\*\*)(?:(?P<plain>{_EXPONENT})|[({{](?P<bracketed>{_EXPONENT})[)}}])"
    rf"|(?P<raised>[⁻⁺]?[{_SUPERSCRIPTS}]{{1,3}}))$"
)
_LONGEST_POWER = 14
_SCALED = re.compile(rf"{_SPACE}({_SCALE})$")
_LONGEST_SCALE = 9

_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_CARDINALS = {word: value for value, word in enumerate(_SMALL)} | {
    word: 10 * value for value, word in enumerate(_TENS, 2)
}
_PARTS = {
    **{"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4},
    **{"fifth": 5, "fifths": 5, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10},
}
_ANY_CARDINAL = "|".join(sorted(_CARDINALS, key=len, reverse=True))
_ANY_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_HALF = rf"\sand\s(?:an?|one)[\s-](?:{_ANY_PART})"
_WORDS = re.compile(
    rf"(?:(?P<part>(?:(?:{_ANY_CARDINAL}|a)[\s-](?:{_ANY_PART})|half|quarter))(?:\sof)?(?:\san?)?"
    rf"|(?P<whole>(?:a(?=\s(?:{_SCALE}))|{_ANY_CARDINAL}|{_SCALE})"
    rf"(?:(?:[\s-]|(?:(?<=hundred)|(?<=thousand))\sand\s)(?:{_ANY_CARDINAL}|{_SCALE})){{0,8}}(?:{_HALF})?"
    rf"|[0-9]{{1,6}}{_HALF})|an?)[\s-](?=[^\W\d_])"
)
_IN_A_WORD = re.compile(r"[\w'’-]")
_AND_A_PART = re.compile(
    rf"\sand\s(?:an?|one)[\s-]({_ANY_PART})(?=\s?(?:$|[.,;:!?)=\n])|\s(?:to|in|into|as|is|equals?)\b)"
)
_WORD = re.compile(r"[a-z]+|[0-9]+")
_REST = re.compile(rf"\sand\s(?:an?|one)[\s-]({_ANY_PART})$")


def before(text: str, end: int, floor: int) -> tuple[int, Number | None] | None:
    """Start and value of the number that ends at `end`, whose value is None outside the range; None if none does.

    It does not reach across `floor`.
    """
    plain = _PLAIN_NUMBER.search(text, max(floor - 1, end - 34, 0), end)
    if plain and plain.start(1) >= floor:
        return plain.start(1), numerals.value_of(plain[1])
    last = text[end - 1]
    if last in _VULGAR:
        return _with_vulgar_fraction(text, end, floor)
    if last.isalpha():
        scaled = _SCALED.search(text, max(floor, end - _LONGEST_SCALE), end)
        found = before(text, scaled.start(), floor) if scaled else None
        return scaled and found and (found[0], _in_range(found[1], _SCALES[scaled[1]]))
    power = _POWER_OF_TEN.search(text, max(floor, end - _LONGEST_POWER), end)
    if power:
        return _with_power(text, power, floor)
    return _numeral(text, end, floor)


def words(text: str, at: int) -> tuple[Number, int] | None:
    """The number in words that begins at text[at], and where its unit begins; None if there is none.

    The text is in lower case.
    """
    match = _WORDS.match(text, at)
    value = _value(match) if match and not (at and _IN_A_WORD.match(text, at - 1)) else None
    return (value, match.end()) if match and value is not None else None


def and_a_part(text: str, at: int) -> tuple[Fraction, int] | None:
    """The part of one that is added after a unit, and where it ends: `an hour and a half`."""
    match = _AND_A_PART.match(text, at)
    return (Fraction(1, _PARTS[match[1]]), match.end()) if match else None


def in_words(text: str, start: int, end: int) -> Iterator[int]:
    """Where numbers in words begin within text[start:end], left to right; perhaps at the end of a word as well."""
    return (match.start() for match in _WORDS.finditer(text, start, end))


def _value(match: re.Match[str]) -> Number | None:
    """What the words say; None where they make no number: `two three`."""
    if match["part"]:
        *over, part = _WORD.findall(match["part"])
        return Fraction(_CARDINALS.get(over[0], 1) if over else 1, _PARTS[part])
    if not match["whole"]:
        return 1
    spoken = match["whole"]
    rest = _REST.search(spoken)
    total, group, last = 0, 0, 0
    for word in _WORD.findall(spoken, 0, rest.start() if rest else len(spoken)):
        if word in _SCALES:
            scale = _SCALES[word]
            total, group = (total, (group or 1) * scale) if scale == 100 else (total + (group or 1) * scale, 0)
            last = 100
        elif word not in ("a", "and"):
            value = int(word) if word.isdecimal() else _CARDINALS[word]
            if last and not 0 < value < last:
                return None
            group, last = group + value, 10 if word in _TENS else 1
    return total + group + (Fraction(1, _PARTS[rest[1]]) if rest else 0)


def _with_power(text: str, power: re.Match[str], floor: int) -> tuple[int, Number | None] | None:
    """`1.2×10^6`, whose power of ten was found."""
    written = power["plain"] or power["bracketed"] or power["raised"]
    factor = Fraction(10) ** int(written.translate(_PLAIN))
    if power["times"]:
        found = before(text, power.start(), floor)
        return found and (found[0], _in_range(found[1], factor))
    start = power.start()
    if start > floor and text[start - 1] in _MINUS and numerals.operand_follows(text, start - 1):
        return start - 1, _in_range(-1, factor)
    return start, _in_range(1, factor)


def _with_vulgar_fraction(text: str, end: int, floor: int) -> tuple[int, Number | None] | None:
    """`½`, `5½`, `5 ½`."""
    value = Fraction(unicodedata.numeric(text[end - 1])).limit_denominator(10)
    start = end - 1
    whole = start - text.startswith(" ", start - 1)
    if whole <= floor or not text[whole - 1].isdecimal():
        return (start, value) if not start or not text[start - 1].isalnum() else None
    found = _numeral(text, whole, floor)
    if found is None or not isinstance(found[1], int):
        return None
    return found[0], found[1] + (-value if text[found[0]] in _MINUS else value)


def _numeral(text: str, end: int, floor: int) -> tuple[int, Number | None] | None:
    """As `before`, of numerals and mixed numbers."""
    cut = max(floor, end - _LONGEST_NUMERAL)
    window = text[cut:end]
    literals = list(numerals.literals(window))
    if not literals or literals[-1].end != len(window):
        return None
    last = literals[-1]
    start, value = last.start, last.value
    if start == 0 and cut > floor and not text[cut - 1].isspace():  # perhaps only the end of a numeral
        return None
    if floor and window[start] in "+" + _MINUS and not window[:start].strip():
        start += 1  # after a quantity, a sign is an operator
        value = -value if value is not None and window[start - 1] in _MINUS else value
    whole = _MIXED.search(window, 0, start) if "/" in window[start:] else None
    if whole and value is not None:
        before_it = literals[-2] if len(literals) > 1 else None
        if before_it is None or before_it.end != start - 1 or not isinstance(before_it.value, int) or not 0 < value < 1:
            return None
        negative = window[before_it.start] in _MINUS
        start, value = before_it.start, before_it.value - value if negative else before_it.value + value
    return cut + start, value


def _in_range(value: Number | None, factor: Fraction | int) -> Number | None:
    """The product; None where no vector holds it."""
    if value is None:
        return None
    product = Fraction(value * factor)
    if not in_range(product.numerator, product.denominator):
        return None
    return product.numerator if product.denominator == 1 else product
