"""`python -m fluxem explain|predict`: ask a trained model."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from fluxem.errors import InputError, reader_left
from fluxem.integration.segmenter import left_out, spans
from fluxem.models.answer import Answer

EXAMPLES = """examples:
  python -m fluxem explain --model results/arithmetic_small/seed0/hybrid "12 + 34 * 5"
  python -m fluxem predict --model results/arithmetic_small/seed0/hybrid questions.jsonl answers.jsonl
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status: 0, or 2 with one line on standard error for input that cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m fluxem",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    explaining = commands.add_parser("explain", help="print the stream and every reduction of one question")
    explaining.add_argument("question", help="the text of the question")
    predicting = commands.add_parser("predict", help="answer the rows of a JSONL file that have `id` and `text`")
    predicting.add_argument("questions", type=Path, help="JSONL file; fields other than id and text are ignored")
    predicting.add_argument("answers", type=Path, help="JSONL file to write: id and prediction, in the same order")
    for command in (explaining, predicting):
        command.add_argument("--model", type=Path, required=True, metavar="DIR", help="folder of a trained model")
        command.add_argument("--device", default="cpu", help="cpu (the default), cuda, cuda:N or mps")
    options = parser.parse_args(arguments)
    try:
        if options.command == "explain":
            explain(options.model, options.question, options.device)
        else:
            predict(options.model, options.questions, options.answers, options.device)
        sys.stdout.flush()
    except BrokenPipeError:
        return reader_left()
    except InputError as error:
        print(f"fluxem {options.command}: {error}", file=sys.stderr)
        return 2
    return 0


def explain(folder: Path, question: str, device: str) -> None:
    """Print how a model answers one question: for a hybrid, every stream, what was chosen and with what probability."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without ⟦ shows ? for it
    (answer,) = _ask(folder, [question], device, trace=True)
    for note in _notes(question, answer):
        print(f"note: {note}", file=sys.stderr)
    width = max((len(step.stream) for step in answer.steps), default=0)
    chosen = max((len(step.choice) for step in answer.steps), default=0)
    for step in answer.steps:
        print(f"  {step.stream:<{width}}   {step.choice:<{chosen}}   {step.probability:8.3%}")
    print(answer.text)


def predict(folder: Path, questions: Path, answers: Path, device: str) -> None:
    """Answer every row of a file; the output is written whole or not at all."""
    from fluxem.pipeline.files import write_jsonl

    rows = list(_read_questions(questions))
    said = _ask(folder, [text for _, text in rows], device, trace=False)
    for (name, text), answer in zip(rows, said, strict=True):
        for note in _notes(text, answer):
            print(f"note: {json.dumps(name, ensure_ascii=False)}: {note}", file=sys.stderr)
    try:
        write_jsonl(answers, [{"id": name, "prediction": a.text} for (name, _), a in zip(rows, said, strict=True)])
    except OSError as error:
        raise InputError(f"{answers}: cannot be written ({error.strerror})") from error


def _ask(folder: Path, texts: list[str], device: str, *, trace: bool) -> list[Answer]:
    try:
        from fluxem.models.inference import answer_all
        from fluxem.models.load import load_model
    except ModuleNotFoundError as error:
        raise InputError(
            f'{error.name} is not installed; run `pip install -c constraints.txt -e ".[train]"`'
        ) from error
    return answer_all(load_model(folder, device), texts, trace=trace)


def _notes(text: str, answer: Answer) -> Iterator[str]:
    """What a person should know about an answer that is not the plain case."""
    yield from left_out(text)
    if not answer.text and not answer.ended:
        yield f"{len(text)} characters are more than a model reads; answered with nothing"
    elif answer.source == "characters" and answer.decisions:
        found = "the router chose to speak" if spans(text) else "no span found"
        yield f"{found}: the answer was spoken in characters"
    elif answer.source == "executor":
        yield "the executor refused a reduction: a division by zero, or a result beyond the exact range"


def _read_questions(path: Path) -> Iterator[tuple[Any, str]]:
    """(id, text) of every row; InputError names the file and line of the first that cannot be used."""
    from fluxem.integration.strict_json import JsonError, decode

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


if __name__ == "__main__":
    sys.exit(main())
