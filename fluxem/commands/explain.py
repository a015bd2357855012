"""`fluxem explain`: one question, and how a model came to its answer."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from fluxem.commands.model import add_model, ask, notes
from fluxem.commands.parsing import add_command
from fluxem.pipeline.terminal import paint

if TYPE_CHECKING:
    from fluxem.commands.parsing import Commands

EXAMPLES = """examples:
  fluxem explain --model results/arithmetic_small/seed0/hybrid "12 + 34 * 5"
  fluxem explain --model results/units/seed0/hybrid "How many cm are in 3.5 ft?"
"""
_TOKEN = re.compile(r"⟦[^⟧]*⟧")


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "explain", "print the stream and every reduction of one question", EXAMPLES)
    parser.add_argument("question", help="the text of the question")
    add_model(parser)


def run(options: argparse.Namespace) -> int:
    """Print how a model answers one question: for a hybrid, every stream, what was chosen and with what probability."""
    (answer,) = ask(options.model, [options.question], options.device, trace=True)
    for note in notes(options.question, answer):
        print(f"{paint('note:', 'yellow', sys.stderr)} {note}", file=sys.stderr)
    width = max((len(step.stream) for step in answer.steps), default=0)
    chosen = max((len(step.choice) for step in answer.steps), default=0)
    for step in answer.steps:
        stream = _TOKEN.sub(lambda token: paint(token[0], "cyan", sys.stdout), step.stream)
        print(f"  {stream}{'':{width - len(step.stream)}}   {step.choice:<{chosen}}   {step.probability:8.3%}")
    print(paint(answer.text, "bold", sys.stdout))
    return 0
