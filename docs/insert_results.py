"""Insert measured results into a document: `python docs/insert_results.py README.md` (`make readme`).

Between `<!-- begin FILE -->` and `<!-- end FILE -->` the text of FILE, a table that the pipeline wrote, is put anew
without its heading; with `<!-- begin FILE until WORDS -->` what stands above the line that begins with these words.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NoReturn

BLOCK = re.compile(r"(<!-- begin (\S+)(?: until ([^\n]+?))? -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def insert(text: str, folder: Path) -> str:
    """The text with every block filled from its file below `folder`.

    FileNotFoundError for a missing file, ValueError for one in which no line begins with the words to stop at.
    """

    def fill(block: re.Match[str]) -> str:
        content = re.sub(r"^# .*\n+", "", (folder / block[2]).read_text(encoding="utf-8"))
        if block[3]:
            above, found, _ = content.partition(f"\n{block[3]}")
            if not found:
                raise ValueError(f"{block[2]}: no line begins with {block[3]!r}")
            content = above
        return block[1] + content + block[4]

    return BLOCK.sub(fill, text)


def main() -> None:
    for name in sys.argv[1:]:
        document = Path(name)
        try:
            document.write_text(insert(document.read_text(encoding="utf-8"), Path()), encoding="utf-8")
        except FileNotFoundError as error:
            hint = "" if error.filename == name else ": make it first, for example with `make small`"
            refuse(f"{error.filename} is missing{hint}")
        except ValueError as error:
            refuse(str(error))


def refuse(message: str) -> NoReturn:
    """Say in one line what is wrong, and exit with 2."""
    print(f"{Path(__file__).name}: {message}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
