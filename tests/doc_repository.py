"""A copy of the repository in which everything is tiny and nothing need be installed, to run what documents show."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from fluxem.pipeline.load import experiment_file, merge, read_yaml

ROOT = Path(__file__).resolve().parents[1]

# Laid over what config/smoke.yaml makes of an experiment. It learns to end an answer: a network that does not talks for
# as long as it is let, which takes longer than everything else.
_LEARNS: dict[str, Any] = {"epochs": 15, "batch_size": 4, "learning_rate": 0.01}
SMALLER: dict[str, Any] = {
    "data": {"train_size": 24, "validation_size": 2, "test_size": 1},
    "model": {"hidden_dim": 16, "num_layers": 1, "num_heads": 4, "mlp_dim": 16, "token_only": {"mlp_dim": 16}},
    "training": _LEARNS | {"token_only": _LEARNS, "hybrid": _LEARNS},
}
COMMANDS = {"python": "", "python3": "", "snakemake": " -m snakemake"}


def make_copy(folder: Path) -> Path:
    """The files that git has or would add, with tiny experiments and an environment that is this one."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():  # and not deleted since
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    _shrink(folder / "config")
    binaries = folder / ".venv" / "bin"
    binaries.mkdir(parents=True)
    for name, module in COMMANDS.items():
        (binaries / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)}{module} "$@"\n')
        (binaries / name).chmod(0o755)
    (binaries / "activate").write_text(f"export PATH={shlex.quote(str(binaries))}:$PATH\n")
    for extra in ("pipeline", "dev"):  # what the Makefile would install is there
        (folder / ".venv" / f"{extra}.stamp").touch()
    return folder


def _shrink(folder: Path) -> None:
    """Write config/smoke.yaml, and `SMALLER`, into the files of the experiments themselves."""
    smoke = read_yaml(folder / "smoke.yaml")
    for name, tiny in (smoke["experiments"] | smoke["paper"]).items():
        file = experiment_file(folder, name)
        values = merge(read_yaml(file), tiny)
        if "of" not in values:  # else it has the questions and sizes of another
            values = merge(values, SMALLER)
        file.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")


def run(folder: Path, script: str, *, activated: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a script of Bash in a copy."""
    path = os.pathsep.join([str(folder / ".venv" / "bin")] * activated + ["/usr/bin", "/bin"])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": path, "PYTHONPATH": str(folder), "HOME": str(folder), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
