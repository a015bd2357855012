"""Insert measured results into a document: `python docs/insert_results.py README.md` (`make readme`).

Between `<!-- begin FILE -->` and `<!-- end FILE -->` the text of FILE, a table that the pipeline wrote, is put anew,
without its heading.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"(<!-- begin (\S+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def insert(text: str, folder: Path) -> str:
    """The text with every block filled from its file below `folder`; FileNotFoundError for a missing one."""

    def fill(block: re.Match[str]) -> str:
        content = (folder / block[2]).read_text(encoding="utf-8")
        return block[1] + re.sub(r"^# .*\n+", "", content) + block[3]

    return BLOCK.sub(fill, text)


def main() -> None:
    for name in sys.argv[1:]:
        document = Path(name)
        try:
            document.write_text(insert(document.read_text(encoding="utf-8"), Path()), encoding="utf-8")
        except FileNotFoundError as error:
            sys.exit(f"{error.filename} is missing: make it first, for example with `make small`")


if __name__ == "__main__":
    main()
