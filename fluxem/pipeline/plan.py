"""Which files the pipeline makes, and the spec of the step that makes each."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import get_args

from fluxem.pipeline.config import Experiment, ModelName, TaskName
from fluxem.pipeline.dataset import MANIFEST
from fluxem.pipeline.digest import code_digest
from fluxem.pipeline.load import (
    ConfigError,
    Values,
    experiment_file,
    experiment_name,
    load_experiment,
    load_project,
    merge,
    possible_files,
    read_yaml,
)
from fluxem.pipeline.spec import Spec, with_seed

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path("config")
SCRIPTS = Path("workflow/scripts")
MODELS: tuple[str, ...] = get_args(ModelName)
TASKS: tuple[str, ...] = get_args(TaskName)

# Folders below the results folder, as patterns of the values in a spec.
EXPERIMENT = "{experiment}"
DATA = f"{EXPERIMENT}/seed{{seed}}/data"
RUN = f"{EXPERIMENT}/seed{{seed}}/{{model}}"
# What the data's report is called, in its folder.
REPORT = "report.md"
# What an experiment ends in, in its folder.
TABLE, METRICS_CSV, FIGURE_FOLDER = "table.md", "metrics.csv", "figures"
#: The figures of a task, below the folder of an experiment.
FIGURES = {
    "arithmetic": (f"{FIGURE_FOLDER}/accuracy_by_operations.svg",),
    "units": (f"{FIGURE_FOLDER}/accuracy_by_magnitude.svg", f"{FIGURE_FOLDER}/conversions.svg"),
}


@dataclass(frozen=True)
class Step:
    """A step: its script, and the libraries whose version can change its result."""

    script: str
    libraries: tuple[str, ...]


#: The tables of the domains; they count for the steps that run a module which reads them.
DOMAIN_DATA = tuple(
    f"fluxem/data/{name}" for name in ("elements.tsv", "known_formulas.txt", "taxonomy.tsv", "units.tsv")
)

STEPS = {
    "generate": Step("generate_data.py", ("numpy",)),
    "report": Step("make_report.py", ()),
    **{f"train_{model}": Step(f"train_{model}.py", ("numpy", "torch")) for model in MODELS},
    "eval": Step("eval.py", ("numpy", "torch")),
    "table": Step("make_table.py", ()),
    "figures": Step("make_figures.py", ("matplotlib",)),
}


@dataclass(frozen=True)
class Plan:
    """The experiments to run, and what each of their steps depends on.

    `root` is the folder with the package, the scripts and constraints.txt; `results` the folder results go
    to.
    """

    root: Path
    results: Path
    experiments: dict[str, Experiment]

    @classmethod
    def load(cls, values: Values, files: Sequence[Path], folder: Path, root: Path = ROOT) -> Plan:
        """The plan of a project configuration.

        Args:
            values: the project configuration, merged.
            files: the files that `values` come from, lowest priority first, to name in messages.
            folder: the folder of the experiments' files.
            root: see the class.

        Raises:
            ConfigError: a key or value that is not allowed; the message is one line with file, key and what
            is allowed.
        """
        project = load_project(values, files)
        experiments = {
            name: load_experiment(experiment_file(folder, name), over or {}, files)
            for name, over in project.experiments.items()
        }
        return cls(root, Path(project.results_dir), experiments)

    @classmethod
    def load_one(cls, file: Path, over: Values) -> Plan:
        """The plan of one experiment as the pipeline has it, with what `config.yaml` beside `file` changes.

        Raises:
            ConfigError: as `load`.
        """
        name = experiment_name(file)
        if file in possible_files(file.parent, name):
            only = experiment_file(file.parent, name)
            if only != file:
                raise ConfigError(f"{file}: cannot be read: No such file or directory; did you mean {only}?")
        project_file = file.with_name("config.yaml")
        files = [project_file] if project_file.is_file() else []
        values = read_yaml(project_file) if files else {"experiments": {name: {}}}
        project = load_project(values, files)
        experiment = load_experiment(file, merge(project.experiments.get(name) or {}, over), files)
        results = os.path.relpath(ROOT / project.results_dir)
        return cls(ROOT, Path(results), {name: experiment})

    def targets(self) -> list[str]:
        """The files that `snakemake all` makes."""
        made: list[str] = []
        for name, config in self.experiments.items():
            made += (f"{name}/{file}" for file in (TABLE, METRICS_CSV, *FIGURES[config.task]))
            made += (f"{DATA.format(experiment=name, seed=seed)}/{REPORT}" for seed in config.seeds)
        return [str(self.results / each) for each in made]

    def generate(self, experiment: str, seed: int | None) -> Spec:
        """The spec of the data of one seed; with seed None, of every seed (see `with_seed`)."""
        config = self.experiments[experiment]
        return self._spec("generate", experiment) | {
            "seed": seed,
            "data": config.data.model_dump(mode="json"),
        }

    def report(self, experiment: str, seed: int | None) -> Spec:
        """The spec of the report on the data of one seed; it holds the spec of the data."""
        return self._spec("report", experiment) | {
            "seed": seed,
            "splits": list(self.experiments[experiment].data.splits),
            "dataset": self.generate(experiment, seed),
        }

    def train(self, experiment: str, seed: int | None, model: str) -> Spec:
        """The spec of one trained model; it holds the spec of its data."""
        config = self.experiments[experiment]
        return self._spec(f"train_{model}", experiment) | {
            "seed": seed,
            "model": model,
            "architecture": getattr(config.model, model).model_dump(mode="json"),
            "training": getattr(config.training, model).model_dump(mode="json"),
            "dataset": self.generate(experiment, seed),
        }

    def eval(self, experiment: str, seed: int | None, model: str) -> Spec:
        """The spec of one trained model's test results; it holds the spec of the training."""
        return self._spec("eval", experiment) | {
            "seed": seed,
            "model": model,
            "splits": list(self.experiments[experiment].data.test_splits),
            "trained": self.train(experiment, seed, model),
        }

    def table(self, experiment: str) -> Spec:
        """The spec of the table of an experiment; it holds that of every model's results, less the seed."""
        return self._summary("table", experiment)

    def figures(self, experiment: str) -> Spec:
        """The spec of the figures of an experiment; as that of the table."""
        return self._summary("figures", experiment)

    def _summary(self, step: str, experiment: str) -> Spec:
        config = self.experiments[experiment]
        return self._spec(step, experiment) | {
            "models": list(config.models),
            "seeds": list(config.seeds),
            "runs": {model: self.eval(experiment, None, model) for model in config.models},
        }

    def _spec(self, step: str, experiment: str) -> Spec:
        """What the spec of every step has."""
        task = self.experiments[experiment].task
        return {"step": step, "experiment": experiment, "task": task, **self._environments[step, task]}

    @cached_property
    def _environments(self) -> dict[tuple[str, str], Spec]:
        tasks = {config.task for config in self.experiments.values()}
        return {(step, task): environment(self.root, step, task) for step in STEPS for task in tasks}


def environment(root: Path, step: str, task: str) -> Spec:
    """What a step's result depends on beside its configuration: code, Python and pinned libraries."""
    definition = STEPS[step]
    constraints = (root / "constraints.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", constraints, re.MULTILINE))
    return {
        "code": code_digest(root, root / SCRIPTS / definition.script, DOMAIN_DATA, other_tasks(task)),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "libraries": {name: pins[name] for name in definition.libraries},
    }


def other_tasks(task: str) -> tuple[str, ...]:
    """The modules that make the questions of the other tasks: no step of `task` runs them."""
    return tuple(f"fluxem.tasks.{other}" for other in TASKS if other != task)


def inputs(spec: Spec) -> list[Spec]:
    """The specs of the outputs that a step reads, those made first in front."""
    if "runs" in spec:
        return [with_seed(spec["runs"][model], seed) for seed in spec["seeds"] for model in spec["models"]]
    if "trained" in spec:
        return [spec["trained"]["dataset"], spec["trained"]]
    return [spec["dataset"]] if "dataset" in spec else []


def record(results: Path, spec: Spec) -> Path:
    """The file of a step's output that embeds its spec."""
    files = {"generate": f"{DATA}/{MANIFEST}", "eval": f"{RUN}/metrics.json"}
    return results / files.get(spec["step"], f"{RUN}/run.json").format_map(spec)


def command(spec: Spec) -> str:
    """The command line that does a step by hand."""
    flags = f" --seed {spec['seed']}" if "seed" in spec else ""
    flags += f" --model {spec['model']}" if spec["step"] == "eval" else ""
    script = SCRIPTS / STEPS[spec["step"]].script
    usual, full = possible_files(CONFIG, spec["experiment"])
    file = full if (ROOT / full).exists() else usual
    return f"python {script.as_posix()} --config {file.as_posix()}{flags}"
