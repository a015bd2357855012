"""`fluxem validate`: the validator of the sample format, under the name of the command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fluxem.integration import sample_format

if TYPE_CHECKING:
    from fluxem.commands.parsing import Commands

EXAMPLES = """exit status: 0 all lines are valid, 1 some are not, 2 wrong usage or an unreadable file

examples:
  fluxem validate results/arithmetic_small/seed0/data/*.jsonl
  fluxem validate --max-errors 5 mine.jsonl
"""


def add(commands: Commands) -> None:
    """Declare the command, with the options that the validator has."""
    theirs = sample_format._parser()
    commands.add_parser(
        "validate",
        help="check files of samples, line by line",
        description=theirs.description,
        epilog=EXAMPLES,
        formatter_class=theirs.formatter_class,
        parents=[theirs],
        conflict_handler="resolve",  # both have --help
    )


def run(arguments: Sequence[str]) -> int:
    """Validate, with the arguments after the command's name, which its parser has accepted."""
    return sample_format.main(arguments)
