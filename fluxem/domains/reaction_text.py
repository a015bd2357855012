"""Chemical reactions as values, how they are written, and what a text that is one denotes.

A reaction is what stands on its two sides, the coefficient of each formula, and whether it also goes back. The order of
the formulas is not kept, and `H2 + H2` is 2 H2. A formula may stand on both sides (a catalyst, a spectator).

*Read as reactions:* formulas as `formula_text` describes them, and the electron (`e-`, `e^-`, `e⁻`), each with a
coefficient or without (`2H2O`, `2 H2O`, `1/2 O2`, `0.5 O2`, `½O2`); joined by ` + `, or by a tight `+` where that is no
charge; between the sides an arrow `->`, `-->`, `=>`, `→`, `⟶` or the sign `=`; `<=>`, `<->`, `⇌`, `⇄` go back as well.

*Refused because it can be read in two ways:* a tight `+` behind what may be an ion (`Ca2+O2`), a tight `-->` (`Cl-->`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from fluxem.domains import formula_text
from fluxem.domains.formula_text import ELECTRON, NONMETALS, Formula
from fluxem.domains.numerals import Number
from fluxem.errors import InputError, ParseError, RangeError

Side = tuple[tuple[Formula, Number], ...]

PARTS = {"½": Fraction(1, 2), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}
_BOTH_WAYS = ("<=>", "<->", "⇌", "⇄")
ARROW = re.compile(rf"{'|'.join(_BOTH_WAYS)}|-{{1,3}}>|=>|→|⟶|=")
_PLUS = re.compile(rf"(?<!\s)\s+\+\s*|\+(?=[0-9{''.join(PARTS)}A-Z\[e]|(?!\((?:aq|s|l|g)\))\()")
_COEFFICIENT = re.compile(
    rf"(?:([{''.join(PARTS)}]|[1-9][0-9]*+/[1-9][0-9]*+|(?:0|[1-9][0-9]*+)\.[0-9]++)|([1-9][0-9]*+)) ?"
)
_LONGEST_COEFFICIENT = 20  # characters: far more than a vector holds
_ELECTRON = re.compile(r"e(?:\^?[-\N{MINUS SIGN}]|\^\{[-\N{MINUS SIGN}]\}|⁻)")
_MAY_BE_AN_ION = re.compile(r"([A-Z][a-z]?)[1-9]\Z")


@dataclass(frozen=True, slots=True)
class Reaction:
    """(formula, coefficient) of the reactants and of the products, each side in the order of their texts.

    A coefficient is an int, or a Fraction where it is not whole, above 0. InputError for what is no such thing;
    `Reaction.of` brings terms into this form.
    """

    reactants: Side
    products: Side
    both_ways: bool = False

    def __post_init__(self) -> None:
        for side in (self.reactants, self.products):
            texts = [str(formula) for formula, _ in side]
            if not side or texts != sorted(set(texts)) or not all(_is_term(*term) for term in side):
                raise InputError(
                    "a side of a reaction has formulas in the order of their texts, each once; see Reaction"
                )
        if type(self.both_ways) is not bool:
            raise InputError(f"both_ways is a bool, not {self.both_ways!r:.40}")

    @classmethod
    def of(
        cls,
        reactants: Iterable[tuple[Formula, Number]],
        products: Iterable[tuple[Formula, Number]],
        both_ways: bool = False,
    ) -> "Reaction":
        """The reaction with these terms, in any order; equal formulas on a side are added up."""
        return cls(_side(reactants), _side(products), both_ways)

    def is_balanced(self) -> bool:
        """Whether both sides have the same atoms and the same charge."""
        balance: defaultdict[str, Number] = defaultdict(int)
        for side, sign in ((self.reactants, 1), (self.products, -1)):
            for formula, coefficient in side:
                balance["charge"] += sign * coefficient * formula.charge
                for symbol, count in formula.counts:
                    balance[symbol] += sign * coefficient * count
        return not any(balance.values())

    def __str__(self) -> str:
        """`2 H2 + O2 -> 2 H2O`, with `<=>` for both ways: formulas as their own texts, in the order of these."""
        sides = (
            " + ".join(f"{times} {formula}" if times != 1 else str(formula) for formula, times in side)
            for side in (self.reactants, self.products)
        )
        return (" <=> " if self.both_ways else " -> ").join(sides)


def _is_term(formula: object, times: object) -> bool:
    whole = type(times) is int or (type(times) is Fraction and times.denominator > 1)
    return type(formula) is Formula and whole and times > 0  # type: ignore[operator]


def _side(terms: Iterable[tuple[Formula, Number]]) -> Side:
    total: dict[Formula, Number] = {}
    for formula, times in terms:
        total[formula] = total.get(formula, 0) + times
    ordered = sorted(total.items(), key=lambda term: str(term[0]))
    return tuple((formula, times.numerator if times.denominator == 1 else times) for formula, times in ordered)


def read(text: str) -> Reaction:
    """The reaction a whole text denotes; ParseError if it is none, RangeError for what is far too large."""
    arrows = list(ARROW.finditer(text))
    if len(arrows) != 1:
        raise ParseError("a reaction has one arrow between its two sides")
    arrow, start = arrows[0][0], arrows[0].start()
    if arrow.startswith("--") and not text[start - 1 : start].isspace():
        raise ParseError(f"{arrow!r} can be read in two ways; write a space in front of the arrow")
    left, right = _terms(text[:start].rstrip()), _terms(text[arrows[0].end() :].lstrip())
    return Reaction.of(left, right, arrow in _BOTH_WAYS)


def _terms(side: str) -> list[tuple[Formula, Number]]:
    terms, position = [], 0
    for plus in [*_PLUS.finditer(side), None]:
        term = side[position : plus.start() if plus else len(side)]
        if plus and plus[0] == "+" and (ion := _MAY_BE_AN_ION.search(term)) and ion[1] not in NONMETALS:
            raise ParseError(f"{term + '+'!r:.40} can be read in two ways; write spaces around the sign of addition")
        terms.append(_term(term))
        position = plus.end() if plus else position
    return terms


def _term(text: str) -> tuple[Formula, Number]:
    coefficient: Number = 1
    if match := _COEFFICIENT.match(text):
        if match.end() > _LONGEST_COEFFICIENT:
            raise RangeError(f"the coefficient {match[0]:.20}... is too large or too fine")
        coefficient = int(match[2]) if match[2] else PARTS.get(match[1]) or Fraction(match[1])
        text = text[match.end() :]
    return ELECTRON if _ELECTRON.fullmatch(text) else formula_text.read(text), coefficient
