"""The commands of the pipeline, and its plan, in a repository."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

from miniature import run
from staleness_cases import PROJECT

from fluxem.pipeline.load import merge, read_yaml
from fluxem.pipeline.plan import Plan


def ask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m fluxem.pipeline <arguments>`."""
    return run(folder, "-m", "fluxem.pipeline", *arguments)


def plan_of(folder: Path, *overlays: Path) -> Plan:
    """The plan of a repository as it is configured."""
    files = [folder / PROJECT, *overlays]
    values: dict[str, object] = {}
    for file in files:
        values = merge(values, read_yaml(file))
    plan = Plan.load(values, files, folder / "config", folder)
    return replace(plan, results=folder / plan.results)
