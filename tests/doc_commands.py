"""The commands that documents show: how they are read, and which are checked in another way than by running them."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from doc_reader import Block
from doc_repository import run

from fluxem.pipeline import layout
from fluxem.pipeline.load import Values, merge, read_yaml
from fluxem.pipeline.plan import Plan

PROGRAMS = (".ci/run", "cat", "cd", "fluxem", "git", "make", "pip", "python", "python3", "snakemake", "source")
PROMPT = "$ "


@dataclass(frozen=True)
class Command:
    """A command, and what a document shows that it prints; None where it shows nothing."""

    text: str
    shown: str | None = None

    @property
    def words(self) -> list[str]:
        """Its words, without the comment behind them."""
        return shlex.split(self.text, comments=True)


def commands(block: Block) -> list[Command]:
    """The commands of a block: lines after `$ ` with their output, or every line; ValueError for what is none.

    A command goes on after a backslash at the end of a line, and down to the end of a here document.
    """
    prompted = any(line.startswith(PROMPT) for line in block.lines)
    found: list[Command] = []
    lines = list(block.lines)
    while lines:
        line = lines.pop(0)
        if not line.strip() or line.startswith("#"):
            continue
        if prompted and not line.startswith(PROMPT):
            raise ValueError(f"{block}: output before a command: {line!r}")
        text = line.removeprefix(PROMPT)
        while text.endswith("\\"):
            text += "\n" + lines.pop(0)
        here = re.search(r"<<'(\w+)'", text)
        while here and not text.endswith(f"\n{here[1]}"):
            text += "\n" + lines.pop(0)
        shown: list[str] = []
        while prompted and lines and not lines[0].startswith(PROMPT):
            shown.append(lines.pop(0))
        if text.split()[0] not in PROGRAMS and not text.startswith("--"):
            raise ValueError(f"{block}: {text.split()[0]!r} is no program that documents use: {', '.join(PROGRAMS)}")
        found.append(Command(text, "\n".join(shown) + "\n" if prompted else None))
    return found


# --- checked in another way than by running them ---


def check_install(folder: Path, words: list[str]) -> None:
    """Files and extras that are installed exist."""
    extras = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert words[:2] == ["pip", "install"] or words[:4] == ["python", "-m", "pip", "install"], words
    for word in words[words.index("install") + 1 :]:
        assert word in ("-c", "-e", "--quiet") or re.fullmatch(r"\.(?:\[[\w,]+\])?", word) or (folder / word).is_file()
        for extra in re.findall(r"\w+", word if word.startswith(".") else ""):
            assert extra in extras, f"no extra is named {extra}"


def check_make(folder: Path, words: list[str]) -> None:
    """Make knows what to do."""
    done = run(folder, shlex.join(["make", "-n", *words[1:]]))
    assert done.returncode == 0, done.stderr


def check_environment(folder: Path, words: list[str]) -> None:
    """An environment is made where `source` finds it."""
    assert words[1:] == ["-m", "venv", ".venv", "&&", "source", ".venv/bin/activate"], words


def check_ci(folder: Path, words: list[str]) -> None:
    """It is there, and may be run."""
    assert os.access(folder / words[0], os.X_OK), words


def check_clone(folder: Path, words: list[str]) -> None:
    """A clone is of something, and a working tree is new."""
    assert len(words) >= 3 and words[1] in ("clone", "worktree"), words


def check_snakemake(folder: Path, words: list[str]) -> None:
    """Snakemake reads the options, the configuration is accepted, and every target is planned."""
    from snakemake.cli import parse_args

    said = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stderr(said):
        try:
            _, options = parse_args([word for word in words if word != "snakemake"])
        except SystemExit:
            raise AssertionError(f"{shlex.join(words)}: {said.getvalue()}") from None
        overlays = [Path(file) for file in options.configfile or ()]
        plan = planned(folder, overlays)
        known = {"all", "paper", *(f"{plan.results}/{file}" for file in outputs(plan))}
    for target in options.targets:
        assert target in known, f"{shlex.join(words)}: nothing makes {target}"


@dataclass(frozen=True)
class Declared:
    """Commands that no test runs: which, why, and what is checked of them."""

    which: str
    why: str
    check: Callable[[Path, list[str]], None]


DECLARED = (
    Declared(r"(python -m )?pip install .*", "installs packages", check_install),
    Declared(r"python3 -m venv .*", "makes an environment to install into", check_environment),
    Declared(r"\.ci/run", "runs these tests", check_ci),
    Declared(
        r"make (all|test|lint|look|package|reference|readme|clean)\b.*",
        "hours, these tests, a browser, or reference results",
        check_make,
    ),
    Declared(r"git (clone|worktree) .*", "needs a network, or writes beside the repository", check_clone),
    Declared(r"snakemake (?!--unlock\b).*|--\S.*", "hours, or a cluster; `make small` runs Snakemake", check_snakemake),
)
#: Exit statuses other than 0 that a command may have, and why.
EXITS = {r"python -m fluxem\.pipeline (status|why|verify)\b.*": (0, 1)}  # 1: not everything has been made
#: What a reader is told to have, or to put in place of a word.
GIVEN = {"questions.jsonl": '{"id": 1, "text": "12 × (3 + 4)"}\n'}
MEANT = {"TARGET": "results/arithmetic_small/table.md"}
#: One line of what `explain` prints: which decisions a network takes is no matter of form.
STEP = re.compile(r"  \S.* {3}(?:\w+\(.*\)|answer|speak) +\d+\.\d{3}%")


def planned(folder: Path, overlays: list[Path]) -> Plan:
    """The plan of a copy of the repository, as Snakemake has it with these `--configfile`."""
    files = [Path("config/config.yaml"), *overlays]
    values: Values = {}
    for file in files:
        values = merge(values, read_yaml(folder / file))
    with contextlib.chdir(folder):
        return Plan.load(values, files, Path("config"), folder)


def outputs(plan: Plan) -> set[str]:
    """Every file that a plan makes, below the results folder, with what Snakemake notes of it."""
    jobs = {**plan.jobs(paper=False), **plan.jobs(paper=True)}.values()
    return {file for spec in jobs for file in (*layout.outputs(spec), layout.manifest(spec), *layout.notes(spec))}


# --- running them ---

#: What was done in a copy: a command that several documents show is run once.
_DONE: dict[tuple[Path, str], subprocess.CompletedProcess[str]] = {}


def execute(folder: Path, command: Command) -> None:
    """Run a command in a copy of the repository, or check it as declared; AssertionError where it is not as shown."""
    words = [MEANT.get(word, word) for word in command.words]
    if words[0] == "fluxem":
        words = ["python", "-m", *words]  # its entry point, which only an installed package has
    line = " ".join(words)
    for declared in DECLARED:
        if re.fullmatch(declared.which, line):
            declared.check(folder, words)
            return
    for name, text in GIVEN.items():
        if name in words and not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")
    done = _DONE.get((folder, line))
    if done is None and words[:3] == ["python", "-m", "fluxem"]:
        done = ask(folder, words[3:])
    elif done is None:
        done = run(folder, command.text if "<<" in command.text else shlex.join(words))
    _DONE[folder, line] = done
    allowed = next((codes for which, codes in EXITS.items() if re.fullmatch(which, line)), (0,))
    assert done.returncode in allowed, f"{line}: exit status {done.returncode}: {done.stdout}{done.stderr}"
    if command.shown is not None:
        compare(words, command.shown, done.stdout)


def ask(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """`python -m fluxem`, in this process: to load torch is most of what it takes."""
    from fluxem.__main__ import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def compare(words: list[str], shown: str, printed: str) -> None:
    """What a document shows is what was printed; of what a model says, only the form."""
    if words[:4] == ["python", "-m", "fluxem", "explain"]:
        for text in (shown, printed):
            *steps, answer = text.rstrip("\n").split("\n")
            assert answer and all(STEP.fullmatch(step) for step in steps), f"not what explain prints: {text!r}"
    else:
        # `...` stands for anything
        pattern = ".*".join(map(re.escape, shown.split("...")))
        assert re.fullmatch(pattern, printed, re.DOTALL), f"shown: {shown!r}\nprinted: {printed!r}"
