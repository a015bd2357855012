"""What a router makes of a question without its words: how far its answers rest on the values and their types alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fluxem.domains.base import Span
from fluxem.integration.sample_format import Sample
from fluxem.models.answer import Answer
from fluxem.models.repeatable import repeatable

if TYPE_CHECKING:
    from fluxem.models.hybrid import Hybrid

BATCH = 256


def values_alone(sample: Sample) -> tuple[str, list[Span]]:
    """The texts of a question's values, one space apart, and where they are now."""
    text, moved = "", []
    for span in sample.spans:
        start = len(text) + bool(text)
        text = f"{text} {sample.text[span.start : span.end]}".lstrip()
        moved.append(replace(span, start=start, end=len(text)))
    return text, moved


@repeatable()
def answer_values_alone(model: Hybrid, samples: Sequence[Sample]) -> list[Answer]:
    """What a hybrid answers when it is given the values of each question and no words, operators or brackets."""
    answers: list[Answer] = []
    for at in range(0, len(samples), BATCH):
        texts, spans = zip(*map(values_alone, samples[at : at + BATCH]), strict=True)
        answers += model.answer(texts, spans)
    return answers
