"""Does literally what a guide says, in a copy of the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from guide_reader import Change, Command, GuideError, NewFile, Session, Step

ROOT = Path(__file__).resolve().parents[1]


def copy_repository(folder: Path) -> Path:
    """A copy of what git has, or would take, of the repository, as it is in the working tree."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


def follow(step: Step, folder: Path) -> None:
    """Do one step in a folder; GuideError where it cannot be done, or shows something else than the guide says."""
    match step:
        case NewFile():
            file = folder / step.path
            if file.exists():
                raise GuideError(f"{step.where}: {step.path} is no new file: it is there")
            if not file.parent.is_dir():
                raise GuideError(f"{step.where}: {step.path}: there is no folder {Path(step.path).parent}")
            file.write_text(step.text, encoding="utf-8")
        case Change():
            _change(step, folder / step.path)
        case Command():
            shell = ["bash", "-euo", "pipefail", "-c", step.line]
            _compare(step.where, step.line, run(shell, folder), step.prints)
        case Session():
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
                file.write(step.text)
                file.flush()
                doctest = [sys.executable, "-m", "doctest", "-o", "ELLIPSIS", file.name]
                _compare(step.where, "the session", run(doctest, folder), "")


def _change(step: Change, file: Path) -> None:
    if not file.is_file():
        raise GuideError(f"{step.where}: {step.path} is not there to be changed")
    text = file.read_text(encoding="utf-8")
    for before, after in step.pieces:
        # whole lines only
        places = [match.start() for match in re.finditer(f"^{re.escape(before)}", text, re.MULTILINE)]
        if len(places) != 1:
            raise GuideError(f"{step.where}: {step.path} has {len(places)} places that read, expected 1:\n{before}")
        text = text[: places[0]] + after + text[places[0] + len(before) :]
    file.write_text(text, encoding="utf-8")


def run(command: list[str], folder: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in a copy as its user would, with `given` as its input; errors stand in the output."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # the package of the copy, not the one that is installed
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    changed = {"PATH": path, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1", "COLUMNS": "80", "NO_COLOR": "1"}
    return subprocess.run(
        command,
        input=given,
        cwd=folder,
        env=kept | changed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _compare(where: str, what: str, done: subprocess.CompletedProcess[str], expected: str) -> None:
    if done.returncode:
        raise GuideError(f"{where}: {what}: exit status {done.returncode}\n{done.stdout}")
    pattern = ".*".join(map(re.escape, expected.split("...")))
    if re.fullmatch(pattern, done.stdout, re.DOTALL) is None:
        raise GuideError(f"{where}: {what}: expected\n{expected}\nbut it prints\n{done.stdout}")
