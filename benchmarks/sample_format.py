"""How fast files of samples are validated, and whether mutated lines get past the validator or bring it down.

python benchmarks/sample_format.py                  samples per second of processor time
python benchmarks/sample_format.py --fuzz 1000000   the verdicts on mutated lines, always the same ones
"""

# ruff: noqa: E402 - the number of threads is read when numpy is loaded
import os

if __name__ == "__main__":
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

from fluxem.integration.sample_format import Sample, validate_file, validate_line
from fluxem.registry import DOMAINS

REPEATS = 5
FIELD = re.compile(
    r"sample|text|target_text|target_value|id|metadata"
    r"|spans(\[\d+\](\.(type|start|end|value|dims(\.(I|J|L|M|N|T|Theta))?))?)?"
)
INSERTED = (
    b'"',
    b"{",
    b"}",
    b"[",
    b",",
    b":",
    b"0",
    b"-",
    b".5",
    b"e5",
    b"\\",
    b"\xff",
    b"\0",
    b"true",
    b"null",
)


def question(draw: random.Random, low: int, high: int, extra: bool) -> dict[str, Any]:
    """A sample with three numbers of [low, high], with every optional key if `extra`."""
    text, spans, values = "What is ", [], [draw.randint(low, high) for _ in range(3)]
    for index, value in enumerate(values):
        text += draw.choice((" + ", " - ", " * ")) if index else ""
        spans.append({"type": "number", "start": len(text), "end": len(text) + len(str(value)), "value": value})
        text += str(value)
    row = {"text": text + "?", "spans": spans, "target_text": str(sum(values))}
    more = {"target_value": sum(values), "id": "train-1", "metadata": {"operations": 2, "brackets": False}}
    return row | more if extra else row


#: Texts of every domain; a quantity's value is its number of SI base units, with its dims.
WRITTEN: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "complex": (("3 + 4j", {"value": "3+4i"}), ("1/3-(2/3)i", {"value": "1/3-(2/3)i"})),
    "vector": (("(1, 2.5, -1/3)", {"value": "(1, 2.5, -1/3)"}), ("[1, 2]", {"value": "(1, 2)"})),
    "boolean": (("true", {"value": True}), ("false", {"value": "false"})),
    "phys_quantity": (
        ("373.15 K", {"value": 373.15, "dims": {"Theta": 1}}),
        ("9.81 m/s^2", {"value": 9.81, "dims": {"L": 1, "T": -2}}),
        ("3 km", {"value": 3000, "dims": {"L": 1}}),
    ),
    "phys_unit": (("km/h", {"value": "km/h"}), ("C", {"value": "C"})),
    "chem_formula": (("H2O", {"value": "H2O"}), ("CuSO4·5H2O", {"value": "CuSO4·5H2O"})),
    "chem_reaction": (("2H2 + O2 -> 2H2O", {"value": "2 H2 + O2 -> 2 H2O"}),),
    "dna": (("ATGCGTACGTTAG", {"value": "ATGCGTACGTTAG"}),),
    "taxonomy": (("Homo sapiens", {"value": "Homo sapiens"}),),
    "pitch": (("C♯4", {"value": "C#4"}), ("Bb2", {"value": "Bb2"})),
    "pitch_class_set": (("{7, 0, 4}", {"value": "{0, 4, 7}"}),),
    "date": (("22 November 2024", {"value": "2024-11-22"}), ("2024-02-29", {"value": "2024-02-29"})),
}


def assortment(draw: random.Random) -> dict[str, Any]:
    """A sample with three spans of any domains but numbers."""
    text, spans = "Take ", []
    for name in draw.choices(list(WRITTEN), k=3):
        written, value = draw.choice(WRITTEN[name])
        spans.append({"type": name, "start": len(text), "end": len(text) + len(written), **value})
        text += written + draw.choice((" and ", ", ", "; 😀 "))
    return {"text": text, "spans": spans, "target_text": "it"}


def write_questions(path: Path, count: int, low: int, high: int, extra: bool = False) -> None:
    draw = random.Random(0)
    path.write_text("".join(json.dumps(question(draw, low, high, extra)) + "\n" for _ in range(count)))


def samples_per_second(path: Path, check_encoding: bool) -> float:
    """The best of REPEATS runs, by the time of this process alone: the machine may be shared."""
    durations = []
    for _ in range(REPEATS):
        start = time.process_time()
        report = validate_file(path, check_encoding)
        durations.append(time.process_time() - start)
        assert report.valid == report.lines, report.problems[:1]
    return report.lines / min(durations)


def print_rates(count: int) -> None:
    kinds = {
        "numbers of [0, 999]": (0, 999, False),
        "numbers of [10^6, 10^9]": (10**6, 10**9, False),
        "[0, 999] and all keys": (0, 999, True),
    }
    print(f"{count} samples of three spans; samples per second of processor time, best of {REPEATS}\n")
    print(f"{'':24} {'no encoding':>12} {'encoding':>12} {'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name, (low, high, extra) in kinds.items():
            path = Path(folder) / "samples.jsonl"
            write_questions(path, count, low, high, extra)
            plain, encoded = (samples_per_second(path, check_encoding) for check_encoding in (False, True))
            print(f"{name:24} {plain:12,.0f} {encoded:12,.0f} {encoded / plain:8.2f}")


# --- fuzz ---


def mutate(draw: random.Random, line: bytes) -> bytes:
    """The line with one to three changes: a bit flipped, or bytes deleted, inserted or copied within it."""
    data = bytearray(line)
    for _ in range(draw.randint(1, 3)):
        at, other = draw.randrange(len(data)), draw.randrange(len(data))
        change = draw.randrange(4)
        if change == 0:
            data[at] ^= 1 << draw.randrange(8)
        elif change == 1:
            del data[at : at + draw.randint(1, 3)]
        elif change == 2:
            data[at:at] = draw.choice(INSERTED)
        else:
            data[at:at] = data[other : other + draw.randint(1, 20)]
    return bytes(data).replace(b"\n", b" ")


def plainly_valid(line: bytes | str) -> bool:
    """Whether a line is valid beyond doubt: a second, narrower reading of the format."""

    def no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        text = line.decode() if isinstance(line, bytes) else line
        row = json.loads(text, object_pairs_hook=no_key_twice, parse_constant=int)
        text, target, metadata = row["text"], row["target_text"], row.get("metadata", {})
        bounds = [0]
        for span in row["spans"]:
            start, end, value = span["start"], span["end"], span["value"]
            bounds += [start, end]
            if {type(start), type(end), type(value)} != {int} or text[start:end] != str(value):
                return False
            if span["type"] != "number" or len(span) != 4:
                return False
        optional = {"id": str, "target_value": int, "metadata": dict}
        return (
            bounds == sorted(bounds)
            and bounds[-1] <= len(text)
            and text > ""
            and target > ""
            and str(row.get("target_value", target)) == target
            and "".join([text, target, row.get("id", ""), *metadata]).isprintable()
            and all(type(row[key]) is kind for key, kind in optional.items() if key in row)
            and all(type(value) in (int, bool) for value in metadata.values())
            and row.keys() <= optional.keys() | {"text", "target_text", "spans"}
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def checked_verdict(line: bytes | str, number: int) -> bool:
    """Whether the validator takes a line; AssertionError where that is wrong or badly reported."""
    verdict = validate_line(line, number, check_encoding=True)
    if isinstance(verdict, Sample):
        row = json.loads(line)
        for given, span in zip(row.get("spans", []), verdict.spans, strict=True):
            written = verdict.text[given["start"] : given["end"]]
            if span.domain == "number":
                assert Fraction(written.replace(",", "")) == span.value == Fraction(str(given["value"])), line
            else:
                assert DOMAINS[span.domain].parse(written) == span.value, line
        return True
    assert verdict and not plainly_valid(line), line
    for problem in verdict:
        assert problem.line == number and FIELD.fullmatch(problem.field), (problem, line)
        assert problem.message.isprintable(), (problem, line)
    return False


def _drawn(draw: random.Random) -> dict[str, Any]:
    return assortment(draw) if draw.random() < 0.33 else question(draw, 0, 99, draw.random() < 0.5)


def fuzz(count: int, seed: int = 0) -> Counter[str]:
    """Validate `count` mutated lines one by one and as a file; AssertionError where a verdict is wrong.

    Returns how many lines are valid, how many are not, and how many were plainly valid.
    """
    draw = random.Random(seed)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutated.jsonl"
        for first in range(0, count, 50_000):
            size = min(50_000, count - first)
            rows = [_drawn(draw) for _ in range(size)]
            lines = [mutate(draw, json.dumps(row, ensure_ascii=draw.random() < 0.5).encode()) for row in rows]
            valid = [checked_verdict(line, number) for number, line in enumerate(lines, 1)]
            path.write_bytes(b"\n".join(lines) + b"\n")
            reported = {problem.line for problem in validate_file(path).problems}
            assert reported == {number for number, good in enumerate(valid, 1) if not good}
            counts += Counter({"valid": sum(valid), "invalid": size - sum(valid)})
            counts["plainly valid"] += sum(map(plainly_valid, lines))
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=50_000, help="in each file measured (50000)")
    parser.add_argument("--fuzz", type=int, metavar="N", help="validate N mutated lines instead")
    options = parser.parse_args()
    if options.fuzz is None:
        print_rates(options.samples)
    else:
        found = fuzz(options.fuzz)
        counts = ", ".join(f"{count} {name}" for name, count in sorted(found.items()))
        print(f"{options.fuzz} mutated lines: {counts}; every verdict stands, every problem has its line")


if __name__ == "__main__":
    main()
