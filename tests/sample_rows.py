"""A valid sample to be spoiled, and short ways to ask what is wrong with a line."""

import json
from pathlib import Path
from typing import Any

from fluxem.integration.sample_format import Problem, validate_line

TEXT = "What is 12 + 7?"
TWELVE = {"type": "number", "start": 8, "end": 10, "value": 12}
SEVEN = {"type": "number", "start": 13, "end": 14, "value": 7}
ROW: dict[str, Any] = {"text": TEXT, "spans": [TWELVE, SEVEN], "target_text": "19"}


def problems_of(line: bytes | str, **options: Any) -> list[Problem]:
    found = validate_line(line, **options)
    return found if isinstance(found, list) else []


def row_problems(row: object) -> list[tuple[str, str]]:
    return [(problem.field, problem.message) for problem in problems_of(json.dumps(row))]


def with_spans(*spans: object) -> dict[str, Any]:
    return ROW | {"spans": list(spans)}


def write(path: Path, *lines: bytes | str) -> Path:
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return path
