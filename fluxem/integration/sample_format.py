"""The sample format: one JSON object a line (JSONL, UTF-8), strictly validated.

    {"text": "1/3 of 12?", "target_text": "4", "spans": [
        {"type": "number", "start": 0, "end": 3, "value": "1/3"},
        {"type": "number", "start": 7, "end": 9, "value": 12}]}        (on one line)

| key | | what it holds |
|---|---|---|
| `text` | needed | the question, a string that is not empty |
| `target_text` | needed | the answer, a string that is not empty |
| `spans` | | a list in order of `start`, none overlapping another; a token-only sample has none |
| `target_value` | | what `target_text` reads as: a number, a fraction such as "1/3", true or false |
| `id` | | a string or an integer |
| `metadata` | | any object |

A span says that `text[start:end]`, counted in Unicode characters, reads as `value` in the registered domain
`type`. How `value` is given depends on the domain:

| `type` | `value` |
|---|---|
| number | a JSON number, taken exactly as written, or a fraction in a string |
| phys_quantity | the number it is in SI base units, with `dims`: integer exponents of I, J, L, M, N, T, Theta |
| boolean | true or false, or a string |
| every other | a string that the domain reads, such as "H2O" or "2024-11-22" |

Quantities, and no other spans, have `dims`. No other keys exist.

Lines end in `\\n` or `\\r\\n`; the last may go without. Anything else in a line is a problem that names the
line and the field, and one bad line never hides another. `strict_json` says what is refused as JSON.
"""

import argparse
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fluxem.domains.base import Domain, Span
from fluxem.errors import InputError, reader_left
from fluxem.integration.sample_rules import SAMPLE, Checker, ReadSpan
from fluxem.integration.strict_json import JsonError, decode
from fluxem.registry import DOMAINS

_PART_BYTES = 1 << 20  # a file is read in parts of whole lines of about this size
_ENCODED_AT_ONCE = 4096  # values: 2 MiB of vectors

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Sample:
    """A valid line. Values are as their domain reads them (int, Fraction); metadata has int and Decimal."""

    text: str
    target_text: str
    spans: tuple[Span, ...] = ()
    target_value: Any = None
    id: str | int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field, such as `spans[1].end`; `sample` is the whole line. The first line is 1."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.line}: {self.field}: {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """How many lines and valid lines a file has, how many problems in the others, and the first of those."""

    lines: int
    valid: int
    problem_count: int
    problems: tuple[Problem, ...]


def validate_line(line: bytes | str, number: int = 1, check_encoding: bool = False) -> Sample | list[Problem]:
    """The sample of line `number`, or every problem it has. Raises nothing, whatever the line."""
    reader = _Reader(check_encoding)
    return reader.read(number, [line]) or reader.samples[0]


def read_samples(path: PathLike, check_encoding: bool = False) -> list[Sample]:
    """The samples of a file. InputError when it is unreadable, or with its first problem and a count."""
    reader = _Reader(check_encoding)
    problems = [problem for _, found in reader.read_file(path) for problem in found]
    if problems:
        more = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
        raise InputError(f"{os.fspath(path)}:{problems[0]}{more}")
    return reader.samples


def validate_file(path: PathLike, check_encoding: bool = True, most_problems: int | None = None) -> Report:
    """Check every line; the report counts all problems and holds the first `most_problems` (None: all).

    With `check_encoding`, each span's value must come back from its vector. InputError when it is unreadable.
    """
    lines = invalid = problem_count = 0
    problems: list[Problem] = []
    for line_count, found in _Reader(check_encoding, keep=False).read_file(path):
        lines += line_count
        invalid += len({problem.line for problem in found})
        problem_count += len(found)
        problems += found if most_problems is None else found[: max(most_problems - len(problems), 0)]
    return Report(lines, max(lines - invalid, 0), problem_count, tuple(problems))


class _Reader:
    """Reads lines into problems and, if they are to be kept, samples."""

    def __init__(self, check_encoding: bool, keep: bool = True) -> None:
        self.check_encoding = check_encoding
        self.keep = keep
        self.checker = Checker(DOMAINS)
        self.samples: list[Sample] = []

    def read_file(self, path: PathLike) -> Iterator[tuple[int, list[Problem]]]:
        """For each part of a file, the number of its lines and their problems."""
        first = 1
        try:
            with open(path, "rb") as file:
                while lines := file.readlines(_PART_BYTES):
                    yield len(lines), self.read(first, lines)
                    first += len(lines)
        except OSError as error:
            raise InputError(f"{os.fspath(path)}: cannot be read: {error.strerror}") from None
        if first == 1:
            yield 0, [Problem(1, SAMPLE, "the file is empty; expected one object a line")]

    def read(self, first: int, lines: Sequence[bytes | str]) -> list[Problem]:
        """The problems of the lines from number `first` on, in order."""
        problems: list[Problem] = []
        to_encode: list[tuple[int, list[ReadSpan]]] = []
        for number, line in enumerate(lines, first):
            try:
                row = decode(line)
                faults = self.checker.check(row)
            except JsonError as error:
                faults = [(SAMPLE, str(error))]
            if faults:
                problems += [Problem(number, *fault) for fault in faults]
                continue
            if self.check_encoding:
                to_encode.append((number, self.checker.spans))
            if self.keep:
                self.samples.append(self._sample(row))
        problems += _encoding_problems(to_encode)
        return sorted(problems, key=lambda problem: problem.line)

    def _sample(self, row: dict[str, Any]) -> Sample:
        spans = tuple(Span(*span) for span in self.checker.spans)
        target = (row["target_text"], spans, self.checker.target_value)
        return Sample(row["text"], *target, row.get("id"), row.get("metadata", {}))


def _encoding_problems(lines: list[tuple[int, list[ReadSpan]]]) -> Iterator[Problem]:
    """The values that do not come back from their vectors. Each value is encoded once, with many others."""
    places: dict[str, dict[Any, list[tuple[int, int]]]] = {}  # by domain, by value: line, index of the span
    for number, spans in lines:
        for index, (domain, _, _, value) in enumerate(spans):
            places.setdefault(domain, {}).setdefault(value, []).append((number, index))
    for domain, by_value in places.items():
        values = list(by_value)
        for at in range(0, len(values), _ENCODED_AT_ONCE):
            for value, why in _lost(DOMAINS[domain], values[at : at + _ENCODED_AT_ONCE]):
                yield from (Problem(number, f"spans[{index}].value", why) for number, index in by_value[value])


def _lost(domain: Domain, values: list[Any]) -> Iterator[tuple[Any, str]]:
    """(value, why) for those that no vector holds; a batch that is refused is halved to find them."""
    try:
        held = domain.decode(domain.encode(values))
    except InputError as error:
        if len(values) == 1:
            yield values[0], str(error)
            return
        half = len(values) // 2
        yield from _lost(domain, values[:half])
        yield from _lost(domain, values[half:])
    else:
        for value, back in zip(values, held, strict=True):
            if back != value:
                yield value, f"{value} comes back from its vector as {back}"


# --- command line ---


def main(arguments: Sequence[str] | None = None) -> int:
    """Validate the files named on the command line; returns the exit status that `--help` describes."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a path need not be printable
    try:
        status = max([_report(path, options) for path in options.files])
        sys.stdout.flush()
    except BrokenPipeError:
        return reader_left()
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fluxem.integration.sample_format",
        description="Validate files of samples, one JSON object a line.",
        epilog="exit status: 0 all lines are valid, 1 some are not, 2 wrong usage or an unreadable file\n\n"
        "example: python -m fluxem.integration.sample_format --max-errors 5 train.jsonl test_id.jsonl",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    encoding = "do not check that each value comes back from its vector"
    parser.add_argument("--no-encoding", action="store_true", help=encoding)
    listing = parser.add_mutually_exclusive_group()
    cap = "problems listed per file (default 20); all are counted"
    listing.add_argument("--max-errors", type=_count, default=20, metavar="N", help=cap)
    listing.add_argument("-v", "--verbose", action="store_true", help="list every problem")
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise argparse.ArgumentTypeError(f"expected how many problems to list, 0 or more, got {text!r:.40}")
    return int(text)


def _report(path: str, options: argparse.Namespace) -> int:
    try:
        report = validate_file(path, not options.no_encoding, None if options.verbose else options.max_errors)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    for problem in report.problems:
        print(f"{path}:{problem}", file=sys.stderr)
    if unlisted := report.problem_count - len(report.problems):
        print(f"{path}: {unlisted} more problems not listed; -v lists all", file=sys.stderr)
    print(f"{path}: {report.valid} of {report.lines} samples valid")
    return 1 if report.problem_count else 0


if __name__ == "__main__":
    sys.exit(main())
