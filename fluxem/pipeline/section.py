"""What the sections of a configuration share: known keys, strict values, rules that span several keys."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """A mapping with known keys only; values are never converted from text."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


def is_section(annotation: Any) -> bool:
    """Whether a field's type is a mapping with known keys."""
    return isinstance(annotation, type) and issubclass(annotation, Section)


def invalid(message: str) -> PydanticCustomError:
    """The error of a rule that spans several keys; `message` names them."""
    return PydanticCustomError("rule", "{message}", {"message": message})


def refuse_repeats(name: str, values: tuple[object, ...]) -> None:
    """Raise the error of a list `name` that holds a value twice."""
    if len(set(values)) < len(values):
        raise invalid(f"{name} = {list(values)}: allowed: each value once")
