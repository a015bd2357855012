"""Reads a guide of docs/ADDING_*.md into what its reader is told to do, step by step.

Every fenced block of a guide is one of:

- **`path`** (new file), alone on the line before the block: the block is the whole file;
- **`path`** (change): the block, of language `diff`, has lines that stay (after a space), go (-) and come (+); parts of
  the file far from each other are separated by a line `@@`;
- language `console`: lines `$ command`, each above all that it prints; `...` stands for anything;
- language `pycon`: a session of Python, as `doctest` reads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TITLE = re.compile(r"\*\*`(?P<path>[^`]+)`\*\* \((?P<what>new file|change)\)")
_FENCE = re.compile(r"(?P<ticks>`{3,}|~{3,})(?P<language>\S*)")


class GuideError(ValueError):
    """A guide that cannot be followed; the message begins with file and line."""


@dataclass(frozen=True)
class NewFile:
    """A file to be written."""

    where: str
    path: str
    text: str


@dataclass(frozen=True)
class Change:
    """A file in which each of some pieces of text, of whole lines, is to be replaced by another."""

    where: str
    path: str
    pieces: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Command:
    """A command line, and what it prints."""

    where: str
    line: str
    prints: str


@dataclass(frozen=True)
class Session:
    """A session of Python."""

    where: str
    text: str


Step = NewFile | Change | Command | Session


def steps(text: str, name: str) -> list[Step]:
    """What a guide says, in its order; GuideError for a block, or a title of one, that has another form.

    Args:
        text: the guide.
        name: what messages call it.
    """
    found: list[Step] = []
    lines = text.split("\n")
    title: re.Match[str] | None = None
    at = 0
    while at < len(lines):
        where = f"{name}:{at + 1}"
        fence = _FENCE.match(lines[at])
        if fence is None:
            if title is not None and lines[at].strip():
                raise GuideError(f"{where}: expected the block of {title['path']}, found {lines[at]!r}")
            title = title or _TITLE.fullmatch(lines[at])
            if title is None and lines[at].startswith("**`"):
                raise GuideError(f"{where}: {lines[at]!r} is no title; allowed: **`path`** (new file), or (change)")
            if title is None and "```" in lines[at]:
                raise GuideError(f"{where}: a block that is not at the start of its line")
            at += 1
            continue
        end = next((row for row in range(at + 1, len(lines)) if lines[row].rstrip() == fence["ticks"]), None)
        if end is None:
            raise GuideError(f"{where}: the block does not end")
        found += _block(where, title, fence["language"], lines[at + 1 : end])
        title, at = None, end + 1
    if title is not None:
        raise GuideError(f"{name}:{len(lines)}: expected the block of {title['path']}, found the end")
    return found


def _block(where: str, title: re.Match[str] | None, language: str, lines: list[str]) -> list[Step]:
    match title and title["what"], language:
        case "new file", _:
            assert title is not None
            return [NewFile(where, title["path"], "".join(f"{line}\n" for line in lines))]
        case "change", "diff":
            assert title is not None
            return [Change(where, title["path"], tuple(_pieces(where, lines)))]
        case None, "console":
            return list(_commands(where, lines))
        case None, "pycon":
            return [Session(where, "".join(f"{line}\n" for line in lines))]
    raise GuideError(
        f"{where}: a block of language {language!r}{' under a title' if title else ''}; "
        "allowed: a file under its title, a diff under that of a change, console, pycon"
    )


def _pieces(where: str, lines: list[str]) -> list[tuple[str, str]]:
    pieces = []
    for part in "\n".join(lines).split("\n@@\n"):
        before, after = "", ""
        for line in part.split("\n"):
            sign, rest = line[:1] or " ", f"{line[1:]}\n"
            if sign not in " +-":
                raise GuideError(f"{where}: {line!r} in a change; allowed: lines after a space, + or -, and @@ alone")
            before += rest if sign != "+" else ""
            after += rest if sign != "-" else ""
        if before == after:
            raise GuideError(f"{where}: a change that changes nothing")
        if not before:
            raise GuideError(f"{where}: a change without a line that is there")
        pieces.append((before, after))
    return pieces


def _commands(where: str, lines: list[str]) -> list[Command]:
    if not lines or not lines[0].startswith("$ "):
        raise GuideError(f"{where}: a console block begins with a command, `$ ...`")
    commands: list[Command] = []
    for line in lines:
        if line.startswith("$ "):
            commands.append(Command(where, line[2:], ""))
        else:
            last = commands.pop()
            commands.append(Command(last.where, last.line, f"{last.prints}{line}\n"))
    return commands
