"""Pages for a browser: one file each, with all that it needs inside, so that it opens without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from fluxem.evaluation.markdown import Cells

DATA = Path(__file__).parents[1] / "data"
#: Their names are said in full: that makes the files count for the steps that write pages.
LOOKS = DATA / "page.css"
STEPPING = DATA / "explain.js"


def page(title: str, body: str, script: Path | None = None) -> str:
    """A whole page.

    Args:
        title: as text.
        body: as HTML.
        script: what runs when the page is there.
    """
    code = "" if script is None else f"<script>\n{script.read_text(encoding='utf-8')}</script>\n"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'  # a browser would ask a server for one
        f"<title>{escape(title)}</title>\n<style>\n{LOOKS.read_text(encoding='utf-8')}</style>\n</head>\n"
        f"<body>\n{body}\n{code}</body>\n</html>\n"
    )


def table(rows: Sequence[Cells], names: int) -> str:
    """A table; the first row is the head, the first `names` columns are words, the others numbers.

    Cells are Markdown of one line. A wide table scrolls by itself, so that the page does not.
    """
    return _table(rows, ["" if at < names else ' class="number"' for at in range(len(rows[0]))])


def _table(rows: Sequence[Cells], looks: Sequence[str]) -> str:
    def row(cells: Cells, tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}{look}>{inline(c)}</{tag}>" for c, look in zip(cells, looks, strict=True))

    body = "\n".join(f"{row(cells, 'td')}</tr>" for cells in rows[1:])
    head = f"<thead>\n{row(rows[0], 'th')}</tr>\n</thead>"
    return f'<div class="wide" tabindex="0"><table>\n{head}\n<tbody>\n{body}\n</tbody>\n</table></div>'


def inline(text: str) -> str:
    """The HTML of a line of Markdown: text, and code between backticks."""
    parts = escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))


def from_markdown(text: str) -> str:
    """The HTML of what the tables and reports of the pipeline are written in.

    That is headings, paragraphs, lists of one level and tables, with blank lines between.
    """
    return "\n".join(_block(block.splitlines()) for block in re.split(r"\n{2,}", text.strip()))


def _block(lines: Sequence[str]) -> str:
    if heading := re.fullmatch(r"(#{1,6}) (.*)", lines[0]):
        level = len(heading[1])
        return f"<h{level}>{inline(heading[2])}</h{level}>"
    if lines[0].startswith("| "):
        rules = list(_cells(lines[1]))
        rows = [list(_cells(line)) for line in (lines[0], *lines[2:])]
        return _table(rows, [' class="number"' if rule.endswith(":") else "" for rule in rules])
    if all(line.startswith("- ") for line in lines):
        return "<ul>\n" + "\n".join(f"<li>{inline(line[2:])}</li>" for line in lines) + "\n</ul>"
    return f"<p>{inline(' '.join(lines))}</p>"


def _cells(line: str) -> Iterator[str]:
    return (cell.strip() for cell in line.strip().strip("|").split(" |"))
