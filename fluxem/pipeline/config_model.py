"""The `model` and `training` sections of an experiment: common keys, and a part for each row.

A row's part inherits the common keys and those of its family's plain row, `token_only` or `hybrid`. A row with keys of
its own has a part of its own class, a subclass of its family's.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.section import Section, invalid, is_section


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
    examples: int | None = Field(
        None,
        ge=1,
        description="train on so many of the training rows, repeated so that an epoch stays as long; null: on all",
    )


class HybridModelValues(ModelValues):
    """Sizes of the hybrid."""

    local_heads: int = Field(
        2, ge=0, description="heads of a layer that see only `window` positions, at most num_heads"
    )
    window: int = Field(6, ge=1, description="positions to either side that a local head sees, at least 1")
    router_dim: int = Field(64, ge=1, description="width of the router's hidden layer, at least 1")
    brackets: Literal["wait", "free"] = Field(
        "wait", description="whether a pair waits for a bracket that one of its numbers shares with a third: wait, free"
    )

    @model_validator(mode="after")
    def _check_heads(self) -> HybridModelValues:
        if self.local_heads > self.num_heads:
            raise invalid(f"local_heads = {self.local_heads}: allowed: at most num_heads = {self.num_heads}")
        return self


class HybridTrainingValues(TrainingValues):
    """How the hybrid is trained; `batch_size` is the number of questions in flight."""

    most_packed: int = Field(5, ge=1, description="questions that share a row at most, on average, at least 1")
    value_jitter: float = Field(1.0, ge=0, le=1, description="share of virtual tokens read with random phases, 0 to 1")
    fallback_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="share of questions also spoken in characters, without their spans, 0 to 1",
    )
    negatives: Literal["batch", "state"] = Field(
        "batch", description="wrong candidates that a right one has to beat: of the whole batch, or of its own state"
    )
    follow: Literal["own", "any"] = Field(
        "own", description="which right candidate training goes on with: the model's own choice, or any at random"
    )


class PerRow(BaseModel):
    """A section with one part for each row; the part inherits from the common keys and from its family's row."""

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        parts = {name for name, field in cls.model_fields.items() if is_section(field.annotation)}
        common = {key: value for key, value in values.items() if key in cls.model_fields.keys() - parts}
        merged = {}
        for name in parts:
            family, part = values.get(ROWS[name].family, {}), values.get(name, {})
            both = isinstance(family, dict) and isinstance(part, dict)
            merged[name] = common | family | part if both else part
        return values | merged


def _part(values: Section) -> Any:
    return Field(values, description="keys that differ for this row")


class Model(PerRow, ModelValues):
    """Common sizes, and what differs for one row."""

    token_only: ModelValues = _part(ModelValues())
    token_only_strong: ModelValues = _part(ModelValues())
    fone: ModelValues = _part(ModelValues())
    xval: ModelValues = _part(ModelValues())
    hybrid: HybridModelValues = _part(HybridModelValues())
    hybrid_blind: HybridModelValues = _part(HybridModelValues())
    hybrid_text: HybridModelValues = _part(HybridModelValues())
    learned_projection: HybridModelValues = _part(HybridModelValues())
    hybrid_float: HybridModelValues = _part(HybridModelValues())
    hybrid_supervised: HybridModelValues = _part(HybridModelValues())
    oracle: HybridModelValues = _part(HybridModelValues())
    random_router: HybridModelValues = _part(HybridModelValues())


class Training(PerRow, TrainingValues):
    """Common training values, and what differs for one row."""

    token_only: TrainingValues = _part(TrainingValues())
    token_only_strong: TrainingValues = _part(TrainingValues())
    fone: TrainingValues = _part(TrainingValues())
    xval: TrainingValues = _part(TrainingValues())
    hybrid: HybridTrainingValues = _part(HybridTrainingValues())
    hybrid_blind: HybridTrainingValues = _part(HybridTrainingValues())
    hybrid_text: HybridTrainingValues = _part(HybridTrainingValues())
    learned_projection: HybridTrainingValues = _part(HybridTrainingValues())
    hybrid_float: HybridTrainingValues = _part(HybridTrainingValues())
    hybrid_supervised: HybridTrainingValues = _part(HybridTrainingValues())
    oracle: HybridTrainingValues = _part(HybridTrainingValues())
    random_router: HybridTrainingValues = _part(HybridTrainingValues())
