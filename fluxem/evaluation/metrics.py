"""Metrics of one model's answers to one split."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from fluxem import algebra
from fluxem.errors import InputError
from fluxem.integration.sample_format import Sample
from fluxem.models.answer import Answer

#: value: the metric; n: what it is a mean over.
Metric = dict[str, float | int]


def relative_error(prediction: str, target: str) -> float:
    """|prediction - target| / |target|, at most 1; an answer that is no number counts as 1."""
    wanted = Fraction(target)
    try:
        found = Fraction(algebra.decode(algebra.encode(prediction, "number")))
    except InputError:
        return 1.0
    if found == wanted:
        return 0.0
    return min(1.0, float(abs(found - wanted) / abs(wanted))) if wanted else 1.0


def measure(samples: Sequence[Sample], answers: Sequence[Answer]) -> dict[str, Metric]:
    """Metrics by name.

    `exact_match`: the answer is the target, character by character; also by number of operations.
    `relative_error`: mean over all rows (see `relative_error`).
    `ended`: share of answers that ended by themselves.
    `router_accuracy`, where there is a router: share of decisions that are right. The executor is exact, so a wrong
    answer has exactly one first wrong decision; those after it are taken as right.
    """
    right = [answer.text == sample.target_text for sample, answer in zip(samples, answers, strict=True)]
    metrics = {"exact_match": _mean(right)}
    operations = [int(sample.metadata["operations"]) for sample in samples]
    for count in sorted(set(operations)):
        chosen = [hit for hit, of in zip(right, operations, strict=True) if of == count]
        metrics[f"exact_match_{count}_operations"] = _mean(chosen)
    errors = [relative_error(answer.text, sample.target_text) for sample, answer in zip(samples, answers, strict=True)]
    metrics["relative_error"] = _mean(errors)
    metrics["ended"] = _mean([answer.ended for answer in answers])
    decisions = sum(answer.decisions for answer in answers)
    if decisions:
        metrics["router_accuracy"] = {"value": 1 - (len(right) - sum(right)) / decisions, "n": decisions}
    return metrics


def _mean(values: Sequence[Any]) -> Metric:
    return {"value": math.fsum(values) / len(values), "n": len(values)}
