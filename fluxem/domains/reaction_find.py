"""Which reactions of a running text are unmistakable.

A candidate has two sides and no third, stands apart (no word, no unknown term is joined to it), and something happens
in it. It is found when a formula in it is unmistakable, as `formula_find` has it, and it is balanced, or that formula
has more than one element. It must be balanced where it is written with `=`, which may mean anything (`HCl = NaCl`), and
where a bare sign stands behind another formula than the ions of `formula_find`, `H+`, `K+`, `OH-`, `F-` and `I-`.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

from fluxem.domains import formula_find, formula_text, reaction_text
from fluxem.domains.reaction_text import ARROW, PARTS, Reaction
from fluxem.errors import InputError

_IONS = formula_find.IONS | {"H+", "K+", "OH-", "F-", "I-"}
_COEFFICIENT = rf"(?:(?:[{''.join(PARTS)}]|[1-9][0-9]{{0,5}}+(?:[./][0-9]{{1,6}}+)?+|0\.[0-9]{{1,6}}+) ?)?+"
_ELECTRON = r"e(?:⁻|\^?[-\N{MINUS SIGN}])"
_TERM = rf"{_COEFFICIENT}(?:{formula_find.FORMULA}|{_ELECTRON})"
_SIDE = re.compile(rf"{_TERM}(?:(?:\s{{1,2}}\+\s{{0,2}}|\+){_TERM})*+")
_START = re.compile(rf"[0-9{''.join(PARTS)}A-Z(\[e](?<![\w)\]}}.,^@#$\\⁺⁻*/].)")
_FORMULA = re.compile(rf"({formula_find.FORMULA})|{_ELECTRON}")
_ARROWS_WITH_EQUALS = re.compile("<=>|=>")
_JOINED_BEFORE, _JOINED_AFTER = re.compile(r"[+>=→⇌⇄-]\s{0,2}$"), re.compile(r"\s{0,2}(?:[+→⇌⇄⟶]|<?[-=]+>|=)")


def find(text: str) -> Iterator[tuple[int, int, Reaction]]:
    """(start, end, reaction) of the unmistakable reactions of a text, from left to right, in linear time."""
    if ARROW.search(text) is None:
        return
    joined: list[re.Match[str]] = []  # sides with arrows between them, so far
    for side in _sides(text):
        if joined and not ARROW.fullmatch(text[joined[-1].end() : side.start()].strip()):
            yield from _reaction(text, joined)
            joined = []
        joined.append(side)
    yield from _reaction(text, joined)


def _sides(text: str) -> Iterator[re.Match[str]]:
    position = 0
    while start := _START.search(text, position):
        side = _SIDE.match(text, start.start())
        position = side.end() if side else start.end()
        if side:
            yield side


def _reaction(text: str, sides: list[re.Match[str]]) -> Iterator[tuple[int, int, Reaction]]:
    if len(sides) != 2:
        return
    start, end = sides[0].start(), sides[1].end()
    if _JOINED_BEFORE.search(text, max(start - 3, 0), start) or _JOINED_AFTER.match(text, end):
        return
    if formula_find.goes_on(text, end):
        return
    written = text[start:end]
    formulas = [match[1] for match in _FORMULA.finditer(written) if match[1]]
    known = [formula for formula in formulas if formula_find.is_unmistakable(formula)]
    if not known:
        return
    with suppress(InputError):
        reaction = reaction_text.read(written)
        if reaction.reactants == reaction.products:
            return
        if reaction.is_balanced() or (_needs_no_balance(written, formulas) and any(map(_is_compound, known))):
            yield start, end, reaction


def _needs_no_balance(written: str, formulas: list[str]) -> bool:
    ions = {formula_find.bare_ion(formula) for formula in formulas}
    return ions <= {None, *_IONS} and "=" not in _ARROWS_WITH_EQUALS.sub("", written)


def _is_compound(formula: str) -> bool:
    return len(formula_text.read(formula).counts) > 1
