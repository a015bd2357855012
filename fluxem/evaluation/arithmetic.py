"""Metrics of answers to arithmetic questions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from fluxem import algebra
from fluxem.errors import InputError
from fluxem.evaluation.metrics import Metrics, grouped, mean, off_by
from fluxem.integration.sample_format import Sample
from fluxem.models.answer import Answer


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
    `relative_error`: mean over all rows (see `relative_error`).
    `router_accuracy`, where there is a router: share of decisions that are right. The executor is exact, so a wrong
    answer has exactly one first wrong decision; those after it are taken as right.
    """
    metrics = grouped("exact_match", right, "operations", [int(sample.metadata["operations"]) for sample in samples])
    errors = [relative_error(answer.text, sample.target_text) for sample, answer in zip(samples, answers, strict=True)]
    metrics["relative_error"] = mean(errors)
    decisions = sum(answer.decisions for answer in answers)
    if decisions:
        metrics["router_accuracy"] = {"value": 1 - (len(right) - sum(right)) / decisions, "n": decisions}
    return metrics
