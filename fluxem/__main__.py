"""`fluxem explain|predict|encode|validate`: ask a trained model, look at vectors, check files of samples."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from typing import Any

from fluxem.commands import encode, explain, predict, validate
from fluxem.errors import InputError, reader_left
from fluxem.pipeline.terminal import paint

EPILOG = f"""{explain.EXAMPLES}{predict.EXAMPLES.splitlines()[1]}
{encode.EXAMPLES.splitlines()[1]}
{validate.EXAMPLES.splitlines()[-1]}

`fluxem COMMAND --help` says more; `python -m fluxem` is the same.
"""


class _Version(argparse.Action):
    """Print the installed version, looked up only then."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, nargs=0, help="print the version")

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        try:
            print(f"fluxem {version('fluxem')}")
        except PackageNotFoundError:
            print("fluxem, not installed")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status: 0, or 2 with one line on standard error for input that cannot be used.

    `validate` has 1 too, for files that it finds problems in.
    """
    given = _texts_last(list(sys.argv[1:] if arguments is None else arguments))
    options = _parser().parse_args(given)
    if options.command == "validate":
        return validate.run(given[given.index("validate") + 1 :])
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without ⟦ shows ? for it
    try:
        status = {"explain": explain, "predict": predict, "encode": encode}[options.command].run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        return reader_left()
    except InputError as error:
        print(f"{paint(f'fluxem {options.command}:', 'red', sys.stderr)} {error}", file=sys.stderr)
        return 2
    return status


def _texts_last(given: list[str]) -> list[str]:
    """The arguments, a text such as -3/4 behind `--`: argparse would take it for an option."""
    texts = [each for each in given if re.match(r"-[^-\sa-zA-Z]", each)]
    if not texts or "--" in given or given[0] not in ("explain", "encode"):
        return given
    return [*(each for each in given if each not in texts), "--", *texts]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fluxem",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (explain, predict, encode, validate):
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
