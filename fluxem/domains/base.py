"""What every domain offers, and what an operation is."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.errors import InputError, ParseError, RangeError
from fluxem.space import TAG, Vectors


@dataclass(frozen=True, slots=True)
class Span:
    """text[start:end] reads as `value` of the domain of this name; offsets count the characters of a str."""

    domain: str
    start: int
    end: int
    value: object


class Domain(ABC):
    """A registered type. Vectors are canonical: equal values give bitwise equal vectors."""

    name: str
    tag: int  # unique, 1..255
    example: str  # a text that `parse` accepts
    value_types: tuple[type, ...]  # the Python types `encode` takes
    network_lanes: slice = TAG  # the lanes that a network reads: what they hold never grows with the value

    @abstractmethod
    def find(self, text: str) -> Iterator[Span]:
        """The spans of a text, left to right, non-overlapping, in time linear in its length."""

    def left_out(self, text: str) -> Iterator[tuple[int, str]]:
        """(offset, one clear line) for each part of a text that reads as a value no vector can hold."""
        return iter(())

    def parse(self, text: str) -> Any:
        """The value of a whole text; ParseError if it is not one span, RangeError if no vector holds it."""
        text = require_text(text).strip()
        for span in self.find(text):
            if (span.start, span.end) == (0, len(text)):
                return span.value
        for offset, reason in self.left_out(text):
            if offset == 0:
                raise RangeError(reason)
        shown = text if len(text) <= 40 else text[:37] + "..."
        raise ParseError(f"{shown!r} is not one {self.name} (for example: {self.example})")

    @abstractmethod
    def encode(self, values: Sequence[Any] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n values; RangeError if none holds one, InputError for another type."""

    @abstractmethod
    def decode(self, vectors: Vectors) -> list[Any]:
        """The n values of vectors (n, 128); InputError when a row is not a vector of this domain."""

    @abstractmethod
    def render(self, vectors: Vectors) -> list[str]:
        """The canonical text of each of n vectors (n, 128); errors as `decode`."""

    def answer(self, vectors: Vectors) -> list[str]:
        """The text of each of n vectors (n, 128) as answers give it: the canonical one, unless it may be rounded."""
        return self.render(vectors)


def require_text(text: Any) -> str:
    """The text itself; InputError when it is not a str."""
    if not isinstance(text, str):
        raise InputError(f"a text is a str, not {type(text).__name__}")
    return text


def _out_of_range(*operands: Vectors) -> InputError:
    return RangeError("the result is outside what a vector holds exactly")


@dataclass(frozen=True)
class Operation:
    """A unary or binary operation on vectors. Its result is bitwise the encoding of the exact result.

    `function` takes a batch (n, 128) for each operand, the left one first, and returns the results (n, 128)
    float32 and ok (n,) bool; a row that is not ok (out of range, undefined) is all zero. `refusal` says why,
    for one such row, (1, 128) of each operand.
    """

    name: str
    symbol: str
    operands: tuple[str, ...]  # names of one or two domains
    result: str
    commutative: bool
    law: str
    function: Callable[..., tuple[Vectors, NDArray[np.bool_]]]
    refusal: Callable[..., InputError] = _out_of_range
