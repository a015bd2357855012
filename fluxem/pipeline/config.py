"""The keys of an experiment's file, their types, ranges, defaults and meaning.

Those of `data` are in `config_data`, those of `model` and `training` in `config_model`.

To add a key, add a field: unknown keys are refused, strict types refuse the text "1e-3" for a number, and the
field's description is what the error message says is allowed. `config/README.md` lists the keys; a test holds
it to these files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import Field, create_model, model_validator

from fluxem.pipeline.config_data import OF_TASK, Data
from fluxem.pipeline.config_model import Model, ModelValues, Training, TrainingValues
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.section import Section, invalid, refuse_repeats

if TYPE_CHECKING:
    TaskName = str  # which tasks there are, a type checker cannot know
else:
    TaskName = Literal[tuple(OF_TASK)]
S = TypeVar("S", bound=Section)

#: An experiment's file may have this after the experiment's name.
FULL = "_full"


class Task(Section):
    """The key that says which class an experiment is of; see `EXPERIMENTS`."""

    task: TaskName = Field(description=f"{' or '.join(OF_TASK)}: what the questions are about")


class Variant(Section):
    """A row that is another row with some keys changed, which the row's part checks; see `load_experiment`."""

    of: str = Field(description="the row that it varies")
    model: dict[str, Any] = Field({}, description="keys of model that differ from those of that row")
    training: dict[str, Any] = Field({}, description="keys of training that differ from those of that row")

    @model_validator(mode="after")
    def _check(self) -> Variant:
        if self.of not in ROWS:
            raise invalid(f"of = {self.of}: allowed: {', '.join(ROWS)}")
        return self


class Comparison(Section):
    """Which rows are compared over which seeds."""

    seeds: tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] = Field(
        (0, 1, 2),
        min_length=1,
        description="integers from 0 to 2**32 - 1, for data and initialisation; `seed: 42` is `seeds: [42]`",
    )
    models: tuple[str, ...] = Field(
        ("token_only", "hybrid"),
        min_length=1,
        description="rows to compare, in the order of the table, each of the list of rows or of `variants`",
    )
    variants: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Variant] = Field(
        {}, description="name -> a row made from another by changed keys; names of small letters, digits and _"
    )


class ComparisonOf(Comparison):
    """A comparison of more rows or seeds of another experiment: same questions, same sizes, and one run of each row."""

    of: str = Field(description="the experiment whose questions, networks and training are meant")


class Experiment(Task, Comparison):
    """One experiment: models compared on one task over several seeds. Each task has a class with its `data`."""

    device: str = Field(
        "cpu", pattern=r"^(cpu|cuda(:\d+)?|mps)$", description="cpu, cuda, cuda:N or mps: where networks run"
    )
    data: Data = Field(description="the questions")
    model: Model = Field(Model(), description="the networks")
    training: Training = Field(Training(), description="how they are trained")

    @model_validator(mode="before")
    @classmethod
    def _accept_seed(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        if "paths" in values:
            raise invalid("paths is not used: `results_dir` in config/config.yaml says where results go")
        if "seed" not in values:
            return values
        if "seeds" in values:
            raise invalid("seed and seeds are both given: keep one of the two")
        rest = {key: value for key, value in values.items() if key != "seed"}
        return rest | {"seeds": (values["seed"],)}

    @model_validator(mode="after")
    def _check(self) -> Experiment:
        refuse_repeats("seeds", self.seeds)
        refuse_repeats("models", self.models)
        if taken := self.variants.keys() & {*ROWS, "data"}:
            raise invalid(f"variants.{min(taken)}: allowed: a name of its own")
        for model in self.models:
            if model not in self.rows:
                raise invalid(f"models = {list(self.models)}: {model} is no row; allowed: {', '.join(self.rows)}")
        return self

    @property
    def rows(self) -> tuple[str, ...]:
        """Every row there is, those of `variants` included."""
        return (*ROWS, *self.variants)

    def row_of(self, model: str) -> str:
        """The row of `ROWS` that a model is, or varies."""
        return self.variants[model].of if model in self.variants else model

    def architecture(self, model: str) -> ModelValues:
        """The sizes of a model."""
        part: ModelValues = getattr(self.model, self.row_of(model))
        return _varied(part, self.variants[model].model) if model in self.variants else part

    def schedule(self, model: str) -> TrainingValues:
        """How a model is trained."""
        part: TrainingValues = getattr(self.training, self.row_of(model))
        return _varied(part, self.variants[model].training) if model in self.variants else part


def _varied(part: S, changes: dict[str, Any]) -> S:
    return type(part).model_validate(part.model_dump() | changes)


#: By task, the class of its experiments, whose `data` is that of the task.
EXPERIMENTS: dict[TaskName, type[Experiment]] = {
    task: create_model(
        f"{task.capitalize()}Experiment", __base__=Experiment, data=(kind, Field(kind(), description="the questions"))
    )
    for task, kind in OF_TASK.items()
}

ExperimentName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]


class Project(Section):
    """`config/config.yaml`: which experiments to run, and where results go."""

    results_dir: str = Field("results", min_length=1, description="folder that results go to")
    experiments: dict[ExperimentName, dict[str, Any] | None] = Field(
        min_length=1, description="experiment -> keys that differ from config/<experiment>.yaml; {} for none"
    )
    paper: dict[ExperimentName, dict[str, Any] | None] = Field(
        {}, description="the same, of experiments that `snakemake paper` runs and `snakemake all` does not"
    )

    @model_validator(mode="after")
    def _check(self) -> Project:
        for section, names in (("experiments", self.experiments), ("paper", self.paper)):
            for name in names:
                if name.endswith(FULL):
                    raise invalid(f"{section}.{name}: allowed: {name.removesuffix(FULL)}, the name less {FULL}")
        if both := self.experiments.keys() & self.paper.keys():
            raise invalid(f"paper.{min(both)}: is in experiments too; allowed: one of the two")
        return self

    def section_of(self, experiment: str) -> str:
        """The key that an experiment is listed under."""
        return "paper" if experiment in self.paper else "experiments"

    def changes(self, experiment: str) -> dict[str, Any]:
        """What is laid over an experiment's own file."""
        return getattr(self, self.section_of(experiment)).get(experiment) or {}
