"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Cells = Sequence[str]


def table(rows: Sequence[Cells], names: int) -> Iterator[str]:
    """Lines of Markdown; the first row is the head, the first `names` columns are words, the others numbers."""
    rules = [["---"] * names + ["---:"] * (len(rows[0]) - names)]
    return (f"| {' | '.join(row)} |" for row in [rows[0], *rules, *rows[1:]])
