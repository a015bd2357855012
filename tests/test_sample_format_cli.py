"""`python -m fluxem.integration.sample_format`: what it prints, where, and its exit status."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sample_rows import ROW, TWELVE, with_spans, write

from fluxem.integration import sample_format
from fluxem.integration.sample_format import main

GOOD = json.dumps(ROW)
WRONG = json.dumps(with_spans(TWELVE | {"value": 999}))
Capture = pytest.CaptureFixture[str]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-W", "error", "-m", "fluxem.integration.sample_format", *arguments]
    return subprocess.run(command, capture_output=True, env=os.environ | environment, check=False)


def test_valid_files(tmp_path: Path, capsys: Capture) -> None:
    one = write(tmp_path / "one.jsonl", GOOD)
    two = write(tmp_path / "two.jsonl", GOOD, GOOD, "")
    assert main([str(one), str(two)]) == 0
    out, err = capsys.readouterr()
    assert out == f"{one}: 1 of 1 samples valid\n{two}: 2 of 2 samples valid\n"
    assert err == ""


def test_a_problem_names_file_line_and_field(tmp_path: Path, capsys: Capture) -> None:
    file = write(tmp_path / "mixed.jsonl", GOOD, WRONG, GOOD, "{")
    assert main([str(file)]) == 1
    out, err = capsys.readouterr()
    assert out == f"{file}: 2 of 4 samples valid\n"
    first, second = err.splitlines()
    assert first == f'{file}:2: spans[0].value: value 999 disagrees with text "12"'
    assert second.startswith(f"{file}:4: sample: not JSON: ")


@pytest.mark.parametrize(
    ("options", "listed"),
    [
        ([], 20),
        (["--max-errors", "150"], 150),
        (["--max-errors", "0"], 0),
        (["-v"], 250),
        (["--verbose"], 250),
    ],
)
def test_all_problems_are_counted_and_some_listed(
    tmp_path: Path, capsys: Capture, options: list[str], listed: int
) -> None:
    """Regression of the original: it stopped at 100 problems, yet reported on the file, and -v showed 20."""
    file = write(tmp_path / "bad.jsonl", *[WRONG, "{"] * 125)
    assert main([*options, str(file)]) == 1
    out, err = capsys.readouterr()
    assert out == f"{file}: 0 of 250 samples valid\n"
    lines = err.splitlines()
    if listed < 250:
        assert lines.pop() == f"{file}: {250 - listed} more problems not listed; -v lists all"
    assert [int(line.split(":")[1]) for line in lines] == list(range(1, listed + 1))


def test_the_encoding_check_can_be_left_out(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    number = type(sample_format.DOMAINS["number"])
    decode = number.decode
    monkeypatch.setattr(number, "decode", lambda self, vectors: [v + 1 for v in decode(self, vectors)])
    file = write(tmp_path / "good.jsonl", GOOD)
    assert main([str(file), "--no-encoding"]) == 0
    assert main([str(file)]) == 1
    assert f"{file}:1: spans[1].value: 7 comes back from its vector as 8\n" in capsys.readouterr().err


def test_an_empty_file_is_invalid(tmp_path: Path, capsys: Capture) -> None:
    file = write(tmp_path / "empty.jsonl")
    assert main([str(file)]) == 1
    out, err = capsys.readouterr()
    assert out == f"{file}: 0 of 0 samples valid\n"
    assert err == f"{file}:1: sample: the file is empty; expected one object a line\n"


def test_an_unreadable_file_does_not_hide_the_others(tmp_path: Path, capsys: Capture) -> None:
    good, bad = write(tmp_path / "good.jsonl", GOOD), write(tmp_path / "bad.jsonl", "{}")
    missing = tmp_path / "missing.jsonl"
    assert main([str(missing), str(good), str(tmp_path), str(bad)]) == 2
    out, err = capsys.readouterr()
    assert out == f"{good}: 1 of 1 samples valid\n{bad}: 0 of 1 samples valid\n"
    assert err.splitlines()[:2] == [
        f"{missing}: cannot be read: No such file or directory",
        f"{tmp_path}: cannot be read: Is a directory",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: FILE"),
        (["--max-errors", "-1", "x"], "expected how many problems to list, 0 or more, got '-1'"),
        (["--max-errors", "many", "x"], "expected how many problems to list, 0 or more, got 'many'"),
        (["-v", "--max-errors", "3", "x"], "not allowed with argument"),
        (["--fast", "x"], "unrecognized arguments: --fast"),
    ],
)
def test_wrong_usage(capsys: Capture, arguments: list[str], message: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_help_shows_an_example_that_works(tmp_path: Path, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    example = capsys.readouterr().out.split("example: python -m fluxem.integration.sample_format ")[1].split()
    files = [str(write(tmp_path / name, GOOD)) for name in example if name.endswith(".jsonl")]
    assert main([*example[: -len(files)], *files]) == 0


def test_the_example_of_the_documentation_is_valid(tmp_path: Path) -> None:
    example = re.search(r"^    \{.*?\]\}", str(sample_format.__doc__), re.DOTALL | re.MULTILINE)
    assert example is not None
    assert main([str(write(tmp_path / "example.jsonl", " ".join(example[0].split())))]) == 0


# --- as a process ---


def test_the_command_runs_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    strange = {"b": 1, "a": 2, "txt": 3, "spams": 4}
    file = write(tmp_path / "é.jsonl", GOOD, json.dumps(ROW | strange), "[" * 100_000, b"\xff")
    runs = [run(file, PYTHONHASHSEED=seed, PYTHONIOENCODING="ascii") for seed in ("0", "1")]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stderr == runs[1].stderr
    assert runs[0].returncode == 1
    assert runs[0].stdout.endswith(b"\\xe9.jsonl: 1 of 4 samples valid\n")
    assert len(runs[0].stderr.splitlines()) == 4 + 1 + 1


def test_a_reader_that_leaves_is_no_failure(tmp_path: Path) -> None:
    """As in `... | head -1`: no traceback, and the status a shell gives to a broken pipe."""
    file = write(tmp_path / "good.jsonl", GOOD)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "fluxem.integration.sample_format", str(file)]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == b""
