"""Typographic look-alikes, as ASCII."""

_MINUS = "\N{MINUS SIGN}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}"
_TIMES = "\N{MULTIPLICATION SIGN}\N{MIDDLE DOT}\N{DOT OPERATOR}\N{ASTERISK OPERATOR}\N{MULTIPLICATION X}"
_DIVIDE = "\N{DIVISION SIGN}\N{DIVISION SLASH}\N{FRACTION SLASH}"
_SPACE = "\N{NO-BREAK SPACE}\N{FIGURE SPACE}\N{THIN SPACE}\N{HAIR SPACE}\N{NARROW NO-BREAK SPACE}"

_GROUPS = {"-": _MINUS, "*": _TIMES, "/": _DIVIDE, " ": _SPACE}
_ASCII = str.maketrans({character: plain for plain, group in _GROUPS.items() for character in group})


def normalise(text: str) -> str:
    """The text as a model reads it: look-alikes replaced one for one, so that offsets stay valid."""
    return text.translate(_ASCII)
