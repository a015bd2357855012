"""Chemical formulas as values, how they are written, and what a text that is one denotes.

A formula is counted, not drawn: `CuSO4·5H2O` is the composition H10CuO9S, and so is whatever else has these atoms.
Kept are the count of each element, the charge and the state label.

*Read as formulas:* symbols of the 118 elements with counts, in ASCII or as subscripts (`H2O`, `H₂O`), in groups nested
at will (`K4[Fe(CN)6]`); hydrates and other adducts after a dot (`CuSO4·5H2O`, `CuSO4*5H2O`, `CuSO4.5H2O`); the state
labels (s), (l), (g) and (aq); and charges:

- after a caret or as superscripts: `SO4^2-`, `Ca^{2+}`, `SO₄²⁻`; after a space or a square bracket: `SO4 2-`,
  `[Cu(NH3)4]2+`; with the sign first or repeated: `SO4-2`, `Ca++`;
- a bare sign is a single charge: `Na+`, `OH-`, `NH4+`, `NO3-` (here the digit counts atoms);
- but a digit between the symbol of a metal, alone, and a sign is its charge: `Ca2+`, `Fe3+`.

*Refused because it can be read in two ways:* a single nonmetal with a digit and a sign (`O2-` is oxide or superoxide),
two digits before a sign (`SO42-`), a cation with a metal that ends in a digit (`FeSCN2+`, `VO2+`), a symbol with a
hyphen and a number (`He-3` is an isotope). *Refused because no vector holds it:* isotopes (`D2O`), fractions of a
molecule (`CaSO4·0.5H2O`), formulas of unknown length (`·xH2O`).
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from fluxem.domains.elements import ATOMIC_NUMBERS
from fluxem.errors import InputError, ParseError, RangeError

STATES = ("", "s", "l", "g", "aq")
NONMETALS = frozenset(
    (
        "H",
        "He",
        "B",
        "C",
        "N",
        "O",
        "F",
        "Ne",
        "Si",
        "P",
        "S",
        "Cl",
        "Ar",
        "As",
        "Se",
        "Br",
        "Kr",
        "Te",
        "I",
        "Xe",
        "At",
        "Rn",
    )
)
MOST = 2**24 - 1  # atoms of an element: float32 holds every whole number up to here
DOTS = "\N{MIDDLE DOT}\N{BULLET}\N{DOT OPERATOR}\N{BULLET OPERATOR}"
SUBSCRIPTS, SUPERSCRIPTS = "₀₁₂₃₄₅₆₇₈₉", "⁰¹²³⁴⁵⁶⁷⁸⁹"

_ASCII = str.maketrans(SUBSCRIPTS + "\N{MINUS SIGN}\N{EN DASH}", "0123456789--")
_ASCII_CHARGE = str.maketrans(SUPERSCRIPTS + "⁺⁻", "0123456789+-")
_LONGEST_NUMBER = len(str(MOST))

_STATE = re.compile(r" ?\((s|l|g|aq)\)\Z")
_SIGNED = rf"[0-9]{{0,{_LONGEST_NUMBER}}}[+-]|[+-][0-9]{{0,{_LONGEST_NUMBER}}}"
_CHARGE = re.compile(
    rf"\^\{{({_SIGNED})\}}\Z|\^({_SIGNED})\Z|([{SUPERSCRIPTS}]{{0,{_LONGEST_NUMBER}}}[⁺⁻])\Z"
    r"|(?<=\])([0-9]?[+-])\Z| ([1-9][+-])\Z|([+-][1-9]|\+{2,4}|-{2,4})\Z"
)
_SYMBOL = re.compile(r"[A-Z][a-z]?")
_ADDUCT = re.compile(rf" ?[*{DOTS}] ?|\.(?=[0-9A-Z])")
_TIMES = re.compile(r"([0-9]*) ?")
_TOKEN = re.compile(r"([A-Z][a-z]?)([0-9]*)|([(\[{])|([)\]}])([0-9]*)")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


def _hill_order(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Carbon, hydrogen, the others by symbol; all by symbol where there is no carbon.

    E. A. Hill, On a system of indexing chemical literature, J. Am. Chem. Soc. 22 (1900) 478.
    """
    if "C" not in counts:
        return tuple(sorted(counts))
    return tuple(sorted(counts, key=lambda symbol: ("CH".find(symbol) % 3, symbol)))


def _too_many() -> RangeError:
    return RangeError(f"the atoms of an element and the charges of a formula are at most {MOST}")


def _no_element(symbol: object) -> str:
    if symbol in ("D", "T"):
        return f"{symbol} is an isotope of hydrogen; a formula counts elements, and H is the element"
    return f"{symbol!r:.40} is no element symbol"


@dataclass(frozen=True, slots=True)
class Formula:
    """What is counted of a formula: (symbol, atoms) in Hill order, charge, state label ("" for none).

    A formula has at least one atom; only the electron has none. RangeError for more than 2^24 - 1 atoms of an element
    or charges, InputError for what is no such thing.
    """

    counts: tuple[tuple[str, int], ...]
    charge: int = 0
    state: str = ""

    def __post_init__(self) -> None:
        atoms = dict(self.counts)
        if self.state not in STATES:
            raise InputError(f"a state is one of {', '.join(STATES[1:])} or empty, not {self.state!r:.40}")
        if type(self.charge) is not int:
            raise InputError(f"a charge is an int, not a {type(self.charge).__name__}")
        for symbol, count in self.counts:
            if symbol not in ATOMIC_NUMBERS:
                raise InputError(_no_element(symbol))
            if type(count) is not int or count < 1:
                raise InputError(f"the atoms of {symbol} are counted by an int of 1 or more")
        if len(atoms) < len(self.counts) or tuple(atoms) != _hill_order(atoms):
            raise InputError("the elements of a formula are in Hill order, each once; Formula.of brings them into it")
        if max(abs(self.charge), *atoms.values(), 0) > MOST:
            raise _too_many()
        if not atoms and (self.charge, self.state) != (-1, ""):
            raise InputError("a formula has at least one atom")

    @classmethod
    def of(cls, counts: Mapping[str, int], charge: int = 0, state: str = "") -> "Formula":
        """The formula with these atoms by symbol, in any order; errors as the class."""
        return cls(tuple((symbol, counts[symbol]) for symbol in _hill_order(counts)), charge, state)

    def __str__(self) -> str:
        """Elements in Hill order (carbon, hydrogen, the others by symbol; all by symbol without carbon)."""
        text = "".join(symbol + (str(count) if count > 1 else "") for symbol, count in self.counts) or "e"
        if self.charge:
            size = abs(self.charge)
            text += f"^{size if size > 1 else ''}{'+' if self.charge > 0 else '-'}"
        return f"{text}({self.state})" if self.state else text


ELECTRON = Formula((), -1)


def read(text: str) -> Formula:
    """The formula a whole text denotes; ParseError if it is none, RangeError for more than 2^24 - 1 atoms."""
    return _read_often(text) if len(text) <= _SHORT else _read(text)


def _read(text: str) -> Formula:
    core, state = text, ""
    if match := _STATE.search(core):
        core, state = core[: match.start()], match[1]
    core, charge = _without_charge(core.translate(_ASCII))
    counts: Counter[str] = Counter()
    position = 0
    for dot in [*_ADDUCT.finditer(core), None]:
        part = core[position : dot.start() if dot else len(core)]
        times = _TIMES.match(part) if position else None  # a number in front of it all is no part of a formula
        _count(part[times.end() :] if times else part, _number(times[1]) if times else 1, counts)
        position = dot.end() if dot else position
    return Formula.of(counts, charge, state)


_read_often = lru_cache(maxsize=4096)(_read)  # texts repeat the formulas they speak of
_SHORT = 40


def _without_charge(text: str) -> tuple[str, int]:
    """What stands before the charge, and the charge."""
    match = _CHARGE.search(text)
    if match:
        body, written = text[: match.start()], match[match.lastindex or 0].translate(_ASCII_CHARGE)
        if written[0] == "-" and written[1:].isdecimal() and body in ATOMIC_NUMBERS and text[match.start()] != "^":
            raise ParseError(f"{text!r} may be an isotope; write a charge as {body}^{written[1:]}-")
        size = written.strip("+-")
        return body, (_number(size) if size else written.count(written[0])) * (-1 if "-" in written else 1)
    if not text.endswith(("+", "-")):
        return text, 0
    body, sign = text[:-1], text[-1]
    cut = body.rstrip("0123456789")
    symbols, digits = _SYMBOL.findall(body), body[len(cut) :]
    metals = [symbol for symbol in symbols if symbol not in NONMETALS]
    if [cut] == symbols == metals and len(digits) == 1:
        return cut, _number(digits) * int(sign + "1")
    if len(digits) > 1 or (digits and (len(symbols) == 1 or (metals and sign == "+"))):
        one, other = f"{cut}{digits[:-1]}^{digits[-1]}{sign}", f"{body}^{sign}"
        raise ParseError(f"{text!r:.40} can be read in two ways; write {one:.40} or {other:.40}")
    return body, int(sign + "1")


def _count(part: str, times: int, counts: Counter[str]) -> None:
    """Add the atoms of `times` such parts. From right to left, since a number follows what it multiplies."""
    end, group_is_empty = len(part), True
    open_groups: list[tuple[str, int]] = []  # how each ends, and the factor outside it
    for token in reversed(list(_TOKEN.finditer(part))):
        if token.end() != end:
            break
        end = token.start()
        symbol, number, opener, closer, factor = token.groups()
        if closer:
            open_groups.append((closer, times))
            times *= _number(factor)
        elif opener:
            if group_is_empty or not open_groups or open_groups[-1][0] != _CLOSERS[opener]:
                raise ParseError(f"the brackets of {part!r:.40} do not fit")
            times = open_groups.pop()[1]
        else:
            if symbol not in ATOMIC_NUMBERS:
                raise ParseError(_no_element(symbol))
            counts[symbol] += _number(number) * times
        if max(times, counts[symbol] if symbol else 0) > MOST:
            raise _too_many()
        group_is_empty = bool(closer)
    if end or not part:
        raise ParseError(f"{part[:end]!r:.40} is no part of a formula" if part else "an empty part is no formula")
    if open_groups:
        raise ParseError(f"the brackets of {part!r:.40} do not fit")


def _number(digits: str) -> int:
    if digits.startswith("0"):
        raise ParseError(f"a number in a formula has no leading zero: {digits:.40}")
    if len(digits) > _LONGEST_NUMBER or int(digits or 1) > MOST:
        raise _too_many()
    return int(digits or 1)
