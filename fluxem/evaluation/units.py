"""Metrics of answers to questions about units: conversions, and checks whether quantities can be added."""

from __future__ import annotations

from collections.abc import Sequence

from fluxem.domains.quantity import PHYS_QUANTITY
from fluxem.domains.units import Quantity
from fluxem.errors import InputError
from fluxem.evaluation.metrics import Metrics, grouped, mean, off_by
from fluxem.integration.sample_format import Sample
from fluxem.models.answer import Answer

#: The operations that answer a question of each kind.
RIGHT_OPERATIONS = {"convert": ["convert"], "can_add": ["same_dimension"]}


def read(text: str) -> Quantity | None:
    """The quantity that a whole text is, its unit in any spelling; None for any other text."""
    try:
        return PHYS_QUANTITY.parse(text)
    except InputError:
        return None


def relative_error(prediction: str, target: str) -> float:
    """|prediction - target| / |target| in the target's unit, at most 1.

    An answer in another unit of the same dimension is converted, exactly; one of another dimension, or that is no
    quantity, counts as 1. InputError for a target that is no quantity.
    """
    wanted, found = PHYS_QUANTITY.parse(target), read(prediction)
    if found is None or not same_dimension(found, wanted):
        return 1.0
    return off_by((found.si - wanted.unit.offset) / wanted.unit.scale, wanted.magnitude)


def same_dimension(first: Quantity, second: Quantity) -> bool:
    """Whether both have the same exponents of the base dimensions."""
    return first.unit.exponents == second.unit.exponents


def dimension_right(prediction: str, target: str) -> bool:
    """Whether an answer is a quantity with the dimension of the target; InputError for a target that is none."""
    found = read(prediction)
    return found is not None and same_dimension(found, PHYS_QUANTITY.parse(target))


def measure(samples: Sequence[Sample], answers: Sequence[Answer], right: Sequence[bool]) -> Metrics:
    """Metrics by name.

    `exact_match/kind=`: by kind of question. By `unit_type`, `decade` and `units` (`ft>m`): over conversions alone.
    `relative_error`: mean over all conversions (see `relative_error`).
    `dimensional_correctness`: share of conversions whose answer is a quantity of the target's dimension.
    `boolean_accuracy`: share of checks answered right, also by `unit_type`.
    `router_accuracy`, where there is a router: share of questions for which it carried out exactly the operation of
    their kind, once; a right answer by another way is not right routing.
    """
    rows = list(zip(samples, answers, right, strict=True))
    metrics = grouped("exact_match", right, "kind", [str(sample.metadata["kind"]) for sample in samples])
    if any(answer.decisions for answer in answers):
        routed = [answer.operations == RIGHT_OPERATIONS[sample.metadata["kind"]] for sample, answer, _ in rows]
        metrics["router_accuracy"] = mean(routed)
    if conversions := [row for row in rows if row[0].metadata["kind"] == "convert"]:
        hits = [hit for _, _, hit in conversions]
        asked = [sample.metadata for sample, _, _ in conversions]
        metrics |= grouped("exact_match", hits, "unit_type", [str(of["unit_type"]) for of in asked])
        metrics |= grouped("exact_match", hits, "decade", [int(of["decade"]) for of in asked])
        metrics |= grouped("exact_match", hits, "units", [">".join(of["units"]) for of in asked])
        said = [(answer.text, sample.target_text) for sample, answer, _ in conversions]
        metrics["relative_error"] = mean([relative_error(*pair) for pair in said])
        metrics["dimensional_correctness"] = mean([dimension_right(*pair) for pair in said])
    if checks := [row for row in rows if row[0].metadata["kind"] == "can_add"]:
        hits = [hit for _, _, hit in checks]
        types = [str(sample.metadata["unit_type"]) for sample, _, _ in checks]
        metrics["boolean_accuracy"] = mean(hits)
        metrics |= grouped("boolean_accuracy", hits, "unit_type", types)
    return metrics
