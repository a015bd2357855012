"""Which files the pipeline makes, and the spec of the step that makes each."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from fluxem.pipeline.config import Experiment, TaskName
from fluxem.pipeline.config_data import ArithmeticData
from fluxem.pipeline.dataset import MANIFEST
from fluxem.pipeline.digest import closure, code_digest, module_file
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
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.spec import Spec, with_seed

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path("config")
SCRIPTS = Path("workflow/scripts")
FAMILIES = tuple(dict.fromkeys(row.family for row in ROWS.values()))
TASKS: tuple[str, ...] = get_args(TaskName)

# Folders below the results folder, as patterns of the values in a spec.
EXPERIMENT = "{experiment}"
DATA = f"{EXPERIMENT}/seed{{seed}}/data"
RUN = f"{EXPERIMENT}/seed{{seed}}/{{model}}"
# What the data's report is called, in its folder.
REPORT = "report.md"
# What an experiment ends in, in its folder.
TABLE, METRICS_CSV, TIMES, FIGURE_FOLDER = "table.md", "metrics.csv", "times.md", "figures"
# How long a training took, as Snakemake measures it.
TRAINING_TIME = f"{EXPERIMENT}/benchmarks/train_{{model}}_seed{{seed}}.tsv"


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
    **{f"train_{family}": Step(f"train_{family}.py", ("numpy", "torch")) for family in FAMILIES},
    "eval": Step("eval.py", ("numpy", "torch")),
    "table": Step("make_table.py", ()),
    "figures": Step("make_figures.py", ("matplotlib",)),
    "times": Step("make_times.py", ()),
}


@dataclass(frozen=True)
class Plan:
    """The experiments to run, and what each of their steps depends on.

    `root` is the folder with the package, the scripts and constraints.txt; `results` the folder results go
    to; `paper` names the experiments that only `snakemake paper` runs.
    """

    root: Path
    results: Path
    experiments: dict[str, Experiment]
    paper: frozenset[str] = frozenset()
    #: By step, task and row, what `environment` says; it reads many files.
    _environments: dict[tuple[str, str, str | None], Spec] = field(default_factory=dict, init=False, repr=False)

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
            name: load_experiment(experiment_file(folder, name), project.changes(name), files, project.section_of(name))
            for name in (*project.experiments, *project.paper)
        }
        return cls(root, Path(project.results_dir), experiments, frozenset(project.paper))

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
        experiment = load_experiment(file, merge(project.changes(name), over), files, project.section_of(name))
        results = os.path.relpath(ROOT / project.results_dir)
        return cls(ROOT, Path(results), {name: experiment})

    def targets(self, paper: bool = False) -> list[str]:
        """The files that `snakemake all` makes, or `snakemake paper`, without those that only Snakemake can make."""
        made: list[str] = []
        for name, config in self.experiments.items():
            if (name in self.paper) == paper:
                made += (f"{name}/{file}" for file in (TABLE, METRICS_CSV))
                made += (f"{name}/{FIGURE_FOLDER}/{file}" for file in self.figure_files(name))
                made += (f"{DATA.format(experiment=name, seed=seed)}/{REPORT}" for seed in config.seeds)
        return [str(self.results / each) for each in made]

    def times(self, paper: bool = False) -> list[str]:
        """The tables of times that `snakemake all` makes, or `snakemake paper`."""
        return [str(self.results / name / TIMES) for name in self.experiments if (name in self.paper) == paper]

    def figure_files(self, experiment: str) -> tuple[str, ...]:
        """The figures of an experiment: those of its task for which it has numbers."""
        config = self.experiments[experiment]
        if not isinstance(config.data, ArithmeticData):
            return ("accuracy_by_magnitude.svg", "conversions.svg")
        digits = config.data.most_digits is not None
        sizes = any(config.schedule(model).examples for model in config.models)
        return (
            "accuracy_by_operations.svg",
            *(("accuracy_by_digits.svg",) if digits else ()),
            *(("accuracy_by_examples.svg",) if sizes else ()),
            "errors.svg",
            "learning_curves.svg",
        )

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
        row = config.row_of(model)
        return self._spec(f"train_{ROWS[row].family}", experiment, row) | {
            "seed": seed,
            "model": model,
            "variant": row,
            "architecture": config.architecture(model).model_dump(mode="json"),
            "training": config.schedule(model).model_dump(mode="json"),
            "dataset": self.generate(experiment, seed),
        }

    def script(self, experiment: str, model: str) -> str:
        """The script that trains a model."""
        family = ROWS[self.experiments[experiment].row_of(model)].family
        return (SCRIPTS / STEPS[f"train_{family}"].script).as_posix()

    def eval(self, experiment: str, seed: int | None, model: str) -> Spec:
        """The spec of one trained model's test results; it holds the spec of the training."""
        return self._spec("eval", experiment, self.experiments[experiment].row_of(model)) | {
            "seed": seed,
            "model": model,
            "splits": list(self.experiments[experiment].data.test_splits),
            "trained": self.train(experiment, seed, model),
        }

    def table(self, experiment: str) -> Spec:
        """The spec of the table of an experiment; it holds that of every model's results, less the seed."""
        config = self.experiments[experiment]
        variants = {name: variant for name, variant in config.variants.items() if name in config.models}
        changes = {name: variant.model_dump(mode="json") for name, variant in variants.items()}
        return self._summary("table", experiment) | {"variants": changes}

    def figures(self, experiment: str) -> Spec:
        """The spec of the figures of an experiment; as that of the table."""
        return self._summary("figures", experiment) | {"files": list(self.figure_files(experiment))}

    def times_of(self, experiment: str) -> Spec:
        """The spec of the table of times of an experiment."""
        config = self.experiments[experiment]
        return self._spec("times", experiment) | {"models": list(config.models), "seeds": list(config.seeds)}

    def _summary(self, step: str, experiment: str) -> Spec:
        config = self.experiments[experiment]
        return self._spec(step, experiment) | {
            "models": list(config.models),
            "seeds": list(config.seeds),
            "runs": {model: self.eval(experiment, None, model) for model in config.models},
        }

    def _spec(self, step: str, experiment: str, row: str | None = None) -> Spec:
        """What the spec of every step has; `row` is that of the model which the step runs, if it runs one."""
        task = self.experiments[experiment].task
        key = step, task, row
        if key not in self._environments:
            self._environments[key] = environment(self.root, *key)
        return {"step": step, "experiment": experiment, "task": task, **self._environments[key]}


def environment(root: Path, step: str, task: str, row: str | None) -> Spec:
    """What a step's result depends on beside its configuration: code, Python and pinned libraries.

    `row` is the row whose model the step runs, if it runs one.
    """
    definition = STEPS[step]
    constraints = (root / "constraints.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", constraints, re.MULTILINE))
    return {
        "code": code_digest(root, root / SCRIPTS / definition.script, DOMAIN_DATA, never_run(root, task, row)),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "libraries": {name: pins[name] for name in definition.libraries},
    }


def row_of(spec: Spec) -> str | None:
    """The row of `ROWS` whose model a step trains or asks, if it does."""
    return spec.get("trained", spec).get("variant")


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
    if spec["step"] == "eval":
        flags += f" --model {spec['model']}"
    elif "model" in spec and spec["step"] != f"train_{spec['model']}":
        flags += f" --variant {spec['model']}"
    script = SCRIPTS / STEPS[spec["step"]].script
    usual, full = possible_files(CONFIG, spec["experiment"])
    file = full if (ROOT / full).exists() else usual
    return f"python {script.as_posix()} --config {file.as_posix()}{flags}"
