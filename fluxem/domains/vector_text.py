"""How vectors are written.

Two or more numbers between brackets, with commas: `(1, 2.5, -1/3)`, `[1, 2]`, `⟨1, 2⟩`; but `(1,234)` is one number,
and `(1,234, 5)` nothing certain. In a text, what else such brackets may be is left out: arguments and indices, which
touch a word (`f(1, 2)`), citations, that is positive integers in square brackets (`[4, 2]`) or years (`(2019, 2020)`),
and intervals (`[-1, 1]`), unless an operator or the word `vector` stands beside them. A whole text may be one of these,
or have one entry: `(5,)`.

All of it takes time linear in the text: a list ends at the next character that no number has.
"""

import re
from collections.abc import Iterator

from fluxem.domains import numerals
from fluxem.domains.base import require_text
from fluxem.domains.numerals import Number
from fluxem.residues import PRODUCT

_CLOSING = {"(": ")", "[": "]", "⟨": "⟩"}
_SIGNS = "-+\N{MINUS SIGN}\N{EN DASH}"
_LIST = re.compile(
    rf"[(\[⟨](?<![\w)\]⟩}}].)(?P<inside>[-+{_SIGNS[2:]}. 0-9][-+{_SIGNS[2:]}., /0-9eE]*+)[)\]⟩](?![\w(\[])"
)
_COMMA = re.compile(r"\s*,\s*")
_BESIDE = frozenset(_SIGNS + "*/=×·⋅∙÷")
_VECTOR_BEFORE = re.compile(r"\b[Vv]ectors?\s*$")


def lists(text: str) -> Iterator[tuple[int, int, tuple[Number, ...]]]:
    """(start, end, entries) of what reads as a vector in a text."""
    for match in _LIST.finditer(text):
        entries = _entries(match)
        if entries is not None and len(entries) > 1 and not _something_else(text, match, entries):
            yield match.start(), match.end(), entries


def whole(text: str) -> tuple[Number, ...] | None:
    """The entries of the vector that a whole text is; None if it is none."""
    match = _LIST.fullmatch(require_text(text).strip())
    return _entries(match) if match else None


def _entries(match: re.Match[str]) -> tuple[Number, ...] | None:
    """The numbers between brackets; None where anything but commas stands between them."""
    if _CLOSING[match[0][0]] != match[0][-1]:
        return None
    inside = match["inside"]
    entries: list[Number] = []
    end = -1
    for literal in numerals.literals(inside):
        between = _COMMA.fullmatch(inside, end, literal.start) if entries else not inside[: literal.start].strip()
        if not between or "," in inside[literal.start : literal.end]:
            return None
        entries.append(PRODUCT if literal.value is None else literal.value)  # no vector holds PRODUCT
        end = literal.end
    rest = inside[end:].strip() if entries else None
    return tuple(entries) if rest == ("," if len(entries) == 1 else "") else None


def _something_else(text: str, match: re.Match[str], entries: tuple[Number, ...]) -> bool:
    """Whether a list looks like a citation or an interval, and nothing beside it says otherwise."""
    if match[0][0] == "[":
        cited = all(entry.denominator == 1 and entry > 0 for entry in entries)
        if not cited and not (len(entries) == 2 and entries[0] < entries[1]):
            return False
    elif not all(entry.denominator == 1 and 1500 <= entry < 2200 for entry in entries):
        return False
    before = text[max(match.start() - 12, 0) : match.start()].rstrip()
    after = text[match.end() : match.end() + 4].lstrip()
    return not (before[-1:] in _BESIDE or after[:1] in _BESIDE or _VECTOR_BEFORE.search(before))
