"""How complex numbers are written.

`3+4i`, `3 + 4i`, `-2.5-4j`, `1/3-(2/3)i`: both parts, the imaginary one with its coefficient. A fraction before `i`
needs its brackets, as `2/3i` may mean 2/(3i). In a text, what an operator next to it would tear apart is left out: in
`2*3+4i`, `1-3+4i` and `3+4i^2` there is no complex number 3+4i. A whole text may also be `4i`, `-i` or `3-i`.

All of it takes time linear in the text: no pattern can backtrack, and spaces are skipped a few times at most.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from fluxem.domains import numerals
from fluxem.domains.base import require_text
from fluxem.domains.numerals import Number
from fluxem.residues import PRODUCT

_MINUS = "-\N{MINUS SIGN}\N{EN DASH}"
_BINDING = frozenset("*/^!√%·×⋅÷∗∕")  # next to a sum, these take one of its parts for themselves
_COEFFICIENT = r"(?:[0-9]++(?:\.[0-9]++)?+|\([0-9]++/[0-9]++\))"
_REST = r"[0-9]*+(?:\.[0-9]++|/[0-9]++)?+"  # of the real part, after its first digit
_OPERATOR = rf"(?P<gap>\s?)(?P<sign>[{_MINUS}+])(?P=gap)"
_SUM = re.compile(rf"[0-9](?<![\w.,].){_REST}{_OPERATOR}(?P<imaginary>{_COEFFICIENT})[ij](?![\w(]|\.[0-9])")
_ALONE = re.compile(
    rf"(?:(?P<first>[{_MINUS}+])?(?P<real>[0-9]{_REST}){_OPERATOR}|(?P<only>[{_MINUS}+])?)"
    rf"(?P<imaginary>{_COEFFICIENT})?[ij]"
)


@dataclass(frozen=True, slots=True)
class ComplexNumber:
    """real + imaginary * i, both int or Fraction."""

    real: Number
    imaginary: Number

    def __str__(self) -> str:
        """`3+4i`; `0.5-(2/3)i`; both parts also where they are 0."""
        size = numerals.text_of(-self.imaginary if self.imaginary < 0 else self.imaginary)
        shown = f"({size})" if "/" in size else size
        return f"{numerals.text_of(self.real)}{'-' if self.imaginary < 0 else '+'}{shown}i"


def sums(text: str) -> Iterator[tuple[int, int, ComplexNumber]]:
    """(start, end, value) of what reads as a complex number in a text."""
    for match in _SUM.finditer(text):
        start, end = match.span()
        sign = text[start - 1] if start else ""
        if sign and sign in "+" + _MINUS and numerals.operand_follows(text, start - 1):
            start -= 1
        else:
            sign = ""
        next_to = numerals.skip_space(text, end)
        before, after = _before(text, start), text[next_to : next_to + 1]
        if before in _BINDING or before in _MINUS or after in _BINDING:  # a - (b + ci) is not a - b + ci
            continue
        real = _coefficient(match[0][: match.start("gap") - match.start()])
        imaginary = _coefficient(match["imaginary"])
        if real is not None and imaginary is not None:
            yield start, end, ComplexNumber(_signed(sign, real), _signed(match["sign"], imaginary))


def whole(text: str) -> ComplexNumber | None:
    """The complex number that a whole text is; None if it is none."""
    match = _ALONE.fullmatch(require_text(text).strip())
    real = _coefficient(match["real"] or "0") if match else None
    imaginary = _coefficient(match["imaginary"] or "1") if match else None
    if match is None or real is None or imaginary is None:
        return None
    return ComplexNumber(_signed(match["first"], real), _signed(match["sign"] or match["only"], imaginary))


def _before(text: str, index: int) -> str:
    """The last character before an index that is no space; a space where there is none."""
    index -= 1
    while index >= 0 and text[index].isspace():
        index -= 1
    return text[index] if index >= 0 else " "


def _coefficient(written: str) -> Number | None:
    """What `3`, `2.5` or `(2/3)` denotes; `PRODUCT`, which no vector holds, for one too large; None for n/0."""
    above, _, below = written.strip("()").partition("/")
    numerator, denominator = numerals.value_of(above), numerals.value_of(below or "1")
    if numerator is None or denominator is None:
        return PRODUCT
    if not denominator:
        return None
    value = Fraction(numerator) / denominator
    return value if value.denominator > 1 else value.numerator


def _signed(sign: str | None, value: Number) -> Number:
    return -value if sign and sign in _MINUS else value
