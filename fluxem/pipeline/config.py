"""The keys of an experiment's file, their types, ranges, defaults and meaning; those of `data` are in `config_data`.

To add a key, add a field: unknown keys are refused, strict types refuse the text "1e-3" for a number, and the
field's description is what the error message says is allowed. `config/README.md` lists the keys; a test holds
it to this file.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from fluxem.pipeline.config_data import ArithmeticData, Data, UnitsData
from fluxem.pipeline.section import Section, invalid, is_section, refuse_repeats

TaskName = Literal["arithmetic", "units"]
ModelName = Literal["token_only", "hybrid"]

#: An experiment's file may have this after the experiment's name.
FULL = "_full"


class ModelValues(Section):
    """Sizes of a network."""

    hidden_dim: int = Field(128, ge=1, description="width of a position, a multiple of 2 * num_heads")
    num_layers: int = Field(2, ge=1, description="transformer blocks, at least 1")
    num_heads: int = Field(4, ge=1, description="attention heads, at least 1")
    mlp_dim: int = Field(512, ge=1, description="width inside a block, at least 1")
    dropout: float = Field(0.1, ge=0, lt=1, description="share of activations dropped in training, from 0 to below 1")

    @model_validator(mode="after")
    def _check(self) -> ModelValues:
        if self.hidden_dim % (2 * self.num_heads):
            raise invalid(
                f"hidden_dim = {self.hidden_dim}: allowed: a multiple of 2 * num_heads = {2 * self.num_heads}"
            )
        return self


class TrainingValues(Section):
    """How a network is trained."""

    epochs: int = Field(20, ge=1, description="passes over the training rows, at least 1")
    batch_size: int = Field(32, ge=1, description="rows in a step, at least 1")
    learning_rate: float = Field(0.001, gt=0, description="highest learning rate, above 0")
    patience: int | None = Field(
        None, ge=1, description="stop after so many epochs without a better validation score; null: never"
    )


class PerModel(BaseModel):
    """A section with one part for each model, whose keys override the common ones for that model alone.

    A model with keys of its own has a part of its own class, a subclass of the common values.
    """

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        parts = {name for name, field in cls.model_fields.items() if is_section(field.annotation)}
        common = {key: value for key, value in values.items() if key in cls.model_fields.keys() - parts}
        merged = {name: values.get(name, {}) for name in parts}
        return values | {n: common | part if isinstance(part, dict) else part for n, part in merged.items()}


class HybridModelValues(ModelValues):
    """Sizes of the hybrid."""

    local_heads: int = Field(
        2, ge=0, description="heads of a layer that see only `window` positions, at most num_heads"
    )
    window: int = Field(6, ge=1, description="positions to either side that a local head sees, at least 1")
    router_dim: int = Field(64, ge=1, description="width of the router's hidden layer, at least 1")

    @model_validator(mode="after")
    def _check_heads(self) -> HybridModelValues:
        if self.local_heads > self.num_heads:
            raise invalid(f"local_heads = {self.local_heads}: allowed: at most num_heads = {self.num_heads}")
        return self


class Model(PerModel, ModelValues):
    """Common sizes, and what differs for one model."""

    token_only: ModelValues = Field(ModelValues(), description="keys that differ for token_only")
    hybrid: HybridModelValues = Field(HybridModelValues(), description="keys that differ for hybrid")


class HybridTrainingValues(TrainingValues):
    """How the hybrid is trained; `batch_size` is the number of questions in flight."""

    most_packed: int = Field(5, ge=1, description="questions that share a row at most, on average, at least 1")
    value_jitter: float = Field(0.5, ge=0, le=1, description="share of virtual tokens read with random phases, 0 to 1")
    fallback_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="share of questions also spoken in characters, without their spans, 0 to 1",
    )


class Training(PerModel, TrainingValues):
    """Common training values, and what differs for one model."""

    token_only: TrainingValues = Field(TrainingValues(), description="keys that differ for token_only")
    hybrid: HybridTrainingValues = Field(HybridTrainingValues(), description="keys that differ for hybrid")


class Task(Section):
    """The key that says which class an experiment is of; see `EXPERIMENTS`."""

    task: TaskName = Field(description="arithmetic or units: what the questions are about")


class Experiment(Task):
    """One experiment: models compared on one task over several seeds. Each task has a class with its `data`."""

    seeds: tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] = Field(
        (0, 1, 2),
        min_length=1,
        description="integers from 0 to 2**32 - 1, for data and initialisation; `seed: 42` is `seeds: [42]`",
    )
    models: tuple[ModelName, ...] = Field(
        ("token_only", "hybrid"),
        min_length=1,
        description="models to compare, in the order of the table: token_only, hybrid",
    )
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
        return self


class ArithmeticExperiment(Experiment):
    """An experiment on arithmetic."""

    data: ArithmeticData = Field(ArithmeticData(), description="the questions")


class UnitsExperiment(Experiment):
    """An experiment on units."""

    data: UnitsData = Field(UnitsData(), description="the questions")


EXPERIMENTS: dict[TaskName, type[Experiment]] = {"arithmetic": ArithmeticExperiment, "units": UnitsExperiment}


class Project(Section):
    """`config/config.yaml`: which experiments to run, and where results go."""

    results_dir: str = Field("results", min_length=1, description="folder that results go to")
    experiments: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")], dict[str, Any] | None] = Field(
        min_length=1, description="experiment -> keys that differ from config/<experiment>.yaml; {} for none"
    )

    @model_validator(mode="after")
    def _check(self) -> Project:
        for name in self.experiments:
            if name.endswith(FULL):
                raise invalid(f"experiments.{name}: allowed: {name.removesuffix(FULL)}, the name less {FULL}")
        return self
