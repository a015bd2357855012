"""How numbers are written: the numerals in a text, what they denote, and the canonical numeral of a value.

Read as numbers, all exactly: integers `12`; decimals `3.5`, `.5`; thousands separators, when every group fits
(`1,000,000`; but `1,2,3` and `1,234,56` are lists of three); scientific notation `6.02e23`, `1.5E-3`;
fractions `3/4` written tight between plain integers.

*Signs.* `-` (also the minus sign and the en dash) and `+` belong to the numeral only where a binary operator
is impossible: at the start and after an operator, an opening bracket, punctuation, or a word and a space
(`is -5`, `5 - -3`, `2*-3`). `3-2`, `3 -2`, `)-2` and `x-2` are subtractions. The base of a power has no sign:
-2^2 is -(2^2).

*Fractions* never change what an expression means: next to another division, a power, a modulo, a root or a
factorial (`24/6/2`, `2^3/4`, `7%3/2`, `3/4!`) both parts stay integers, and so do those of `1/0` and of
`24/6`, a division that comes out even.

*Not numbers:* digits in words (`H2O`, `x2`, `3D`, `5km`, `0x1F`, `1_000`, `COVID-19`), versions and addresses
(`1.2.3`), times and ratios (`12:30`), ISO dates (`2024-11-22`), and digits that are not ASCII, together with
what they touch (a superscript would change the value).

All of it takes time linear in the text: no pattern can backtrack, and spaces are skipped a few times at most.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from fluxem.residues import PRODUCT, in_range

Number = int | Fraction

_SIGNS = "-+\N{MINUS SIGN}\N{EN DASH}"
_DIVISIONS = "/\N{DIVISION SIGN}\N{DIVISION SLASH}\N{FRACTION SLASH}"
_TIMES = "*\N{MULTIPLICATION SIGN}\N{MIDDLE DOT}\N{DOT OPERATOR}\N{ASTERISK OPERATOR}"
_BEFORE_OPERAND = set(_SIGNS + _DIVISIONS + _TIMES + "^=<>≤≥≠≈([{,;:|&~√→$€£“‘«")
_AFTER_OPERAND = set("_)]}")
_BINDS_NUMERATOR = set(_DIVISIONS + "^%√")  # before a/b: takes a for itself
_BINDS_DENOMINATOR = set(_DIVISIONS + "^!(")  # after a/b: takes b for itself

_OPERATOR = re.escape(_SIGNS + _DIVISIONS + _TIMES + "^")
_DATE = (
    rf"(?<![\w.{_OPERATOR}])(?:1[5-9]|2[01])[0-9]{{2}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    rf"(?:T[\w:.]*+)?+(?![\w{_OPERATOR}]|\.[0-9])"
)
# What keeps a chunk together: a point, a comma or a colon between digits, the sign of an exponent.
_JOINT = r"\.(?=\w)|(?<=[0-9])[,:](?=[0-9])|(?<=[0-9][eE])[-+\N{MINUS SIGN}](?=[0-9])"
_CHUNK = re.compile(rf"{_DATE}|(?:(?<!\.)\.(?=[0-9]))?+\w++(?:(?:{_JOINT})\w++)*+")
_NUMERAL = re.compile(
    r"(?P<integer>[1-9][0-9]{0,2}(?:,[0-9]{3})++|[0-9]*+)(?:\.(?P<fraction>[0-9]++))?+"
    r"(?:[eE](?P<exponent>[-+\N{MINUS SIGN}]?[0-9]++))?+"
)

_SURELY_IN_RANGE = len(str(PRODUCT // 4)) - 1  # digits of an integer
# m * 10^e with more digits in m (the last of them no zero), or with a larger |e|, is certainly outside: m may
# cancel the powers of 2 below the line, or those of 5, but not both, and 2^4 > 10.
_SURELY_OUTSIDE = 4 * len(str(PRODUCT))


@dataclass(frozen=True, slots=True)
class Literal:
    """text[start:end] is a numeral; its value is None when no vector can hold it."""

    start: int
    end: int
    value: Number | None
    plain: bool  # digits alone


def literals(text: str) -> Iterator[Literal]:
    """The numerals of a text, left to right."""
    held: Literal | None = None  # the last one found: the next may be its denominator
    for literal in _unsigned(text):
        fraction = _fraction(text, held, literal) if held else None
        if held and not fraction:
            yield _signed(text, held)
        held = fraction or literal
    if held:
        yield _signed(text, held)


def value_of(numeral: str) -> Number | None:
    """What an unsigned numeral denotes; None when no vector can hold it. ValueError when it is none."""
    match = _NUMERAL.fullmatch(numeral)
    if match is None or not (match["integer"] or match["fraction"]):
        raise ValueError(f"not a numeral: {numeral!r:.40}")
    fraction = match["fraction"] or ""
    digits = (match["integer"].replace(",", "") + fraction).lstrip("0")
    mantissa = digits.rstrip("0")
    if not mantissa:
        return 0
    exponent = (match["exponent"] or "0").replace("\N{MINUS SIGN}", "-")
    if len(exponent.lstrip("+-0")) > 9:  # int() refuses thousands of digits, and this is far outside
        return None
    power = int(exponent) - len(fraction) + len(digits) - len(mantissa)
    if len(mantissa) > _SURELY_OUTSIDE or abs(power) > _SURELY_OUTSIDE:
        return None
    value = int(mantissa) * 10**power if power >= 0 else Fraction(int(mantissa), 10**-power)
    return value if in_range(value.numerator, value.denominator) else None


def text_of(value: Number) -> str:
    """The canonical numeral: `-12`; `3.25` where the decimal terminates; else `n/d`, reduced."""
    numerator, rest, places = abs(value.numerator), value.denominator, 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        places = max(places, power)
    sign = "-" if value < 0 else ""
    if rest > 1:
        return f"{sign}{numerator}/{value.denominator}"
    digits = str(numerator * 10**places // value.denominator).rjust(places + 1, "0")
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def _unsigned(text: str) -> Iterator[Literal]:
    """Every numeral without its sign, and without joining fractions."""
    word_end = -1  # where the last word ended that a hyphen can continue (COVID-19, but not x-2)
    for match in _CHUNK.finditer(text):
        chunk, start = match[0], match.start()
        for piece in [chunk] if chunk.isalpha() or _is_numeral(chunk) else chunk.split(","):
            end = start + len(piece)
            continues = word_end == start - 1 and text[word_end] in _SIGNS
            if continues or (len(piece) > 1 and piece[0].isalpha()):
                word_end = end
            elif _is_numeral(piece):
                plain = piece.isdecimal()
                value = int(piece) if plain and len(piece) <= _SURELY_IN_RANGE else value_of(piece)
                yield Literal(start, end, value, plain)
            start = end + 1


def _is_numeral(chunk: str) -> bool:
    match = _NUMERAL.fullmatch(chunk)
    return match is not None and bool(match["integer"] or match["fraction"])


def _fraction(text: str, numerator: Literal, denominator: Literal) -> Literal | None:
    """Both as one literal, if they are written as a fraction and nothing around it binds a part tighter."""
    if text[numerator.end : denominator.start] != "/" or not (numerator.plain and denominator.plain):
        return None
    if numerator.value is None or not denominator.value:
        return None
    before = numerator.start
    while before and (text[before - 1].isspace() or text[before - 1] in _SIGNS):
        before -= 1
    if before and (text[before - 1] in _BINDS_NUMERATOR or text.endswith("**", 0, before)):
        return None
    after = skip_space(text, denominator.end)
    if text[after : after + 1] in _BINDS_DENOMINATOR or text.startswith("**", after):
        return None
    value = Fraction(numerator.value) / denominator.value
    if value.denominator == 1 or not in_range(value.numerator, value.denominator):
        return None
    return Literal(numerator.start, denominator.end, value, plain=False)


def _signed(text: str, literal: Literal) -> Literal:
    """The literal with the sign in front of it, if that is one."""
    sign = literal.start - 1
    if sign < 0 or text[sign] not in _SIGNS or not operand_follows(text, sign):
        return literal
    after = skip_space(text, literal.end)
    if text.startswith(("^", "**"), after) or text.endswith("++", 0, literal.start):
        return literal
    negated = -literal.value if literal.value is not None and text[sign] != "+" else literal.value
    return replace(literal, start=sign, value=negated)


def operand_follows(text: str, sign: int) -> bool:
    """Whether what precedes text[sign] cannot be a left operand, so that the sign is unary."""
    last = sign - 1
    while last >= 0 and text[last].isspace():
        last -= 1
    if last < 0 or text[last] in _BEFORE_OPERAND:
        return True
    character, before, spaced = text[last], text[last - 1 : last], last < sign - 1
    if character.isalpha() or character in ".?":  # a word, the end of a sentence
        return spaced
    if character.isalnum() or character in _AFTER_OPERAND:
        return False
    if before.isalpha():  # "cold! -5", but "f'-5"
        return spaced
    # Per cent, factorial, degree sign, closing quote, ... end an operand.
    return not (before.isalnum() or before in _AFTER_OPERAND)


def skip_space(text: str, index: int) -> int:
    """The first index from this one on where no space stands."""
    while index < len(text) and text[index].isspace():
        index += 1
    return index
