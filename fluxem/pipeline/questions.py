"""Questions that people wrote for the explain pages: config/explain/<task>.tsv."""

from __future__ import annotations

from pathlib import Path

from fluxem.pipeline.load import ConfigError, Values

#: `values`: what a reader finds in the question to compute with, from left to right, with "; " between; may be empty.
#: `tries`: what of the question training did or did not show.
COLUMNS = ("question", "answer", "values", "tries")


def read_questions(file: Path) -> list[Values]:
    """The rows of a file, by column.

    Raises:
        ConfigError: it cannot be read, or a row is not as `COLUMNS` says; the message names file and line.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 text") from error
    allowed = f"allowed: {', '.join(COLUMNS)}, with tabs between"
    rows = [line.split("\t") for line in lines] or [[]]
    if tuple(rows[0]) != COLUMNS:
        raise ConfigError(f"{file}: line 1: is not the head; {allowed}")
    for number, cells in enumerate(rows[1:], start=2):
        if len(cells) != len(COLUMNS):
            raise ConfigError(f"{file}: line {number}: has {len(cells)} columns; {allowed}")
        for name, cell in zip(COLUMNS, cells, strict=True):
            if name != "values" and not cell.strip():
                raise ConfigError(f"{file}: line {number}: {name} is empty; allowed: a text")
    return [dict(zip(COLUMNS, cells, strict=True)) for cells in rows[1:]]
