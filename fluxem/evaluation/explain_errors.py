"""What went wrong in a wrong answer that is explained, also where people wrote the question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT
from fluxem.domains.units import Quantity, Unit
from fluxem.errors import InputError
from fluxem.evaluation import errors, units
from fluxem.evaluation.metrics import off_by
from fluxem.integration.sample_format import Sample
from fluxem.integration.segmenter import spans
from fluxem.models.answer import Answer
from fluxem.registry import DOMAINS

#: Answers about units are rounded to six significant digits, so the exact value differs by at most so much of it.
ROUNDED = Fraction(5, 10**6)
#: A number as answers give it.
NUMBER = r"-?[0-9]+(\.[0-9]+|/[0-9]+)?"


def same(value: Any) -> tuple[Any, ...]:
    """What two values that mean the same have in common: 1 km and 1000 m do."""
    if isinstance(value, Quantity):
        return "quantity", value.si, value.unit.exponents
    if isinstance(value, Unit):
        return "unit", value.scale, value.offset, value.exponents
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return "number", Fraction(value)
    return type(value).__name__, str(value)


def read_value(task: str, text: str) -> Any:
    """A value of a task as people write it: a number, or a quantity or unit; InputError for any other text."""
    if task == "arithmetic":
        return DOMAINS["number"].parse(text)
    try:
        return PHYS_QUANTITY.parse(text)
    except InputError:
        return PHYS_UNIT.parse(text)


def kind_of(task: str, sample: Sample, values: Sequence[Any], answer: Answer) -> str | None:
    """The kind of error of an answer, a key of `errors.ROUTED`; None for a right one.

    Args:
        task: of the experiment.
        sample: the question and the right answer; its spans do not matter.
        values: what a reader finds in it to compute with, from left to right.
        answer: of a hybrid.
    """
    if answer.text == sample.target_text:
        return None
    found = spans(sample.text)
    if list(map(same, values)) != [same(span.value) for span in found]:
        return "parse"
    if answer.source == "executor":
        return "refused"
    if task == "arithmetic":
        if not re.fullmatch(NUMBER, sample.target_text):
            return "route"  # "undefined" is expected, and every result is a number
        return errors.kind_of(Sample(sample.text, sample.target_text, tuple(found)), answer)
    exact = replay([span.value for span in found], answer)
    if answer.source == "characters" or exact is None or not _gives(exact, sample.target_text):
        return "route"
    return "render" if _gives(exact, answer.text) else "execute"


def replay(values: Sequence[Any], answer: Answer) -> Any:
    """The exact value after the one reduction that answers a question about units; None after any other.

    (magnitude, unit) after `convert`, a truth value after `same_dimension`.
    """
    if len(values) != 2 or len(answer.reductions) != 1:
        return None
    ((_, name, swapped),) = answer.reductions
    first, second = reversed(values) if swapped else values
    if name == "same_dimension":
        return same(first)[-1] == same(second)[-1]  # the exponents
    if name == "convert" and isinstance(first, Quantity) and isinstance(second, Unit):
        return (first.si - second.offset) / second.scale, second
    return None


def _gives(exact: Any, text: str) -> bool:
    """Whether an answer in words says what `replay` gave."""
    if isinstance(exact, bool):
        return text == str(exact).lower()
    (magnitude, unit), said = exact, units.read(text)
    return said is not None and said.unit == unit and off_by(said.magnitude, magnitude) <= ROUNDED
