"""`fluxem encode` and `validate`, which need no model; colour; `--help`."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sample_rows import write

import fluxem
from fluxem.__main__ import main
from fluxem.pipeline.terminal import paint
from fluxem.registry import DOMAINS

Captured = pytest.CaptureFixture[str]
LISTED = [(each.name, each.example) for each in fluxem.domains()]
SAMPLE = {"text": "2 + 3", "target_text": "5", "spans": [{"type": "number", "start": 0, "end": 1, "value": 2}]}


# --- encode ---


@pytest.mark.parametrize(("domain", "text"), LISTED, ids=DOMAINS)
def test_json_holds_the_very_vector(domain: str, text: str, capsys: Captured) -> None:
    assert main(["encode", "--domain", domain, "--json", text]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    vector = fluxem.encode(text, domain)
    assert err == "" and out.count("\n") == 1 and list(found) == ["text", "domain", "value", "vector"]
    assert (found["text"], found["domain"], found["value"]) == (text, domain, fluxem.render(vector))
    assert np.array(found["vector"], np.float32).tobytes() == vector.tobytes()


@pytest.mark.parametrize(("domain", "text"), LISTED, ids=DOMAINS)
def test_every_lane_that_is_not_zero_is_printed_at_its_place(domain: str, text: str, capsys: Captured) -> None:
    assert main(["encode", text, "--domain", domain]) == 0
    out, err = capsys.readouterr()
    said, value, shape, *rows = out.splitlines()
    vector = fluxem.encode(text, domain)
    assert err == "" and said == f"domain  {domain}" and value == f"value   {fluxem.render(vector)}"
    assert shape.startswith("vector  128 float32, the first 8 ")
    printed = np.zeros(128)
    for row in rows:
        if not row.startswith("  the other "):
            first, _, lanes = row.partition(":")
            printed[int(first) : int(first) + 8] = [float(lane) for lane in lanes.split()]
    assert np.allclose(printed, vector, rtol=1e-5, atol=0)
    left = sum(int(row.split()[2]) for row in rows if row.startswith("  the other "))
    assert left + 8 * sum(":" in row for row in rows) == 128


def test_the_domain_of_a_text_is_found(capsys: Captured) -> None:
    assert main(["encode", " 3.5 ft "]) == 0
    assert capsys.readouterr().out.startswith("domain  phys_quantity\nvalue   3.5 ft\n")


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (["-1/2", "--json"], "-0.5"),
        (["--json", "--", "-1/2"], "-0.5"),
        (["--domain", "complex", "-3-4i", "--json"], "-3-4i"),
        (["--json", "-.5 m"], "-0.5 m"),
    ],
    ids=["in front", "marked", "behind", "with a space"],
)
def test_a_text_may_begin_with_a_minus(arguments: list[str], value: str, capsys: Captured) -> None:
    assert main(["encode", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == value


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hello"], f"'hello' is no value of a domain; domains: {', '.join(DOMAINS)}"),
        ([""], "'' is no value of a domain; domains: date,"),
        (["\udcff"], "is no value of a domain"),
        (["3 ft", "--domain", "foot"], f"no domain is named 'foot'; domains: {', '.join(DOMAINS)}"),
        (["3 ft", "--domain", "date"], "'3 ft' is not one date (for example: 2024-11-22)"),
        (["C4"], "'C4' may be pitch or chem_formula; name the domain that is meant"),
        (["9" * 3000], "a number written with 3000 digits is outside the exact range"),
    ],
    ids=["no value", "empty", "no text", "no domain", "other domain", "two domains", "too large"],
)
def test_what_is_no_value_is_one_line_and_status_2(arguments: list[str], said: str, capsys: Captured) -> None:
    for options in ([], ["--json"]):
        assert main(["encode", *options, *arguments]) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.startswith("fluxem encode: ") and err.count("\n") == 1 and said in err


# --- validate ---


def test_validate_is_the_validator_with_its_statuses(tmp_path: Path, capsys: Captured) -> None:
    good, bad = write(tmp_path / "good.jsonl", json.dumps(SAMPLE)), write(tmp_path / "bad.jsonl", '{"text": ""}')
    assert main(["validate", str(good)]) == 0
    assert capsys.readouterr() == (f"{good}: 1 of 1 samples valid\n", "")
    assert main(["validate", "--max-errors", "1", str(good), str(bad)]) == 1
    out, err = capsys.readouterr()
    assert out.endswith(f"{bad}: 0 of 1 samples valid\n") and err.startswith(f"{bad}:1: ") and "-v lists all" in err
    assert main(["validate", str(tmp_path / "none"), str(good)]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'none'}: cannot be read: No such file or directory\n"


@pytest.mark.parametrize("arguments", [["validate"], ["validate", "--max-errors", "few", "x"], ["encode"]])
def test_wrong_usage_names_the_command(arguments: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2 and capsys.readouterr().err.startswith(f"usage: fluxem {arguments[0]} ")


# --- help and colour ---


@pytest.mark.parametrize("command", ["explain", "predict", "encode", "validate"])
def test_the_help_of_every_command_has_examples(command: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    out = capsys.readouterr().out
    assert left.value.code == 0 and "\nexample" in out and f"\n  fluxem {command} " in out


def test_the_version_is_that_of_the_package(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0 and capsys.readouterr().out == "fluxem 0.1.0\n"


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "variables", "coloured"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": ""}, True),  # https://no-color.org: set, and not empty
        (Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {"TERM": "xterm"}, False),
    ],
    ids=["terminal", "empty NO_COLOR", "NO_COLOR", "dumb", "no terminal"],
)
def test_colour_is_for_terminals(
    stream: io.StringIO, variables: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert paint("a", "bold", stream) == ("\x1b[1ma\x1b[0m" if coloured else "a")


def test_a_terminal_gets_colour_and_the_same_words(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    assert main(["encode", "H2O"]) == 0
    monkeypatch.undo()
    assert main(["encode", "H2O"]) == 0
    coloured, plain = terminal.getvalue(), capsys.readouterr().out
    assert "\x1b[36mchem_formula\x1b[0m" in coloured and "\x1b" not in plain
    assert coloured.replace("\x1b[36m", "").replace("\x1b[1m", "").replace("\x1b[0m", "") == plain


# --- what a command loads ---


@pytest.mark.parametrize(
    ("arguments", "status"), [(["encode", "3 ft"], 0), (["--help"], 0), (["explain", "--model", "x", "1"], 2)]
)
def test_numpy_alone_is_enough_or_the_rest_is_named(arguments: list[str], status: int) -> None:
    program = (
        "import sys\n"
        "for name in ('torch', 'safetensors', 'pandas', 'pydantic', 'yaml', 'tqdm', 'snakemake'):\n"
        "    sys.modules[name] = None\n"
        f"from fluxem.__main__ import main\nsys.exit(main({arguments!r}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    if status == 2:
        assert done.stderr.startswith("fluxem explain: torch is not installed; run `pip install ")
        assert done.stderr.count("\n") == 1 and "train" in done.stderr
