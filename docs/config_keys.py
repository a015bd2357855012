"""Insert the schema's tables of keys and rows into config/README.md: `python docs/config_keys.py` (`make readme`).

What stands between `<!-- begin NAME -->` and `<!-- end NAME -->` is put anew for every name in `tables`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from fluxem.pipeline.config import Experiment, Project
from fluxem.pipeline.config_data import ArithmeticData, UnitsData
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.section import Section, is_section

README = Path(__file__).resolve().parents[1] / "config" / "README.md"


def keys_of(section: type[Section], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every key with its field, `above.key`; of the parts for one row those keys that not every row has."""
    parts = {name: field for name, field in section.model_fields.items() if is_section(field.annotation)}
    of_rows = parts.keys() & ROWS.keys()
    for name, field in section.model_fields.items():
        if name not in parts:
            yield f"{above}{name}", field
        elif name not in of_rows:
            yield from keys_of(field.annotation, f"{above}{name}.")
    for name in parts:
        if name in of_rows and ROWS[name].family == name:
            own = parts[name].annotation.model_fields
            yield from ((f"{above}{name}.{key}", own[key]) for key in own if key not in section.model_fields)


def table_of(section: type[Section], above: str = "", without: tuple[str, ...] = ()) -> list[str]:
    """The keys of a section as Markdown: key, default, what."""
    lines = ["| key | default | what |", "|---|---|---|"]
    for key, field in keys_of(section, above):
        if key.split(".")[0] not in without:
            default = "none" if field.is_required() else f"`{_written(field.default)}`"
            lines.append(f"| `{key}` | {default} | {_cell(field.description)} |")
    return lines


def tables() -> dict[str, list[str]]:
    """Every table, by the name of its place."""
    rows = [f"| `{name}` | `train_{row.family}` | {_cell(_described(name))} |" for name, row in ROWS.items()]
    return {
        "keys of config.yaml": table_of(Project),
        "keys of an experiment": table_of(Experiment, without=("data",)),
        "rows": ["| row | script | what |", "|---|---|---|", *rows],
        "data of arithmetic": table_of(ArithmeticData, "data."),
        "data of units": table_of(UnitsData, "data."),
    }


def fill(text: str) -> str:
    """The text with every table put anew; ValueError when one has no place."""
    return put(text, tables())


def put(text: str, tables: Mapping[str, list[str]]) -> str:
    """The text with these tables, lines of Markdown by name, between their marks; ValueError when one has no place."""
    for name, lines in tables.items():
        place = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        body = "\n".join(lines) + "\n"
        text, found = place.subn(lambda marks, body=body: marks[1] + body + marks[2], text)
        if found != 1:
            raise ValueError(f"{name} has {found} places; allowed: one")
    return text


def _described(name: str) -> str:
    row = ROWS[name]
    return row.describe() if row.learned else f"not learned: {row.describe()}"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def _written(value: object) -> str:
    """A default as YAML has it."""
    if isinstance(value, str):
        return value
    plain = list(value) if isinstance(value, tuple) else value
    if isinstance(plain, list) and all(isinstance(item, str) for item in plain):
        return json.dumps(plain)  # which quotes `-` too
    return yaml.safe_dump(plain, default_flow_style=True, width=1000).removesuffix("...\n").strip().replace("'", '"')


if __name__ == "__main__":
    README.write_text(fill(README.read_text(encoding="utf-8")), encoding="utf-8")
