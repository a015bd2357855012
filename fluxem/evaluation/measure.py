"""Metrics of one model's answers to one split: those of every task, and those of the task."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fluxem.evaluation import arithmetic, units
from fluxem.evaluation.metrics import Metrics, mean
from fluxem.integration.sample_format import Sample
from fluxem.models.answer import Answer

#: What a task adds: (samples, answers, whether each answer is the target) to metrics by name.
OF_TASK: dict[str, Callable[[Sequence[Sample], Sequence[Answer], Sequence[bool]], Metrics]] = {
    "arithmetic": arithmetic.measure,
    "units": units.measure,
}


def is_right(samples: Sequence[Sample], answers: Sequence[Answer]) -> list[bool]:
    """Whether each answer is the target, character by character."""
    return [answer.text == sample.target_text for sample, answer in zip(samples, answers, strict=True)]


def measure(task: str, samples: Sequence[Sample], answers: Sequence[Answer]) -> Metrics:
    """Metrics by name, of at least one sample and its answer; one over no rows is left out.

    `exact_match`: the answer is right (see `is_right`). By group, its name is
    `exact_match/<key>=<value>`, with keys of the samples' metadata.
    `ended`: share of answers that ended by themselves.
    Others are described in the module of the task.
    """
    right = is_right(samples, answers)
    common = {"exact_match": mean(right), "ended": mean([answer.ended for answer in answers])}
    return common | OF_TASK[task](samples, answers, right)
