"""`fluxem explain` and `predict`: answers in order, and one clear line for input that cannot be used."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sample_rows import write
from tiny import Trained

from fluxem.__main__ import main
from fluxem.models.inference import LONGEST_TEXT, answer_all
from fluxem.models.load import load_model

Captured = pytest.CaptureFixture[str]
both_models = pytest.mark.parametrize("name", ["hybrid", "token_only"])
ROWS: list[dict[str, Any]] = [
    {"id": "b", "text": "12 + 34 * 5"},
    {"text": "7", "id": 3, "spans": "not read", "target_text": 5, "more": [1.5, None]},
    {"id": "", "text": ""},
    {"id": -1, "text": "What is (1 + 2) * 3 − 4?"},
    {"id": "ünï 日本", "text": "😀 zwölf ½"},
    {"id": 10**30, "text": "1/0"},
    {"id": "b", "text": "12 + 34 * 5"},
]


def predict(model: Path, questions: Path, answers: Path) -> int:
    return main(["predict", "--model", str(model), str(questions), str(answers)])


def explain(model: Path, question: str) -> int:
    return main(["explain", "--model", str(model), question])


def refused(captured: Captured, command: str, *parts: str) -> None:
    """Nothing on standard output, and one line on standard error that holds these parts."""
    out, err = captured.readouterr()
    assert out == "" and re.fullmatch(rf"fluxem {command}: [^\n]+\n", err)
    assert all(part in err for part in parts), err


# --- predict ---


@both_models
def test_predictions_come_in_order_one_a_line(trained: Trained, name: str, tmp_path: Path, capsys: Captured) -> None:
    questions = write(tmp_path / "in.jsonl", *(json.dumps(row) for row in ROWS))
    assert predict(trained.runs / name, questions, tmp_path / "out.jsonl") == 0
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").split("\n")
    said = answer_all(load_model(trained.runs / name), [row["text"] for row in ROWS])
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [
        {"id": row["id"], "prediction": answer.text} for row, answer in zip(ROWS, said, strict=True)
    ]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_and_escapes_do_not_matter(trained: Trained, tmp_path: Path, ending: str) -> None:
    plain = write(tmp_path / "plain.jsonl", '{"id": "é", "text": "3 − 4"}', '{"id": 2, "text": "5"}')
    other = tmp_path / "other.jsonl"
    other.write_bytes(
        ('  {"id":"\\u00e9","text":"3 \\u2212 4"}' + ending + '{ "text" : "5", "id": 2 }  ' + ending).encode()
    )
    for questions in (plain, other):
        assert predict(trained.runs / "hybrid", questions, questions.with_suffix(".out")) == 0
    assert plain.with_suffix(".out").read_bytes() == other.with_suffix(".out").read_bytes()


def test_no_questions_are_no_answers(trained: Trained, tmp_path: Path) -> None:
    questions = write(tmp_path / "in.jsonl")
    assert predict(trained.runs / "hybrid", questions, tmp_path / "out.jsonl") == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_missing_folders_of_the_answers_are_made(trained: Trained, tmp_path: Path) -> None:
    questions = write(tmp_path / "in.jsonl", json.dumps(ROWS[0]))
    answers = tmp_path / "some" / "where" / "out.jsonl"
    assert predict(trained.runs / "hybrid", questions, answers) == 0
    assert [file.name for file in answers.parent.iterdir()] == ["out.jsonl"]


def test_answers_replace_an_existing_file_even_the_questions(trained: Trained, tmp_path: Path) -> None:
    file = write(tmp_path / "in.jsonl", json.dumps(ROWS[0]))
    assert predict(trained.runs / "hybrid", file, file) == 0
    assert json.loads(file.read_text()).keys() == {"id", "prediction"}


GOOD = '{"id": 1, "text": "2 + 3"}'


@pytest.mark.parametrize(
    "bad, problem",
    [
        ("not JSON", "not JSON"),
        ('{"id": 1, "text": "2 + 3"', "not JSON"),
        ("", "blank line"),
        ("[1]", "a row is an object with `id` and `text`, not list"),
        ('"text"', "not str"),
        ("null", "not NoneType"),
        ('{"text": "2 + 3"}', "`id` is missing"),
        ('{"id": null, "text": "2 + 3"}', "`id` is no string or integer"),
        ('{"id": true, "text": "2 + 3"}', "`id` is no string or integer"),
        ('{"id": 1.0, "text": "2 + 3"}', "`id` is no string or integer"),
        ('{"id": [1], "text": "2 + 3"}', "`id` is no string or integer"),
        ('{"id": 1}', "`text` is missing"),
        ('{"id": 1, "text": null}', "`text` is no string"),
        ('{"id": 1, "text": 5}', "`text` is no string"),
        ('{"id": 1, "text": ["2"]}', "`text` is no string"),
        ('{"id": 1, "id": 2, "text": "2 + 3"}', 'the key "id" is repeated'),
        ('{"id": 1, "text": "\\ud800"}', "half of a surrogate pair"),
        (b'{"id": 1, "text": "\xff"}', "not UTF-8"),
        ('{"id": NaN, "text": "2"}', "NaN is not a JSON number"),
        ('{"id": 1, "text": "2", "other": ' + "[" * 100_000, "nested too deeply"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(
    trained: Trained, tmp_path: Path, capsys: Captured, bad: str | bytes, problem: str
) -> None:
    questions = write(tmp_path / "in.jsonl", GOOD, GOOD, bad, GOOD)
    answers = tmp_path / "deeper" / "out.jsonl"
    assert predict(trained.runs / "hybrid", questions, answers) == 2
    refused(capsys, "predict", f"{questions}:3: ", problem)
    assert not answers.parent.exists()
    existing = write(tmp_path / "existing.jsonl", "as it was")
    assert predict(trained.runs / "hybrid", questions, existing) == 2
    assert existing.read_text() == "as it was"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["existing.jsonl", "in.jsonl"]


def test_missing_files_are_named(trained: Trained, tmp_path: Path, capsys: Captured) -> None:
    questions, answers = write(tmp_path / "in.jsonl", GOOD), tmp_path / "out.jsonl"
    assert predict(trained.runs / "hybrid", tmp_path / "none.jsonl", answers) == 2
    refused(capsys, "predict", f"{tmp_path / 'none.jsonl'}: cannot be read (No such file or directory)")
    assert predict(trained.runs / "hybrid", tmp_path, answers) == 2
    refused(capsys, "predict", f"{tmp_path}: cannot be read (Is a directory)")
    assert predict(tmp_path / "no model", questions, answers) == 2
    refused(capsys, "predict", str(tmp_path / "no model" / "run.json"), "No such file")
    assert explain(tmp_path / "no model", "1 + 1") == 2
    refused(capsys, "explain", str(tmp_path / "no model" / "run.json"), "No such file")
    assert not answers.exists()


def test_answers_that_cannot_be_written_are_named(trained: Trained, tmp_path: Path, capsys: Captured) -> None:
    questions = write(tmp_path / "in.jsonl", GOOD)
    for answers in (questions / "out.jsonl", tmp_path):  # below a file, and a folder
        assert predict(trained.runs / "hybrid", questions, answers) == 2
        refused(capsys, "predict", f"{answers}: cannot be written")
    assert [file.name for file in tmp_path.iterdir()] == ["in.jsonl"]
    assert questions.read_text() == GOOD


# --- explain ---


def test_explaining_shows_every_stream_and_choice(trained: Trained, capsys: Captured) -> None:
    question = "What is 12 + 34 * 5?"
    (answer,) = answer_all(load_model(trained.runs / "hybrid"), [question], trace=True)
    assert explain(trained.runs / "hybrid", question) == 0
    *steps, said = capsys.readouterr().out.splitlines()
    assert said == answer.text and len(steps) == answer.decisions
    assert steps[0].startswith("  What is⟦12⟧+⟦34⟧*⟦5⟧")
    for line, step in zip(steps, answer.steps, strict=True):
        assert re.split(r" {3,}", line.strip()) == [step.stream, step.choice, f"{step.probability:.3%}"]
    assert len({len(line) for line in steps}) == 1  # in columns


def test_explaining_token_only_is_its_answer(trained: Trained, capsys: Captured) -> None:
    (answer,) = answer_all(load_model(trained.runs / "token_only"), ["12 + 7"])
    assert explain(trained.runs / "token_only", "12 + 7") == 0
    assert capsys.readouterr() == (f"{answer.text}\n", "")


@pytest.mark.parametrize(
    "question, notes",
    [
        ("hello", ["no span found: the answer was spoken in characters"]),
        ("", ["no span found: the answer was spoken in characters"]),
        ("5", []),
        (
            "9" * 3000,
            ["offset 0: a number written with 3000 digits is outside the exact range", "no span found"],
        ),
        (
            "1 + " + "9" * 5000,
            ["offset 4: a number written with 5000 digits is outside", "5004 characters are more than a model reads"],
        ),
        ("x" * (LONGEST_TEXT + 1), [f"{LONGEST_TEXT + 1} characters are more than a model reads"]),
    ],
    ids=["no number", "empty", "plain", "too large", "too large and too long", "too long"],
)
def test_what_is_not_the_plain_case_is_noted(
    trained: Trained, tmp_path: Path, capsys: Captured, question: str, notes: list[str]
) -> None:
    assert explain(trained.runs / "hybrid", question) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(notes) and all(len(line) < 160 for line in lines)
    assert all(line.startswith(f"note: {note}") for line, note in zip(lines, notes, strict=True))
    questions = write(tmp_path / "in.jsonl", GOOD, json.dumps({"id": "é", "text": question}))
    assert predict(trained.runs / "hybrid", questions, tmp_path / "out.jsonl") == 0
    assert capsys.readouterr().err.splitlines() == [line.replace("note: ", 'note: "é": ', 1) for line in lines]
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 2


def test_a_refusal_of_the_executor_is_noted(
    trained: Trained, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fluxem.models import inference
    from fluxem.models.answer import Answer

    refusal = Answer("undefined", source="executor", decisions=1)
    monkeypatch.setattr(inference, "answer_all", lambda model, texts, trace: [refusal])
    assert explain(trained.runs / "hybrid", "1 / 0") == 0
    out, err = capsys.readouterr()
    assert out == "undefined\n" and err.startswith("note: the executor refused a reduction: a division by zero")


# --- the command line ---


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ask"],
        ["explain"],
        ["explain", "1 + 1"],
        ["explain", "--model", "DIR"],
        ["explain", "--model", "DIR", "1", "+", "1"],
        ["predict", "--model", "DIR", "in.jsonl"],
        ["predict", "in.jsonl", "out.jsonl"],
        ["predict", "--model", "DIR", "--fast", "in.jsonl", "out.jsonl"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    out, err = capsys.readouterr()
    assert left.value.code == 2 and out == "" and err.startswith("usage: fluxem")


def test_a_device_that_is_not_there_is_named(trained: Trained, capsys: Captured) -> None:
    assert main(["explain", "--model", str(trained.runs / "hybrid"), "--device", "abacus", "1 + 1"]) == 2
    refused(capsys, "explain", "device 'abacus' is not available; on this machine: cpu")


def test_help_shows_examples_and_needs_no_network_library() -> None:
    program = "import sys; sys.modules['torch'] = None; from fluxem.__main__ import main; main(['--help'])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    for command in ("explain --model ", "predict --model ", "encode ", "validate "):
        assert f"\n  fluxem {command}" in result.stdout
    assert '"12 + 34 * 5"' in result.stdout and result.stderr == ""


def test_the_command_runs_as_a_program(trained: Trained) -> None:
    command = [sys.executable, "-m", "fluxem", "explain", "--model", trained.runs / "hybrid", "12 + 7"]
    options: dict[str, Any] = {"capture_output": True, "encoding": "utf-8", "env": os.environ | {"PYTHONUTF8": "1"}}
    result = subprocess.run(command, check=True, **options)
    assert "⟦12⟧+⟦7⟧" in result.stdout and result.stderr == ""
    failed = subprocess.run([*command[:-2], "nowhere", "1"], check=False, **options)
    assert (failed.returncode, failed.stdout) == (2, "") and failed.stderr.startswith(
        "fluxem explain: nowhere/run.json: "
    )
