"""A trained model, asked: what `explain` and `predict` share."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from fluxem.errors import InputError
from fluxem.integration.segmenter import left_out, spans
from fluxem.models.answer import Answer

_ROOT = Path(__file__).resolve().parents[2]


def add_model(parser: argparse.ArgumentParser) -> None:
    """Declare which model a command asks, and where it runs."""
    parser.add_argument("--model", type=Path, required=True, metavar="DIR", help="folder of a trained model")
    parser.add_argument("--device", default="cpu", help="cpu (the default), cuda, cuda:N or mps")


def ask(folder: Path, texts: list[str], device: str, *, trace: bool) -> list[Answer]:
    """The answers to some questions, in order, with their steps where `trace`.

    InputError for a folder that holds no model, a device that is not there, or a library that is not installed.
    """
    try:
        from fluxem.models.inference import answer_all
        from fluxem.models.load import load_model
    except ModuleNotFoundError as error:
        raise InputError(f"{error.name} is not installed; run `{_install()}`") from error
    return answer_all(load_model(folder, device), texts, trace=trace)


def notes(text: str, answer: Answer) -> Iterator[str]:
    """What a person should know about an answer that is not the plain case."""
    yield from left_out(text)
    if not answer.text and not answer.ended:
        yield f"{len(text)} characters are more than a model reads; answered with nothing"
    elif answer.source == "characters" and answer.decisions:
        found = "the router chose to speak" if spans(text) else "no span found"
        yield f"{found}: the answer was spoken in characters"
    elif answer.source == "executor":
        yield "the executor refused a reduction: a division by zero, or a result beyond the exact range"


def _install() -> str:
    """The command that installs what models need: in a clone the versions that results are made with."""
    clone = (_ROOT / "constraints.txt").is_file()
    return 'pip install -c constraints.txt -e ".[train]"' if clone else 'pip install "fluxem[train]"'
