"""Real inference over many questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fluxem.integration.sample_format import Sample
from fluxem.models.answer import Answer
from fluxem.models.kinds import reads_derivations, routes
from fluxem.models.repeatable import repeatable

if TYPE_CHECKING:
    from fluxem.models.kinds import Model

BATCH = 256
#: Attention over one text takes memory with the square of its length: 0.9 GB at this many characters.
LONGEST_TEXT = 4096


@repeatable()
def answer_all(model: Model, texts: Sequence[str], *, trace: bool = False) -> list[Answer]:
    """One answer for each text, from the text alone: spans are found by the segmenter.

    `trace` keeps a hybrid's decisions. A text of more than `LONGEST_TEXT` characters is answered with nothing.
    """

    def answer(rows: list[int]) -> list[Answer]:
        some = [texts[row] for row in rows]
        return model.answer(some, trace=trace) if routes(model) else model.answer(some)

    return _in_batches(texts, answer)


@repeatable()
def answer_samples(model: Model, samples: Sequence[Sample]) -> list[Answer]:
    """What `answer_all` says to the texts of samples; the oracle, and nothing else, also sees their derivations."""
    if not reads_derivations(model):
        return answer_all(model, [sample.text for sample in samples])
    oracle = model
    return _in_batches(
        [sample.text for sample in samples], lambda rows: oracle.answer_samples([samples[row] for row in rows])
    )


def _in_batches(texts: Sequence[str], answer: Callable[[list[int]], list[Answer]]) -> list[Answer]:
    """The answers to all texts, by a function that answers some rows of them: those of about the same length."""
    lengths = np.array([len(text) for text in texts], np.int64)
    answers = [Answer(ended=False) for _ in texts]
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] <= LONGEST_TEXT]
    start = 0
    while start < len(order):
        # the longest text of a batch sets the memory for all
        size = max(1, min(BATCH, LONGEST_TEXT**2 // max(int(lengths[order[start : start + BATCH]].max()), 1) ** 2))
        chosen = order[start : start + size]
        for i, found in zip(chosen, answer(chosen.tolist()), strict=True):
            answers[i] = found
        start += size
    return answers
