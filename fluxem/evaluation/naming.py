"""What the rows of an experiment are called, and what they are, from the spec of its table or figures."""

from __future__ import annotations

from typing import Any

from fluxem.pipeline.rows import NOT_LEARNED, ROWS, Row


def row_of(spec: dict[str, Any], model: str) -> Row:
    """The row of `ROWS` that a model is, or varies."""
    return ROWS[spec["runs"][model]["trained"]["variant"]]


def names(spec: dict[str, Any]) -> dict[str, str]:
    """What tables call each model: its name, and that it is not learned where it is not."""
    return {model: model if row_of(spec, model).learned else f"{model} ({NOT_LEARNED})" for model in spec["models"]}


def labels(spec: dict[str, Any]) -> dict[str, str]:
    """What figures call each model."""
    found = {}
    for model in spec["models"]:
        row = row_of(spec, model)
        label = row.label if model in ROWS else model.replace("_", " ")
        found[model] = label if row.learned else f"{label} ({NOT_LEARNED})"
    return found


def describe(spec: dict[str, Any], model: str) -> str:
    """What a model is, in one clause; of a variant, what it varies."""
    if model not in spec["variants"]:
        row = row_of(spec, model)
        return row.describe() if row.learned else f"{NOT_LEARNED}: {row.describe()}"
    variant = spec["variants"][model]
    changes = [f"{part}.{key}: {value}" for part in ("model", "training") for key, value in variant[part].items()]
    return f"as `{variant['of']}`, with {', '.join(changes) or 'nothing changed'}"
