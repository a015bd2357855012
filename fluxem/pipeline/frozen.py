"""The plan of a run on a cluster, kept for its jobs.

Each job starts a Snakemake of its own, maybe hours later. It takes the plan that the run began with, not one of files
that were edited since; code that was edited since, a step refuses (see `step`).
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from fluxem.errors import InputError
from fluxem.pipeline.config import EXPERIMENTS
from fluxem.pipeline.files import write_text
from fluxem.pipeline.load import parse
from fluxem.pipeline.plan import Plan

#: The environment variable that says where a job finds the plan of its run.
VARIABLE = "FLUXEM_PLAN"
FOLDER = Path(".snakemake/plans")


def freeze(plan: Plan, folder: Path = FOLDER) -> Path:
    """Keep a plan, with the digests of the code as it is, and let the jobs that this process submits find it.

    Args:
        plan: to keep.
        folder: in which it becomes a file that is called after its content, so that no other run's is overwritten.

    Returns:
        The file, also in the environment variable `VARIABLE`.
    """
    plan.jobs()  # asks for every environment
    kept = {
        "results": plan.results.as_posix(),
        "experiments": {name: config.model_dump(mode="json") for name, config in plan.experiments.items()},
        "paper": sorted(plan.paper),
        "of": plan.of,
        "environments": [[list(key), value] for key, value in plan.environments.items()],
    }
    text = json.dumps(kept, indent=1, allow_nan=False) + "\n"  # the experiments in their order
    file = folder.absolute() / f"{_digest(text.encode('utf-8'))}.json"
    if not file.exists():
        write_text(file, text)
    os.environ[VARIABLE] = str(file)
    return file


def thaw(root: Path) -> Plan:
    """The plan of the run that this process is a job of; `root` as in `Plan`.

    Raises:
        InputError: the environment names no plan, or what it names is not as `freeze` wrote it.
    """
    name = os.environ.get(VARIABLE)
    if name is None:
        raise InputError(f"{VARIABLE} is not set: the cluster must pass the environment of `snakemake` on to its jobs")
    try:
        written = Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"{VARIABLE} = {name}: cannot be read: {error.strerror}: run `snakemake` again") from error
    if _digest(written) != Path(name).stem:
        raise InputError(f"{VARIABLE} = {name}: was changed after it was written: run `snakemake` again")
    kept = json.loads(written)
    return Plan(
        root,
        Path(kept["results"]),
        {
            name: parse(EXPERIMENTS[values["task"]], values, lambda keys: (VARIABLE, keys))
            for name, values in kept["experiments"].items()
        },
        frozenset(kept["paper"]),
        kept["of"],
        {(step, task, row): environment for (step, task, row), environment in kept["environments"]},
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
