"""Which jobs there are, and the spec of each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fluxem.pipeline import layout
from fluxem.pipeline.comparisons import comparisons_of, load_experiments
from fluxem.pipeline.config import Experiment
from fluxem.pipeline.config_data import ArithmeticData
from fluxem.pipeline.environment import SCRIPTS, STEPS, environment
from fluxem.pipeline.load import (
    ConfigError,
    Values,
    experiment_file,
    experiment_name,
    load_project,
    possible_files,
    read_yaml,
)
from fluxem.pipeline.questions import read_questions
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.spec import Spec

#: The row whose answers are explained.
EXPLAINED = "hybrid"


@dataclass(frozen=True)
class Plan:
    """The experiments to run, and what each of their steps depends on.

    `root` is the folder with the package, the scripts and constraints.txt; `results` the folder results go
    to; `paper` names the experiments that only `snakemake paper` runs; `of` says of which experiment a comparison is,
    in whose folder its data and runs are; `environments` what `environment` says by step, task and row, once it was
    asked: it reads many files.
    """

    root: Path
    results: Path
    experiments: dict[str, Experiment]
    paper: frozenset[str] = frozenset()
    of: dict[str, str] = field(default_factory=dict)
    environments: dict[tuple[str, str, str | None], Spec] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, values: Values, files: Sequence[Path], folder: Path, root: Path = layout.ROOT) -> Plan:
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
        listed = {name: experiment_file(folder, name) for name in (*project.experiments, *project.paper)}
        experiments, of = load_experiments(project, files, listed, {})
        plan = cls(root, Path(project.results_dir), experiments, frozenset(project.paper), of)
        plan.written()
        return plan

    @classmethod
    def load_one(cls, file: Path, over: Values) -> Plan:
        """The plan of one experiment as the pipeline has it, with what `config.yaml` beside `file` changes.

        The experiment is the first of the plan; the comparisons of it that are listed there follow.

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
        wanted = {name: file} | comparisons_of(name, project, file.parent)
        experiments, of = load_experiments(project, files, wanted, over)
        return cls(layout.ROOT, Path(os.path.relpath(layout.ROOT / project.results_dir)), experiments, of=of)

    def source(self, experiment: str) -> str:
        """The experiment that has the data and runs of an experiment: itself, or that which it compares."""
        return self.of.get(experiment, experiment)

    @property
    def sources(self) -> dict[str, Experiment]:
        """The experiments that have data and runs of their own, each with a configuration of its questions."""
        return {self.source(name): config for name, config in self.experiments.items()}

    def rows(self, experiment: str) -> tuple[str, ...]:
        """The rows that an experiment has runs of, those of its comparisons included."""
        return tuple(dict.fromkeys(row for config in self._configs(experiment) for row in config.rows))

    def jobs(self, paper: bool | None = None) -> dict[str, Spec]:
        """The jobs of `snakemake all`, of `snakemake paper`, or of both, each after what it reads.

        Returns:
            Their specs, by the file of their manifest below the results folder.
        """
        specs: list[Spec] = []
        for name in (name for name in self.experiments if paper in (None, name in self.paper)):
            config = self.experiments[name]
            for seed in config.seeds:
                specs += [self.generate(name, seed), self.report(name, seed)]
                for model in config.models:
                    specs += [self.train(name, seed, model), self.eval(name, seed, model)]
            specs += [self.table(name), self.figures(name), self.times_of(name), self.pages(name)]
            specs += [self.explain(name)] if name in self.explained else []
        return {layout.manifest(spec): spec for spec in specs}

    def targets(self, paper: bool = False) -> list[str]:
        """What `snakemake all` makes, or `snakemake paper`: all files of all jobs, so that none can be missed."""
        made = ([*layout.outputs(spec), file] for file, spec in self.jobs(paper).items())
        return [(self.results / each).as_posix() for files in made for each in files]

    def device(self, spec: Spec) -> str | None:
        """Where the network of a step runs, if it runs one."""
        return self.sources[spec["experiment"]].device if "torch" in spec["libraries"] else None

    def figure_files(self, experiment: str) -> tuple[str, ...]:
        """The figures of an experiment: those of its task for which it has numbers."""
        config = self.experiments[experiment]
        if isinstance(config.data, ArithmeticData) and any(config.schedule(model).examples for model in config.models):
            return ("accuracy_by_examples.svg", "learning_curves.svg")
        return config.data.figures

    def generate(self, experiment: str, seed: int | None) -> Spec:
        """The spec of the data of one seed; with seed None, of every seed (see `spec.with_seed`)."""
        return self._spec("generate", self.source(experiment)) | {
            "seed": seed,
            "data": self._configs(experiment)[0].data.model_dump(mode="json"),
        }

    def report(self, experiment: str, seed: int | None) -> Spec:
        """The spec of the report on the data of one seed; it holds the spec of the data."""
        return self._spec("report", self.source(experiment)) | {
            "seed": seed,
            "splits": list(self._configs(experiment)[0].data.splits),
            "dataset": self.generate(experiment, seed),
        }

    def train(self, experiment: str, seed: int | None, model: str) -> Spec:
        """The spec of one trained model; it holds the spec of its data."""
        config = self._with(experiment, model)
        row = config.row_of(model)
        return self._spec(f"train_{ROWS[row].family}", self.source(experiment), row) | {
            "seed": seed,
            "model": model,
            "variant": row,
            "architecture": config.architecture(model).model_dump(mode="json"),
            "training": config.schedule(model).model_dump(mode="json"),
            "dataset": self.generate(experiment, seed),
        }

    def script(self, experiment: str, model: str) -> str:
        """The script that trains a model."""
        family = ROWS[self._with(experiment, model).row_of(model)].family
        return (SCRIPTS / STEPS[f"train_{family}"].script).as_posix()

    def eval(self, experiment: str, seed: int | None, model: str) -> Spec:
        """The spec of one trained model's test results; it holds the spec of the training."""
        config = self._with(experiment, model)
        return self._spec("eval", self.source(experiment), config.row_of(model)) | {
            "seed": seed,
            "model": model,
            "splits": list(config.data.test_splits),
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
        measured = {"models": list(config.models), "seeds": list(config.seeds)}
        return self._spec("times", experiment) | {"runs_of": self.source(experiment), **measured}

    def pages(self, experiment: str) -> Spec:
        """The spec of an experiment's pages of its table, figures and runs."""
        times, figures = self.times_of(experiment), list(self.figure_files(experiment))
        return times | self._spec("pages", experiment) | {"figures": figures}

    @property
    def explained(self) -> tuple[str, ...]:
        """The experiments with an explain page: those that train a hybrid of their own."""
        own = (name for name in self.experiments if self.source(name) == name)
        return tuple(name for name in own if EXPLAINED in self.experiments[name].models)

    def written(self) -> dict[str, list[Values]]:
        """The questions that people wrote for the explain pages, by task.

        Raises:
            ConfigError: a file of them is missing or wrong.
        """
        tasks = dict.fromkeys(self.experiments[name].task for name in self.explained)
        return {task: read_questions(self.root / layout.CONFIG / layout.WRITTEN.format(task=task)) for task in tasks}

    def explain(self, experiment: str) -> Spec:
        """The spec of an explain page; it holds that of the test results of its hybrid, of the first seed."""
        config = self.experiments[experiment]
        return self._spec("explain", experiment, EXPLAINED) | {
            "written": self.written()[config.task],
            "evaluated": self.eval(experiment, config.seeds[0], EXPLAINED),
        }

    def _summary(self, step: str, experiment: str) -> Spec:
        config = self.experiments[experiment]
        return self._spec(step, experiment) | {
            "models": list(config.models),
            "seeds": list(config.seeds),
            "runs": {model: self.eval(experiment, None, model) for model in config.models},
        }

    def _configs(self, experiment: str) -> list[Experiment]:
        """The configurations that share an experiment's data and runs, its own first."""
        source = self.source(experiment)
        names = [experiment, *(name for name in self.experiments if self.source(name) == source)]
        return [self.experiments[name] for name in dict.fromkeys(names) if name in self.experiments]

    def _with(self, experiment: str, model: str) -> Experiment:
        """The first of these that has a row."""
        return next(config for config in self._configs(experiment) if model in config.rows)

    def _spec(self, step: str, experiment: str, row: str | None = None) -> Spec:
        """What the spec of every step has; `row` is that of the model which the step runs, if it runs one."""
        task = self._configs(experiment)[0].task
        key = step, task, row
        if key not in self.environments:
            self.environments[key] = environment(self.root, *key)
        return {"step": step, "experiment": experiment, "task": task, **self.environments[key]}
