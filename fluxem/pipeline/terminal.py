"""Colour for people who look at a terminal; files, pipes and programs get plain text."""

from __future__ import annotations

import os
from typing import Literal, TextIO

Style = Literal["bold", "cyan", "dim", "red", "yellow"]
_CODES: dict[Style, int] = {"bold": 1, "dim": 2, "red": 31, "yellow": 33, "cyan": 36}


def takes_colour(stream: TextIO) -> bool:
    """Whether a stream is a terminal on which colour is wanted: NO_COLOR is not set, TERM is not "dumb"."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, style: Style, stream: TextIO) -> str:
    """The text in a style, where the stream takes colour; else the text."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text and takes_colour(stream) else text
