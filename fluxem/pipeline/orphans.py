"""Files in the results that no planned job makes: what is left of seeds, rows and experiments, and of killed jobs.

Only folders of experiments are looked into: those of the plan, and those that hold what only this pipeline makes. A
folder with results of its own, such as that of `config/smoke.yaml`, is left alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from fluxem.errors import InputError
from fluxem.pipeline import layout
from fluxem.pipeline.audit import Audit
from fluxem.pipeline.dataset import MANIFEST

#: From which a training that was stopped goes on; it removes the file when it ends.
CHECKPOINT = "checkpoint.pt"
_PART = re.compile(r"\..+\.part-(\d+)")
_SEED = re.compile(r"seed(\d+)")


def orphans(audit: Audit) -> Iterator[tuple[str, str]]:
    """Every orphan below the results folder, in order, each with why it is one.

    Raises:
        InputError: the results folder holds the repository itself, or a file in it cannot be read.
    """
    results = audit.plan.results
    if layout.ROOT.is_relative_to(results.resolve()):
        raise InputError(f"results_dir = {results}: holds the repository; allowed: a folder of its own")
    others = {folder for folder in _results_folders(results) if folder != results}
    experiments = {spec["experiment"] for spec in audit.jobs.values()}
    for folder in sorted(each for each in results.iterdir() if each.is_dir()) if results.is_dir() else ():
        if folder.name not in experiments and not _is_experiment(folder):
            continue
        for file in _files(folder, others):
            name = file.relative_to(results).as_posix()
            if reason := _reason(audit, name):
                yield name, reason


def remove(results: Path, files: list[str]) -> None:
    """Delete files below the results folder, and the folders that are empty then."""
    for name in files:
        file = results / name
        file.unlink(missing_ok=True)
        for folder in (results / each for each in PurePosixPath(name).parents if each.name):
            if any(folder.iterdir()):
                break
            folder.rmdir()


def _results_folders(results: Path) -> Iterator[Path]:
    """Every folder, at any depth, that holds the folder of an experiment that has data or manifests."""
    for folder, folders, files in os.walk(results):
        inside = Path(folder)
        if inside.name == "data" and MANIFEST in files and _SEED.fullmatch(inside.parent.name):
            yield inside.parents[2]
        if "manifests" in folders and not _SEED.fullmatch(inside.name):  # there it would be a row
            yield inside.parent


def _is_experiment(folder: Path) -> bool:
    """Whether this pipeline made the folder, for an experiment that is no longer planned."""
    made = (layout.TABLE, layout.METRICS_CSV, layout.TIMES, "manifests", "logs", "benchmarks")
    return any((folder / name).exists() for name in made) or any(map(_SEED.fullmatch, os.listdir(folder)))


def _files(folder: Path, others: set[Path]) -> Iterator[Path]:
    for inside, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if Path(inside, name) not in others)
        if Path(inside) not in others:
            yield from (Path(inside, name) for name in sorted(files))


def _reason(audit: Audit, name: str) -> str | None:
    """Why a file is an orphan, if it is one."""
    path = PurePosixPath(name)
    if part := _PART.fullmatch(path.name):
        return None if _runs(int(part[1])) else f"left by process {part[1]}, which is gone"
    if path.name == CHECKPOINT:
        trained = audit.makers.get((path.parent / layout.TRAINED[0]).as_posix())
        if trained is not None:
            return None if audit.findings[trained] else "of a training that has ended"
    elif name in audit.makers:
        return None
    return _not_planned(audit, path)


def _not_planned(audit: Audit, path: PurePosixPath) -> str:
    """What of a file's path is not in the plan."""
    experiment, *below = path.parts
    specs = [spec for spec in audit.jobs.values() if spec["experiment"] == experiment]
    if not specs:
        return f"experiment {experiment} is not planned"
    seed = _SEED.fullmatch(below[0])
    if seed and int(seed[1]) not in {spec.get("seed") for spec in specs}:
        return f"seed {seed[1]} is not planned"
    rows = {spec["model"] for spec in specs if seed and "model" in spec and spec["seed"] == int(seed[1])}
    if seed and len(below) > 2 and below[1] not in {"data", *rows}:
        return f"row {below[1]} of seed {seed[1]} is not planned"
    return "no planned step makes it"


def _runs(process: int) -> bool:
    """Whether a process of this machine runs."""
    try:
        os.kill(process, 0)
    except PermissionError:  # it is somebody else's
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True
