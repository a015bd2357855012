"""How units are written: `km/h`, `kg*m/s^2`, `m s⁻²`, `square feet`, `miles per hour`, `kilowatt-hours`.

*Factors* are symbols and names of the table, with a power: `m^2`, `m**2`, `m²`, `s^-1`, `s⁻¹`, `m2`;
`square`, `cubic`, `squared` and `cubed` go with any of them. *Products* are `*`, `·`, `.` (`kg.m`),
a space or a hyphen (`N-m`); *quotients* `/`, `per` and `an` (`miles an hour`), each for the one factor or bracket
that follows: `J/kg/K`, `J/(kg*K)`. `J/kg*K` and `J/kg K` are refused, because half of the readers read them one way
and half the other.

*C and F* are degrees Celsius and Fahrenheit, and only alone: in a product they may be coulombs and farads, so
there they are refused. `°C` in a product is a difference of temperatures, as in pint.

Reading is *strict* in running text, next to a number: then only a unit that cannot be mistaken is one.
Spellings that are asked only are not read; a space makes a product only in `N m`, `kW h` and the like or
before a power (`m s^-2`; but a "10 minute mile" is no product); capitalised names are names of people and
places (`5 Newton Road`); and what goes on in a way that is not understood (`5 kg/person`, `9 m^0.5`) is no
unit at all, rather than a part of it.
"""

import re

from fluxem.domains.unit_table import (
    ASKED_NAMES,
    LOOSE_SYMBOLS,
    MOST_WORDS,
    NAMES,
    NUMBER_OF,
    SYMBOLS,
    TEXT_SYMBOLS,
    UNITS,
    same_letters,
)
from fluxem.domains.units import DIMENSIONLESS, Factor, Unit, difference_number, unit_of
from fluxem.errors import InputError, ParseError, RangeError

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans(_SUPERSCRIPTS + "⁻⁺−", "0123456789-+-")
_MINUS = "-\N{MINUS SIGN}"
_SPACE = r"[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]"

_LONGEST = 40  # characters of a word: more than any unit has

_TOKEN = re.compile(
    rf"(?:Δ|delta_)?[°º˚]{_SPACE}?[A-Za-z]++|[℃℉]|[^\W\d{_SUPERSCRIPTS}][^\W{_SUPERSCRIPTS}]{{0,{_LONGEST}}}+"
)
_NEXT_WORD = re.compile(rf"(?:{_SPACE}|-)([^\W\d_]{{1,{_LONGEST}}}+)")
_AFTER_POINT = re.compile(rf"\.{_SPACE}?([^\W\d_]{{1,{_LONGEST}}}+)")
_SHORTENED = frozenset(("deg", "degs", "fl"))  # words of names that a full stop may end: deg. C
_SHAPE = re.compile(
    rf"(?:(?P<square>square|sq\.?)|cubic|cu\.?)(?:{_SPACE}|-)|(?:(?P<sq>sq)|cu)\.?(?=(?:ft|in|yd|mi|mm|cm|m|km)\b)",
    re.IGNORECASE,
)
_SPEED = re.compile(r" (?:per|an) ")
_FIRST_WORD = re.compile(rf"[^\W\d_]{{1,{_LONGEST}}}+|[°º˚]")
_TRAILING_DIGITS = re.compile(r"(?<=[^\W\d_])[0-9]++$")
_POWER = re.compile(
    rf"(?:\^|\*\*){_SPACE}?(?:\((?P<bracketed>[-+−]?[0-9]++)\)|\{{(?P<braced>[-+−]?[0-9]++)\}}|(?P<plain>[-+−]?[0-9]++)(?![.,/]?[0-9]))"
    rf"|(?P<raised>[⁺⁻]?[{_SUPERSCRIPTS}]++)"
    rf"|{_SPACE}(?:(?P<squared>squared)|cubed)\b"
)
_ATTACHED_MINUS = re.compile(rf"[{_MINUS}][1-9](?![\w.,])")
_OPERATOR = re.compile(
    rf"{_SPACE}?(?:(?P<times>[*·⋅∙×](?!\*))|\.?(?P<over>[/∕⁄÷])){_SPACE}?"
    rf"|\.?{_SPACE}(?P<per>per|an(?={_SPACE}hour\b)){_SPACE}|(?P<space>{_SPACE}|\.(?=[a-zµ])|-(?=(?:m|s|h|hrs?|met(?:er|re)s?|seconds?|hours?)\b))"
)
#: What a unit may begin with, for patterns of what stands before one.
AHEAD = r"(?=[^\W\d_]|[°℃℉˚])"

_ONE_OVER = re.compile(rf"1{_SPACE}?/{_SPACE}?")
# What may not come right after a unit: more of a word or a power, another factor, an exponent or a plural.
_GOES_ON = re.compile(rf"[\w^°{_SUPERSCRIPTS}⁻⁺]|[*·⋅∙×/∕⁄÷.][^\W\d]|[*·⋅∙×/∕⁄÷]\(|['’][^\W\d]")
# Symbols that are words: units in a text only where no word that continues the sentence follows.
_WORDS = frozenset(("in", "A"))
_OTHERWISE = frozenset(("a", "at", "as", "N/A"))  # never a year, a pressure, a short time or a field in a text
_ENDS = re.compile(
    rf"{_SPACE}?(?:$|[.,;:!?()\]}}\"”’=<>+*×÷→\n–−-])"
    r"|\s(?:to|in|into|as|and|or|by|x|is|are|was|were|of|from|at|plus|minus|times|than|equals?|there|make|fit"
    r"|be|been|does|do|have|has|with|together"
    r"|long|wide|tall|high|deep|thick)\b"
)
# A word after which there is plainly nothing more of a unit: reading it takes a look into the table.
_PLAIN_WORD = re.compile(
    r"([^\W\d_]{1,12})(?:(?=[.,;:!?)]?$)|(?=[.,;:!?)]?\s(?:to|in|into|as|and|or|is|are|was|were)\s))"
)
_JOINING = {NUMBER_OF[name] for name in ("newton", "watt", "ampere", "volt", "pascal", "joule", "gram", "weber")}
_JOINED = {NUMBER_OF[name] for name in ("meter", "second", "hour")}
_CELSIUS_OR_FAHRENHEIT = frozenset(("C", "F"))
_TEMPERATURES = ("celsius", "fahrenheit", "kelvin", "rankine")

_MOST_TERMS = 8
_DEEPEST = 3


def parse(text: str, start: int = 0) -> Unit:
    """The unit that text[start:] is; ParseError if it is none, RangeError if no vector holds it."""
    if text[start:] == str(DIMENSIONLESS):
        return DIMENSIONLESS
    inverse = _ONE_OVER.match(text, start)
    reader = _Reader(text, strict=False, every=True)
    end = reader.expression(inverse.end() if inverse else start, inverse=inverse is not None)
    if end < len(text):
        raise ParseError(f"{_shown(text, start)} is not a unit: {_shown(text, end)} is not understood")
    return reader.unit()


def read(text: str, start: int, every: bool = False) -> tuple[Unit | None, int]:
    """The unit at text[start] as running text has it, and where it ends; None and how far it was understood else.

    `every` reads the spellings too that are asked only, and symbols and names in any case: `KG`, `20 c`, `Mile`.
    """
    plain = _PLAIN_WORD.match(text, start)
    if plain and plain[1] in TEXT_SYMBOLS and plain[1] not in NAMES:
        return unit_of(((*SYMBOLS[plain[1]], 1),)), plain.end()
    reader = _Reader(text, strict=True, every=every)
    try:
        end = reader.expression(start)
        unit = reader.unit()
    except InputError:
        return None, max(reader.last, start)
    if text[start:end] in _OTHERWISE:
        return None, start
    minus = _ATTACHED_MINUS.match(text, end)  # of a power, unless a quantity is subtracted
    if _GOES_ON.match(text, end) or (minus and not reader.look_up(minus.end() + text.startswith(" ", minus.end()))):
        return None, end
    word = text[reader.last : end] in _WORDS and not text[start : reader.last].endswith(("/", "*", "·"))
    return (None if word and not _ENDS.match(text, end) else unit), end


def may_begin(text: str, at: int) -> bool:
    """Whether the word at text[at] begins a unit, in any spelling: a quick look before `read`."""
    word = _FIRST_WORD.match(text, at)
    if word is None:
        return False
    token = word[0]
    return (
        token in SYMBOLS
        or token.lower() in MOST_WORDS
        or token.lower() in LOOSE_SYMBOLS
        or bool(_SHAPE.match(text, at))
    )


class _Reader:
    """Reads one expression; its terms gather in `terms`, as (prefix, unit, power, spelling)."""

    def __init__(self, text: str, strict: bool, every: bool) -> None:
        self.text, self.strict, self.every = text, strict, every
        self.terms: list[tuple[int, int, int, str]] = []
        self.last = 0  # where the last term begins

    def unit(self) -> Unit:
        """The unit of all terms."""
        if len(self.terms) == 1 and self.terms[0][2] == 1:
            return unit_of((self.terms[0][:3],))
        factors: list[Factor] = []
        for prefix, number, power, spelling in self.terms:
            if spelling in _CELSIUS_OR_FAHRENHEIT:
                what = "°C or coulomb" if spelling == "C" else "°F or farad"
                raise ParseError(f"{spelling} is ambiguous next to other units: write {what}")
            factors.append((prefix, difference_number(number), power))
        return unit_of(tuple(factors))

    def expression(self, start: int, sign: int = 1, depth: int = 0, inverse: bool = False) -> int:
        """Reads terms from `start` on, and returns where they end; ParseError where the first is none."""
        end = self.term(start, -sign if inverse else sign, depth)
        divided = inverse
        while operator := _OPERATOR.match(self.text, end):
            if len(self.terms) >= _MOST_TERMS:
                raise RangeError(f"a unit of more than {_MOST_TERMS} terms")
            at, divides = operator.end(), operator.lastgroup in ("over", "per")
            if operator.lastgroup == "space" and self.strict and not self.joins(at, divided):
                break
            read, last = len(self.terms), self.last
            try:
                after = self.term(at, -sign if divides else sign, depth)
            except ParseError:
                if len(self.terms) > read or self.text.startswith("(", at):
                    raise
                self.last = last
                break
            if divided and not divides:
                raise ParseError("a product after a quotient is ambiguous: write a/(b*c) or a*c/b")
            divided = divided or divides
            end = after
        return end

    def joins(self, at: int, divided: bool) -> bool:
        """Whether in running text the term at text[at] may be a factor, a space in between."""
        found = self.look_up(at)
        if found is None or found[3] in _WORDS:
            return False
        _, number, _, spelling, end = found
        if divided or (number in _JOINED and self.terms[-1][1] in _JOINING):
            return True  # a product after a quotient is refused by `expression`
        if self.text[at - 1] == ".":
            return spelling in SYMBOLS
        power = _POWER.match(self.text, end) or _ATTACHED_MINUS.match(self.text, end)
        return power is not None and spelling in SYMBOLS

    def term(self, at: int, sign: int, depth: int) -> int:
        """Reads one factor or bracket with its power, and returns where it ends; ParseError if there is none."""
        self.last = at
        first = len(self.terms)
        if self.text.startswith("(", at) and depth < _DEEPEST:
            end = self.expression(at + 1, sign, depth + 1)
            if not self.text.startswith(")", end):
                raise ParseError(f"no ) where {_shown(self.text, at)} needs one")
            return self.power(first, end + 1)
        shape = _SHAPE.match(self.text, at)
        found = self.look_up(shape.end(), shaped=True) if shape else self.look_up(at)
        if found is None:
            raise ParseError(f"{_shown(self.text, at)} is not a unit")
        prefix, number, power, spelling, end = found
        if shape:
            power *= 2 if shape["square"] or shape["sq"] else 3
        self.terms.append((prefix, number, sign * power, spelling))
        return end if power != 1 else self.power(first, end)

    def power(self, first: int, end: int) -> int:
        """Raises the terms from `first` on to the power written at text[end]; returns where that ends."""
        match = _POWER.match(self.text, end)
        minus = None if match or (self.strict and first == 0) else _ATTACHED_MINUS.match(self.text, end)
        if match is None and minus is None:
            if self.text.startswith(("^", "**"), end):
                raise ParseError(f"the power of a unit is an integer, not {_shown(self.text, end)}")
            return end
        found = match or minus
        assert found is not None
        if match and match[0].endswith(("squared", "cubed")):
            power = 2 if match["squared"] else 3
        else:
            digits = re.sub(r"[^0-9+-]", "", found[0].translate(_PLAIN))
            if len(digits) > 4:
                raise RangeError(f"the power {_shown(digits, 0)} of a unit is too large")
            power = int(digits)
        if power == 0:
            raise ParseError("the power of a unit is not 0")
        self.terms[first:] = [(p, number, own * power, word) for p, number, own, word in self.terms[first:]]
        return found.end()

    def look_up(self, at: int, shaped: bool = False) -> tuple[int, int, int, str, int] | None:
        """Prefix, unit, power (of `m2`), spelling and end of the unit that begins at text[at].

        `shaped`: after `square` or `cubic`, which goes with the miles of `square miles per hour`, not with the speed.
        """
        match = _TOKEN.match(self.text, at)
        if match is None:
            return None
        token = same_letters(re.sub(_SPACE, "", match[0]) if "°" in match[0] else match[0])
        ends = [match.end()]
        words = [(token.replace("°", "degree ", 1) if len(token) > 2 else token).replace("_", " ").lower()]
        for _ in range(MOST_WORDS.get(words[0], 1) - 1):
            following = (_AFTER_POINT if words[-1] in _SHORTENED else _NEXT_WORD).match(self.text, ends[-1])
            following = following or _NEXT_WORD.match(self.text, ends[-1])
            if following is None:
                break
            words.append(following[1].lower())
            ends.append(following.end())
        for count in range(len(words), 1, -1):
            phrase = " ".join(words[:count])
            spelled = None if shaped and _SPEED.search(phrase) else self.name(phrase, token)
            if spelled:
                return *spelled, 1, token, ends[count - 1]
        if token in SYMBOLS and (self.every or token in TEXT_SYMBOLS):
            return *SYMBOLS[token], 1, token, ends[0]
        spelled = self.name(words[0], token)
        if spelled:
            return *spelled, 1, token, ends[0]
        if self.every and token.lower() in LOOSE_SYMBOLS:
            return *LOOSE_SYMBOLS[token.lower()], 1, token, ends[0]
        digits = _TRAILING_DIGITS.search(token)
        if digits and token[: digits.start()] in (SYMBOLS if self.every else TEXT_SYMBOLS):
            return self.with_digits(token[: digits.start()], digits[0], ends[0])
        return None

    def name(self, phrase: str, token: str) -> tuple[int, int] | None:
        if phrase not in NAMES or not (self.every or phrase not in ASKED_NAMES):
            return None
        if self.strict and not self.every and token.istitle() and not phrase.endswith(("s", "feet", *_TEMPERATURES)):
            return None
        return NAMES[phrase]

    def with_digits(self, symbol: str, digits: str, end: int) -> tuple[int, int, int, str, int] | None:
        """`m2`: in running text a power of lengths or in a product, else it may be anything (H2, B12)."""
        prefix, number = SYMBOLS[symbol]
        length = sum(map(abs, UNITS[number].exponents)) == UNITS[number].exponents[0] == 1
        if len(digits) > 1 or digits in "01" or (self.strict and not self.terms and not (length and digits in "23")):
            return None
        return prefix, number, int(digits), symbol, end


def _shown(text: str, start: int) -> str:
    return repr(text[start : start + 40] + ("..." if len(text) > start + 40 else ""))
