"""Metrics of answers to arithmetic questions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from fluxem import algebra
from fluxem.errors import InputError
from fluxem.evaluation.errors import KINDS, OF_ROUTER, kind_of
from fluxem.evaluation.metrics import Metrics, grouped, mean, off_by
from fluxem.integration.sample_format import Sample
from fluxem.models.answer import Answer

SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


def relative_error(prediction: str, target: str) -> float:
    """|prediction - target| / |target|, at most 1; an answer that is no number counts as 1."""
    try:
        found = Fraction(algebra.decode(algebra.encode(prediction, "number")))
    except InputError:
        return 1.0
    return off_by(found, Fraction(target))


def measure(samples: Sequence[Sample], answers: Sequence[Answer], right: Sequence[bool]) -> Metrics:
    """Metrics by name.

    `exact_match/operations=`: by number of operations.
    `exact_match/digits=`: of questions with one operation, by that and the digits of its operands, such as `3+12`.
    `relative_error`: mean over all rows (see `relative_error`).
    `error/kind=`: share of all rows that are wrong in this way (see `fluxem.evaluation.errors`).
    `router_accuracy`, where there is a router: share of decisions that are right. An answer that its reductions do not
    give has exactly one first wrong decision; those after it are taken as right.
    """
    metrics = grouped("exact_match", right, "operations", [int(sample.metadata["operations"]) for sample in samples])
    errors = [relative_error(answer.text, sample.target_text) for sample, answer in zip(samples, answers, strict=True)]
    metrics["relative_error"] = mean(errors)
    kinds = [kind_of(sample, answer) for sample, answer in zip(samples, answers, strict=True)]
    metrics |= {f"error/kind={kind}": mean([found == kind for found in kinds]) for kind in KINDS}
    decisions = sum(answer.decisions for answer in answers)
    if decisions:
        metrics["router_accuracy"] = {"value": 1 - sum(kind in OF_ROUTER for kind in kinds) / decisions, "n": decisions}
    single = [at for at, sample in enumerate(samples) if "derivation" in sample.metadata and len(sample.spans) == 2]
    digits = [_digits(samples[at]) for at in single]
    return metrics | grouped("exact_match", [right[at] for at in single], "digits", digits)


def _digits(sample: Sample) -> str:
    """Of a question with one operation: the digits of its operands around its sign, such as `3+12`."""
    ((_, name, swapped),) = sample.metadata["derivation"]
    first, second = (len(sample.text[span.start : span.end].lstrip("-")) for span in sample.spans)
    return f"{second}{SIGNS[name]}{first}" if swapped else f"{first}{SIGNS[name]}{second}"
