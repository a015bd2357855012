"""Changes to a repository, for tests to make and to see what follows from them. Each takes the repository's folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

Change = Callable[[Path], None]


def edit(name: str, old: str, new: str) -> Change:
    """Replace a text, which must be there, in a file, the first time that it occurs."""

    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return change


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(folder: Path) -> None:
        for each in changes:
            each(folder)

    return change


def keeping_the_time(change: Change, name: str) -> Change:
    """The change of a file, with its time of change as before, as rsync and tar leave it."""

    def keep(folder: Path) -> None:
        before = (folder / name).stat()
        change(folder)
        os.utime(folder / name, ns=(before.st_atime_ns, before.st_mtime_ns))

    return keep


def there_and_back(name: str, old: str, new: str) -> Change:
    """An edit that is taken back."""
    return both(edit(name, old, new), edit(name, new, old))


def touch(*names: str) -> Change:
    """Files get the time of now."""
    return both(*(lambda folder, name=name: os.utime(folder / name) for name in names))  # type: ignore[misc]


def rewrite(name: str, more: bytes = b" ") -> Change:
    """A file is written again, with more at its end."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes((folder / name).read_bytes() + more)

    return change


def remove(name: str) -> Change:
    """A file is deleted."""
    return lambda folder: (folder / name).unlink()


def add(name: str, text: str = "x") -> Change:
    """A file that was not there."""

    def change(folder: Path) -> None:
        assert not (folder / name).exists()
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    return change


def rename(old: str, new: str) -> Change:
    """A file gets another name."""

    def change(folder: Path) -> None:
        (folder / old).rename(folder / new)

    return change
