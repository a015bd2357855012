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

from fluxem.pipeline.config import Experiment, ModelName
from fluxem.pipeline.dataset import MANIFEST
from fluxem.pipeline.digest import code_digest
from fluxem.pipeline.load import Values, load_experiment, load_project, merge, read_yaml
from fluxem.pipeline.spec import Spec, with_seed

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path("workflow/scripts")
MODELS: tuple[str, ...] = get_args(ModelName)

TEST_SPLITS = ("test_id", "test_ood_magnitude", "test_ood_length", "test_ood_combined")
SPLITS = ("train", "validation", *TEST_SPLITS)

# Folders below the results folder, as patterns of the values in a spec.
EXPERIMENT = "{experiment}"
DATA = f"{EXPERIMENT}/seed{{seed}}/data"
RUN = f"{EXPERIMENT}/seed{{seed}}/{{model}}"
# What an experiment ends in, in its folder.
TABLE, METRICS_CSV, FIGURE = "table.md", "metrics.csv", "figures/accuracy_by_operations.svg"


@dataclass(frozen=True)
class Step:
    """A step: its script, the libraries whose version can change its result, the package files it reads."""

    script: str
    libraries: tuple[str, ...]
    data_files: tuple[str, ...] = ()


#: What the domains read, and so every step that reads a text.
DOMAIN_DATA = tuple(
    f"fluxem/data/{name}" for name in ("elements.tsv", "known_formulas.txt", "taxonomy.tsv", "units.tsv")
)

STEPS = {
    "generate": Step("generate_data.py", ("numpy",)),
    **{f"train_{model}": Step(f"train_{model}.py", ("numpy", "torch"), DOMAIN_DATA) for model in MODELS},
    "eval": Step("eval.py", ("numpy", "torch"), DOMAIN_DATA),
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
            folder: the folder of `<experiment>.yaml`.
            root: see the class.

        Raises:
            ConfigError: a key or value that is not allowed; the message is one line with file, key and what
            is allowed.
        """
        project = load_project(values, files)
        experiments = {
            name: load_experiment(folder / f"{name}.yaml", over or {}, files)
            for name, over in project.experiments.items()
        }
        return cls(root, Path(project.results_dir), experiments)

    @classmethod
    def load_one(cls, file: Path, over: Values) -> Plan:
        """The plan of one experiment as the pipeline has it, with what `config.yaml` beside `file` changes.

        Raises:
            ConfigError: as `load`.
        """
        project_file = file.with_name("config.yaml")
        files = [project_file] if project_file.is_file() else []
        values = read_yaml(project_file) if files else {"experiments": {file.stem: {}}}
        project = load_project(values, files)
        experiment = load_experiment(file, merge(project.experiments.get(file.stem) or {}, over), files)
        results = os.path.relpath(ROOT / project.results_dir)
        return cls(ROOT, Path(results), {file.stem: experiment})

    def targets(self) -> list[str]:
        """The files that `snakemake all` makes."""
        files = (TABLE, METRICS_CSV, FIGURE)
        return [str(self.results / name / file) for name in self.experiments for file in files]

    def generate(self, experiment: str, seed: int | None) -> Spec:
        """The spec of the data of one seed; with seed None, of every seed (see `with_seed`)."""
        config = self.experiments[experiment]
        return self._spec("generate", experiment) | {
            "seed": seed,
            "task": config.task,
            "data": config.data.model_dump(mode="json"),
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
            "splits": list(TEST_SPLITS),
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
        return {"step": step, "experiment": experiment, **self._environments[step]}

    @cached_property
    def _environments(self) -> dict[str, Spec]:
        return {step: environment(self.root, step) for step in STEPS}


def environment(root: Path, step: str) -> Spec:
    """What a step's result depends on beside its configuration: code, Python and pinned libraries."""
    definition = STEPS[step]
    constraints = (root / "constraints.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", constraints, re.MULTILINE))
    return {
        "code": code_digest(root, root / SCRIPTS / definition.script, definition.data_files),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "libraries": {name: pins[name] for name in definition.libraries},
    }


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
    return f"python {script.as_posix()} --config config/{spec['experiment']}.yaml{flags}"
