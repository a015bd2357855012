"""`fluxem predict`: the answers of a model to a file of questions."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluxem.commands.model import add_model, ask, notes
from fluxem.commands.parsing import add_command
from fluxem.errors import InputError
from fluxem.integration.strict_json import JsonError, decode
from fluxem.pipeline.files import write_jsonl
from fluxem.pipeline.terminal import paint

if TYPE_CHECKING:
    from fluxem.commands.parsing import Commands

EXAMPLES = """example:
  fluxem predict --model results/arithmetic_small/seed0/hybrid questions.jsonl answers.jsonl

A question is a line such as {"id": 1, "text": "12 * 7"}, its answer {"id": 1, "prediction": "84"}.
"""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "predict", "answer the rows of a JSONL file that have `id` and `text`", EXAMPLES)
    parser.add_argument("questions", type=Path, help="JSONL file; fields other than id and text are ignored")
    parser.add_argument("answers", type=Path, help="JSONL file to write: id and prediction, in the same order")
    add_model(parser)


def run(options: argparse.Namespace) -> int:
    """Answer every row of a file; the output is written whole or not at all."""
    rows = list(_read_questions(options.questions))
    said = ask(options.model, [text for _, text in rows], options.device, trace=False)
    for (name, text), answer in zip(rows, said, strict=True):
        for note in notes(text, answer):
            where = json.dumps(name, ensure_ascii=False)
            print(f"{paint('note:', 'yellow', sys.stderr)} {where}: {note}", file=sys.stderr)
    answers = [{"id": name, "prediction": answer.text} for (name, _), answer in zip(rows, said, strict=True)]
    try:
        write_jsonl(options.answers, answers)
    except OSError as error:
        raise InputError(f"{options.answers}: cannot be written ({error.strerror})") from error
    return 0


def _read_questions(path: Path) -> Iterator[tuple[Any, str]]:
    """(id, text) of every row; InputError names the file and line of the first that cannot be used."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    for number, line in enumerate(lines, start=1):
        where = f"{path}:{number}"
        try:
            row = decode(line)
        except JsonError as error:
            raise InputError(f"{where}: {error}") from error
        if not isinstance(row, dict):
            raise InputError(f"{where}: a row is an object with `id` and `text`, not {type(row).__name__}")
        if not isinstance(row.get("id"), (str, int)) or isinstance(row["id"], bool):
            raise InputError(f"{where}: `id` is {'missing' if 'id' not in row else 'no string or integer'}")
        if not isinstance(row.get("text"), str):
            raise InputError(f"{where}: `text` is {'missing' if 'text' not in row else 'no string'}")
        yield row["id"], row["text"]
