"""What went wrong in a wrong answer to an arithmetic question."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from fluxem import algebra
from fluxem.errors import InputError
from fluxem.integration.sample_format import Sample
from fluxem.integration.segmenter import spans
from fluxem.models.answer import Answer, Reduction

#: Kinds of errors of answers that come from vectors, in the order of the way to an answer: the first that fits counts.
ROUTED = {
    "parse": "the numbers of the text were not found",
    "route": "the reductions chosen do not give the answer, or the router left it to characters",
    "refused": "the executor refused a reduction",
    "execute": "the reductions are right, but the executor's result is not",
    "render": "the result is right, but its text is not",
}
#: Those of answers that the network itself says.
SAID = {
    "unended": "the answer did not end",
    "no number": "the answer is no integer",
    "sign": "the sign is wrong",
    "length": "the number of digits is wrong",
    "digits": "a digit is wrong",
}
KINDS = ROUTED | SAID
#: Kinds in which a decision of the router was wrong.
OF_ROUTER = ("route", "refused")

APPLY: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}


def kind_of(sample: Sample, answer: Answer) -> str | None:
    """The kind of error of an answer, a key of `KINDS`; None for a right one."""
    if answer.text == sample.target_text:
        return None
    if answer.source == "characters" and not answer.decisions:
        return _said(answer, sample.target_text)
    if spans(sample.text) != list(sample.spans):
        return "parse"
    if answer.source == "executor":
        return "refused"
    value = replay(sample, answer.reductions)
    if answer.source == "characters" or value is None or value != Fraction(sample.target_text):
        return "route"
    return "render" if _number(answer.text) == value else "execute"


def replay(sample: Sample, reductions: Sequence[Reduction]) -> Fraction | None:
    """The exact value of the last number after reductions of those of a text; None where there is none."""
    numbers = [Fraction(span.value) for span in sample.spans if isinstance(span.value, (int, Fraction))]
    try:
        for pair, name, swapped in reductions:
            first, second = numbers[pair : pair + 2]
            numbers[pair : pair + 2] = [APPLY[name](second, first) if swapped else APPLY[name](first, second)]
    except (ValueError, ZeroDivisionError):
        return None
    return numbers[-1] if numbers else None


def _said(answer: Answer, target: str) -> str:
    if not answer.ended:
        return "unended"
    if not re.fullmatch(r"-?[0-9]+", answer.text):
        return "no number"
    if answer.text.startswith("-") != target.startswith("-"):
        return "sign"
    return "length" if len(answer.text) != len(target) else "digits"


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(algebra.decode(algebra.encode(text, "number")))
    except InputError:
        return None
