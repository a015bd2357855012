"""Read a Markdown document for what in it can be wrong: code blocks, code in running text, links and headings."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

DOCUMENTS = [
    name
    for pattern in ("*.md", "docs/*.md", "config/README.md", "results/README.md")
    for name in sorted(file.relative_to(ROOT).as_posix() for file in ROOT.glob(pattern))
]
#: Documents that another test follows, with that test: they build what is not in the repository.
FOLLOWED = {
    "docs/ADDING_A_DOMAIN.md": "tests/test_guides.py",
    "docs/ADDING_A_TASK.md": "tests/test_guides.py",
}
HERE = [name for name in DOCUMENTS if name not in FOLLOWED]

_FENCE = re.compile(r"( *)(```+|~~~+) *(\S*)")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)|\b(?:src|srcset|href)=\"([^\"]+)\"")


@dataclass(frozen=True)
class Block:
    """A code block: the document below the repository, the line of its first line, its language and its lines."""

    document: str
    line: int
    language: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


@dataclass(frozen=True)
class Document:
    """A document: its name below the repository, its code blocks, and the text around them."""

    name: str
    blocks: tuple[Block, ...]
    prose: str

    def spans(self) -> Iterator[str]:
        """The code in running text, its white space made single spaces."""
        for match in _SPAN.finditer(self.prose):
            yield " ".join(match[2].split())

    def links(self) -> Iterator[str]:
        """What it links to, images among them."""
        for match in _LINK.finditer(_SPAN.sub("", self.prose)):
            yield match[1] or match[2]

    def anchors(self) -> set[str]:
        """The anchors that GitHub makes of its headings."""
        return {anchor(heading) for heading in re.findall(r"^#{1,6} +(.+?) *$", self.prose, re.MULTILINE)}


def anchor(heading: str) -> str:
    """What GitHub makes of a heading: `## 12 + 3, exactly` is #12--3-exactly."""
    drop = set(string.punctuation) - {"-", "_"}
    return "".join(c for c in heading.lower() if c not in drop and (c.isascii() or c.isalnum())).replace(" ", "-")


def read(name: str, root: Path = ROOT) -> Document:
    """A document of the repository; ValueError for a fence that is not closed."""
    lines = (root / name).read_text(encoding="utf-8").split("\n")
    blocks: list[Block] = []
    prose: list[str] = []
    at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        if fence:
            indent, marks, language = fence.groups()
            end = at + 1
            while end < len(lines) and lines[end].strip() != marks:
                end += 1
            if end == len(lines):
                raise ValueError(f"{name}:{at + 1}: a code block that nothing ends")
            inner = tuple(line.removeprefix(indent) for line in lines[at + 1 : end])
            blocks.append(Block(name, at + 2, language, inner))
            at = end + 1
        elif lines[at].startswith("    ") and lines[at].strip() and _begins_indented(lines, at):
            end = at
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            inner = tuple(line[4:] for line in lines[at:end])
            blocks.append(Block(name, at + 1, "", tuple("\n".join(inner).rstrip("\n").split("\n"))))
            at = end
        else:
            prose.append(lines[at])
            at += 1
    return Document(name, tuple(blocks), "\n".join(prose))


def _begins_indented(lines: list[str], at: int) -> bool:
    """Whether an indented line is code: it follows a blank line, and no item of a list goes on in it."""
    above = at - 1
    if above < 0 or lines[above].strip():
        return False
    while above >= 0 and (not lines[above].strip() or lines[above].startswith(" ")):
        above -= 1
    return above < 0 or not re.match(r"(?:[-*+]|\d+[.)]) ", lines[above])
