"""Booleans: one lane, 1 for true and -1 for false. `and` is the minimum, `or` the maximum, `not` the other
sign.

*Read as booleans:* a whole text that is `true` or `false`, in any case. In a longer text there are none: "It
is true that" is prose.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import lanes
from fluxem.domains.base import Domain, Operation, Span, require_text
from fluxem.errors import InputError, ParseError
from fluxem.space import Vectors

TRUTH = 8

_VALUES = {"true": True, "false": False}


class BooleanDomain(Domain):
    """Truth values; a value is a bool."""

    name = "boolean"
    tag = 4
    example = "true"
    value_types = (bool, np.bool_)

    def find(self, text: str) -> Iterator[Span]:
        """The text itself, if it is `true` or `false`."""
        if text in _VALUES:
            yield Span(self.name, 0, len(text), _VALUES[text])

    def parse(self, text: str) -> bool:
        """`true` or `false`, in any case; ParseError for any other text."""
        value = _VALUES.get(require_text(text).strip().lower())
        if value is None:
            raise ParseError(f"{text[:40]!r} is not one boolean: true or false")
        return value

    def encode(self, values: Sequence[bool] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n bools; InputError for another type, 0 and 1 among them."""
        for row, value in enumerate(values):
            if not isinstance(value, (bool, np.bool_)):
                raise InputError(f"row {row}: a boolean is True or False, not {type(value).__name__} {value!r:.40}")
        vectors = lanes.blank(self, len(values))
        vectors[:, TRUTH] = np.where(np.asarray(values, bool), 1, -1)
        return vectors

    def decode(self, vectors: Vectors) -> list[bool]:
        """The bools of vectors (n, 128); InputError when a row is not the vector of one."""
        vectors = lanes.own(self, vectors)
        values: list[bool] = (vectors[:, TRUTH] > 0).tolist()
        lanes.require_canonical(self, vectors, values)
        return values

    def render(self, vectors: Vectors) -> list[str]:
        """`true` or `false`."""
        return ["true" if value else "false" for value in self.decode(vectors)]


BOOLEAN = BooleanDomain()

# --- operations ---


def _on_truth(function: Callable[..., NDArray[np.bool_]]) -> Callable[..., tuple[Vectors, NDArray[np.bool_]]]:
    def operate(*operands: Vectors) -> tuple[Vectors, NDArray[np.bool_]]:
        truths = [lanes.own(BOOLEAN, operand)[:, TRUTH] > 0 for operand in operands]
        return BOOLEAN.encode(function(*truths)), np.ones(len(truths[0]), bool)

    return operate


def _operation(name: str, function: Callable[..., NDArray[np.bool_]], law: str, arity: int = 2) -> Operation:
    operands = ("boolean",) * arity
    return Operation(name, name, operands, "boolean", arity == 2, f"{law}, bitwise", _on_truth(function))


OPERATIONS = (
    _operation("and", np.logical_and, "e(a) and e(b) = e(a and b): the minimum"),
    _operation("or", np.logical_or, "e(a) or e(b) = e(a or b): the maximum"),
    _operation("not", np.logical_not, "not e(a) = e(not a): the other sign", arity=1),
)
