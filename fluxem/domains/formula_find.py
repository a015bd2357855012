"""Which formulas of a running text are unmistakable. `As`, `In`, `CO`, `USB2`, `B2B` and `COP26` could all be formulas.

A candidate is a formula as `formula_text` describes them with, at most, three levels of brackets, water as its only
adduct and no subscript 1. It stands apart: no letter, digit, dot or operator of a structural formula (`CH3-CH3`) is
joined to it. It is found when one of these marks it:

- *water*: `CuSO4·5H2O`, `CuSO4.5H2O`;
- *a charge* after a caret or a square bracket or in superscripts (`SO4^2-`, `Ca²⁺`), unless one letter is all there is
  before it (`N^2-`); a bare sign only behind the ions of the same file, for `CO2-` may go on as `CO2- and H2O-free`;
- *a state*: (aq), (l) and (g) joined to more than one letter (`CO(g)`), (s) to the symbol of a common metal;
- *its name*, in `data/known_formulas.txt`: common compounds, and the only elements found without a mark, such as O2;
- *its shape*, two elements or more and a number in it: with a symbol of two letters (`Fe2O3`), when a nonmetal is
  among them, no element is exotic and no number strange; with capitals alone, when it is an organic compound that
  starts with carbon, has two numbers, and as many hydrogens and halogens as its valences allow (`C6H12O6`).

Not found, though `parse` reads them: single symbols, capitals without a number (`CO`, `HF`, `KOH`), `NO3`, `VO2`.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from fluxem.domains import formula_text
from fluxem.domains.elements import SYMBOLS
from fluxem.domains.formula_text import DOTS, NONMETALS, SUBSCRIPTS, Formula
from fluxem.errors import InputError

_TABLE = Path(__file__).parents[1] / "data" / "known_formulas.txt"
_LISTED = {word for line in _TABLE.read_text("utf-8").splitlines() if not line.startswith("#") for word in line.split()}
#: Found with a bare sign.
IONS = frozenset(word for word in _LISTED if word[-1] in "+-")
#: Found by name: elements, compounds without a number, and of those in capitals all that are no organic ones.
KNOWN = frozenset(_LISTED - IONS)

_COMMON_METALS = frozenset(
    ("Ag", "Al", "Au", "Ba", "Ca", "Cd", "Cr", "Cu", "Fe", "Hg", "Li", "Mg", "Mn", "Na", "Ni", "Pb", "Pt", "Sn", "Zn")
)
_LETTER_IONS = frozenset(("H⁺", "K⁺", "F⁻", "I⁻"))
_LETTERS_WITH_SUBSCRIPT = frozenset(("F₂", "I₂", "P₄", "S₈"))  # F2 is also a key, S8 a telephone
# Radioactive and rare, and as abbreviations not: PaCO2 is a pressure in arteries, Ac2O is acetic anhydride.
_EXOTIC = frozenset(("Po", "At", "Fr", "Ac", "Pa", *SYMBOLS[94:]))
_OTHER_MEANING = re.compile(r"Co[PH][0-9]+|HoI[0-9]|NaN[0-9]{2,}")  # conferences, games, what is not a number
_CAN_BE_MANY = frozenset("HBCNOF")  # 10 or more of them is not strange
_ORGANIC = frozenset("CHNOSPFI")
_VALENCES = {"C": 2, "N": 1, "P": 1, "H": -1, "F": -1, "I": -1}  # less two, by which atoms are strung together

_NUMBER = "(?:[2-9][0-9]{0,3}+|1[0-9]{1,3}+|[₂-₉][₀-₉]{0,3}+|₁[₀-₉]{1,3}+)"
_GROUP = _ATOM = (
    f"(?:[A-Z][a-z]?+{_NUMBER}?+)"  # what is no element, and brackets that do not fit, are refused when read
)
for _ in range(3):
    _GROUP = rf"(?:{_ATOM}|[(\[]{_GROUP}++[)\]]{_NUMBER}?+)"
_SIGN = r"[+\-\N{MINUS SIGN}]"
_WATER = rf"(?: ?[{DOTS}] ?(?:[1-9][0-9]? ?)?|[.*](?:[1-9][0-9]?)?)H[2₂]O"
_CHARGE = rf"\^(?:\{{[1-9]?{_SIGN}\}}|[1-9]?{_SIGN})|[¹²³⁴⁵⁶⁷⁸⁹]?[⁺⁻]|{_SIGN}(?![\w>])"
_STATE = r" ?\((?:aq|s|l|g)\)"
FORMULA = rf"(?:{_GROUP}++(?:{_WATER})?+(?:{_CHARGE})?+(?:{_STATE})?+)"  #: how a candidate is written
_FORMULA = re.compile(rf"(?P<core>{_GROUP}++)(?P<water>{_WATER})?+(?P<charge>{_CHARGE})?+(?P<state>{_STATE})?+")
_GOES_ON = re.compile(rf"[\w^⁺⁻{DOTS}]|\.\w|[-=≡\N{{EN DASH}}\N{{MINUS SIGN}}][A-Z0-9(\[]")
# The cheap test that most words fail: a number, a bracket, a sign or a second capital follows the first symbol.
_CANDIDATE = re.compile(
    rf"[A-Z(\[](?<![\w)\]}}.^@#$\\⁺⁻{DOTS}].)(?<!\w['’].)(?<![A-Z0-9)\]][-=≡\N{{EN DASH}}\N{{MINUS SIGN}}].)"
    rf"(?:(?<=[A-Z])|[(\[]{{0,2}}[A-Z])[a-z]?[A-Z0-9₀-₉¹²³⁴-⁹⁺⁻^+\-\N{{MINUS SIGN}}(\[{DOTS}.*]"
)
_ASCII = str.maketrans(SUBSCRIPTS + "\N{MINUS SIGN}", "0123456789-")
_COUNTED, _DIGITS = re.compile(r"([A-Z][a-z]?)([0-9]*)"), re.compile(r"[0-9]+")


def find(text: str) -> Iterator[tuple[int, int, Formula]]:
    """(start, end, formula) of the unmistakable formulas of a text, from left to right, in linear time."""
    position = 0
    while candidate := _CANDIDATE.search(text, position):
        match = _FORMULA.match(text, candidate.start())
        if match is None:
            position = candidate.start() + 1
            continue
        start, position = match.span()  # parts of what is not found are not looked at: they would mean another thing
        end = position
        if _is_marked(match) and not goes_on(text, end):
            if not any(match.group("water", "charge", "state")) and _is_wrapped(match[0]):
                start, end = start + 1, end - 1
            with suppress(InputError):
                yield start, end, formula_text.read(text[start:end])


def goes_on(text: str, end: int) -> bool:
    """Whether what follows a candidate that ends here belongs to it, so that it is another thing."""
    return _GOES_ON.match(text, end) is not None


def is_unmistakable(text: str) -> bool:
    """Whether a whole text is a formula that `find` would find."""
    match = _FORMULA.fullmatch(text)
    return match is not None and _is_marked(match)


def bare_ion(text: str) -> str | None:
    """The whole text in ASCII, without its state, where it is a candidate with a bare sign; else None."""
    match = _FORMULA.fullmatch(text)
    if match is None or not match["charge"] or not _has_bare_sign(match):
        return None
    return (match["core"] + match["charge"]).translate(_ASCII)


def _has_bare_sign(match: re.Match[str]) -> bool:
    return match["charge"] in ("+", "-", "\N{MINUS SIGN}") and "]" not in match["core"][-2:]


def _is_wrapped(core: str) -> bool:
    """Whether one pair of brackets holds all of it."""
    if core[0] not in "([":
        return False
    depth = 0
    for index, character in enumerate(core):
        depth += (character in "([") - (character in ")]")
        if depth == 0:
            return index == len(core) - 1
    return False


def _is_marked(match: re.Match[str]) -> bool:
    charge, state = match["charge"], match["state"]
    written = match["core"][1:-1] if _is_wrapped(match[0]) else match["core"]
    core = written.translate(_ASCII)
    if match["water"]:
        return len(core) > 2
    if charge:
        if _has_bare_sign(match):
            return core + charge.translate(_ASCII) in IONS
        return len(core) > 1 or (charge[0] != "^" and (len(charge) > 1 or core + charge in _LETTER_IONS))
    if state and state[0] == "(" and (core in _COMMON_METALS if state == "(s)" else len(core) > 1):
        return True
    return core in KNOWN or written in _LETTERS_WITH_SUBSCRIPT or _has_the_shape(core)


def _has_the_shape(core: str) -> bool:
    if not _DIGITS.search(core):
        return False
    counted = _COUNTED.findall(core)
    elements = {symbol for symbol, _ in counted}
    if len(elements) == 1 or elements & _EXOTIC:
        return False
    if _OTHER_MEANING.fullmatch(core) or (core[-1] == "s" and core[:-1] in KNOWN):  # H2Os is not of osmium
        return False
    if any(len(number) > 1 and symbol not in _CAN_BE_MANY for symbol, number in counted):
        return False
    if any(len(symbol) == 2 for symbol in elements):
        return not elements.isdisjoint(NONMETALS)
    if counted[0][0] != "C" or "H" not in elements or not elements <= _ORGANIC:
        return False
    if len(_DIGITS.findall(core)) < 2:
        return False
    bonds = sum(_VALENCES.get(symbol, 0) * count for symbol, count in formula_text.read(core).counts)
    return bonds >= -2 and bonds % 2 == 0
