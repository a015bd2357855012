"""Insert measured results into documents: `python docs/insert_results.py README.md docs/*.md` (`make readme`).

Between `<!-- begin FILE -->` and `<!-- end FILE -->` the text of FILE, a table that the pipeline wrote, is put anew
without its heading; with `<!-- begin FILE until WORDS -->` what stands above the line that begins with these words.

Inside a sentence `<!-- mean EXPERIMENT ROW SPLIT -->98.7<!-- . -->` has the exact match of a row in %, mean over seeds,
from docs/reference/EXPERIMENT/metrics.csv; `lowest` in place of `mean`: that of the lowest seed. `<!-- cell FILE ROW
COLUMN -->...<!-- . -->` has a cell of a table: ROW is what its line begins with, COLUMN the beginning of its heading.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NoReturn

import pandas as pd

BLOCK = re.compile(r"(<!-- begin (\S+)(?: until ([^\n]+?))? -->\n).*?(<!-- end \2 -->)", re.DOTALL)
INLINE = re.compile(r"(<!-- (mean|lowest|cell) (\S+)\s+(\S+)\s+([^>]+?) -->)[^<]*(<!-- \. -->)")
REFERENCE = Path("docs/reference")


def insert(text: str, folder: Path) -> str:
    """The text with every block and every number filled from its file below `folder`.

    FileNotFoundError for a missing file, ValueError for one that does not hold what is asked for.
    """

    def fill(block: re.Match[str]) -> str:
        content = re.sub(r"^# .*\n+", "", (folder / block[2]).read_text(encoding="utf-8"))
        if block[3]:
            above, found, _ = content.partition(f"\n{block[3]}")
            if not found:
                raise ValueError(f"{block[2]}: no line begins with {block[3]!r}")
            content = above
        return block[1] + content + block[4]

    def number(mark: re.Match[str]) -> str:
        start, kind, where, row, column, end = mark.groups()
        found = _cell(folder / where, row, column) if kind == "cell" else _exact_match(folder, kind, where, row, column)
        return start + found + end

    return INLINE.sub(number, BLOCK.sub(fill, text))


def _exact_match(folder: Path, kind: str, experiment: str, row: str, split: str) -> str:
    """Exact match in %, of the seeds' mean or the lowest seed."""
    file = folder / REFERENCE / experiment / "metrics.csv"
    seeds = pd.read_csv(file).query("model == @row and split == @split and metric == 'exact_match'")["value"]
    if seeds.empty:
        raise ValueError(f"{file}: no exact_match of {row} on {split}")
    return f"{100 * (seeds.min() if kind == 'lowest' else seeds.mean()):.1f}"


def _cell(file: Path, row: str, column: str) -> str:
    """A cell of the first Markdown table that has such a column and such a line."""
    heads: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        heads = (heads or cells) if cells else []  # a line that is of no table ends one
        place = next((place for place, head in enumerate(heads) if place and head.startswith(column)), None)
        if cells and cells[0] == row and place is not None:
            return cells[place]
    raise ValueError(f"{file}: no table has a line {row!r} and a column {column!r}")


def main() -> None:
    for name in sys.argv[1:]:
        document = Path(name)
        try:
            document.write_text(insert(document.read_text(encoding="utf-8"), Path()), encoding="utf-8")
        except FileNotFoundError as error:
            hint = "" if error.filename == name else ": make it first, see docs/keep_reference.py"
            refuse(f"{error.filename} is missing{hint}")
        except ValueError as error:
            refuse(str(error))


def refuse(message: str) -> NoReturn:
    """Say in one line what is wrong, and exit with 2."""
    print(f"{Path(__file__).name}: {message}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
