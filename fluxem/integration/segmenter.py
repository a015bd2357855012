"""Where a text holds structured objects: the longest sensible reading of all domains together.

Each domain finds, by itself, the longest pieces of a text that certainly are its own: `9.81 m/s^2` and not `9.81 m`,
a whole reaction and not its formulas; what else each leaves alone in prose, its module says. Where pieces of two
domains overlap, that of the first registered one stands (`fluxem.registry.DOMAINS`). What is made of others comes
first there, so `3.5 ft` is one quantity, `2 H2 + O2 -> 2 H2O` one reaction and `2024-11-22` one date, and numbers are
what is left. A piece that gives way is dropped whole: no part of it is read again.

The time is linear in the length of the text.
"""

from bisect import bisect_left

from fluxem.domains.base import Span, require_text
from fluxem.registry import DOMAINS


def spans(text: str) -> list[Span]:
    """The spans of a text, sorted and non-overlapping.

    Offsets count characters of the text as given. InputError when the text is not a str.
    """
    require_text(text)
    found: list[Span] = []
    for domain in DOMAINS.values():
        taken = found  # sorted, non-overlapping
        ends = [span.end for span in taken]
        free = []
        for span in domain.find(text):
            after = bisect_left(ends, span.start + 1)  # the first taken span that ends beyond our start
            if after == len(taken) or taken[after].start >= span.end:
                free.append(span)
        found = sorted([*taken, *free], key=lambda span: span.start)
    return found


def left_out(text: str) -> list[str]:
    """One line for each part of a text that reads as a value but is no span: no vector holds it exactly."""
    reasons = [reason for domain in DOMAINS.values() for reason in domain.left_out(require_text(text))]
    return [f"offset {offset}: {reason}" for offset, reason in sorted(reasons)]
