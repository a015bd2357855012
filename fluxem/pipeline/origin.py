"""Which configuration file sets a key of a spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from fluxem.pipeline.layout import kind
from fluxem.pipeline.load import MISSING, Keys, at, possible_files, read_yaml
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.spec import Spec


def origin(plan: Plan, files: Sequence[Path], folder: Path, spec: Spec, key: str) -> str | None:
    """Where a key of a spec is set, as "training.epochs in config/units_full.yaml"; None where no file has it.

    Args:
        plan: that the spec is of.
        files: the project's, lowest priority first.
        folder: of the experiments' files.
        spec: of a job.
        key: dotted, such as `architecture.hidden_dim`.
    """
    own = spec["experiment"]
    names = dict.fromkeys([own, *(name for name in plan.experiments if plan.source(name) == own)])
    read = {file: read_yaml(file) for file in files}
    for keys in _spellings(spec, key):
        for name in names:
            over = [(file, (section, name, *keys)) for file in reversed(files) for section in ("experiments", "paper")]
            for file in (each for each in possible_files(folder, name) if each.exists()):
                read.setdefault(file, read_yaml(file))
                over.append((file, keys))
            for file, path in over:
                if at(read[file], path) is not MISSING:
                    return f"{'.'.join(map(str, path))} in {file}"
    return None


def _spellings(spec: Spec, key: str) -> Iterator[Keys]:
    """The keys of a file that may set a key of a spec, most special first."""
    head, *rest = key.split(".")
    if kind(spec) != "train" or head not in ("architecture", "training"):
        yield head, *rest
        return
    section, row = "model" if head == "architecture" else head, spec["variant"]
    yield "variants", spec["model"], section, *rest
    yield section, row, *rest
    yield section, ROWS[row].family, *rest
    yield section, *rest
