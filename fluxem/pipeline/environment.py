"""What the result of a step depends on beside its configuration: code, Python and libraries."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from fluxem.pipeline.config_data import OF_TASK
from fluxem.pipeline.digest import closure, code_digest, code_parts, module_file
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.spec import Spec

SCRIPTS = Path("workflow/scripts")
FAMILIES = tuple(dict.fromkeys(row.family for row in ROWS.values()))
TASKS = tuple(OF_TASK)


@dataclass(frozen=True)
class Step:
    """A step: its script, and the libraries whose version can change its result."""

    script: str
    libraries: tuple[str, ...]


#: The tables of the domains; they count for the steps that run a module which reads them.
DOMAIN_DATA = tuple(
    f"fluxem/data/{name}" for name in ("elements.tsv", "known_formulas.txt", "taxonomy.tsv", "units.tsv")
)

#: How pages look and step; they count for the steps that write pages.
PAGE_DATA = ("fluxem/data/explain.js", "fluxem/data/page.css")
DATA_FILES = DOMAIN_DATA + PAGE_DATA

STEPS = {
    "generate": Step("generate_data.py", ("numpy",)),
    "report": Step("make_report.py", ()),
    **{f"train_{family}": Step(f"train_{family}.py", ("numpy", "torch")) for family in FAMILIES},
    "eval": Step("eval.py", ("numpy", "torch")),
    "table": Step("make_table.py", ()),
    "figures": Step("make_figures.py", ("matplotlib",)),
    "times": Step("make_times.py", ()),
    "pages": Step("make_pages.py", ()),
    "explain": Step("make_explain.py", ("numpy", "torch")),
}


def environment(root: Path, step: str, task: str, row: str | None) -> Spec:
    """What a step's result depends on beside its configuration: code, Python and pinned libraries.

    `row` is the row whose model the step runs, if it runs one.
    """
    definition = STEPS[step]
    constraints = (root / "constraints.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", constraints, re.MULTILINE))
    return {
        "code": code_digest(root, root / SCRIPTS / definition.script, DATA_FILES, never_run(root, task, row)),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "libraries": {name: pins[name] for name in definition.libraries},
    }


def code_files(root: Path, step: str, task: str, row: str | None) -> dict[str, str]:
    """The files that the digest of a step's code is of, relative to `root`, each with its own: see `environment`."""
    parts = code_parts(root, root / SCRIPTS / STEPS[step].script, DATA_FILES, never_run(root, task, row))
    return {part.file.relative_to(root).as_posix(): part.digest for part in parts}


def row_of(spec: Spec) -> str | None:
    """The row of `ROWS` whose model a step trains or asks, if it does."""
    asked = spec.get("evaluated", spec)
    return asked.get("trained", asked).get("variant")


def never_run(root: Path, task: str, row: str | None) -> frozenset[str]:
    """The modules that no step of a task and row runs: questions of other tasks, models that the row's is not made of.

    The model of a row is in the module of its name, or in that of its family's plain row.
    """
    models = {other: f"fluxem.models.{other}" for other in ROWS if module_file(root, f"fluxem.models.{other}")}
    own = set()
    if row is not None:
        module = models.get(row) or models[ROWS[row].family]
        own = {module, *closure(root, root.joinpath(*module.split(".")).with_suffix(".py"))}
    return frozenset({f"fluxem.tasks.{other}" for other in TASKS if other != task} | set(models.values()) - own)
