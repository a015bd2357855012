"""Real inference over many questions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fluxem.models.answer import Answer
from fluxem.models.hybrid import Hybrid
from fluxem.models.load import Model
from fluxem.models.repeatable import repeatable

BATCH = 256
#: Attention over one text takes memory with the square of its length: 0.9 GB at this many characters.
LONGEST_TEXT = 4096


@repeatable()
def answer_all(model: Model, texts: Sequence[str], *, trace: bool = False) -> list[Answer]:
    """One answer for each text, from the text alone: spans are found by the segmenter.

    Texts of about the same length share a batch. One of more than `LONGEST_TEXT` characters is answered with nothing.
    `trace` keeps a hybrid's decisions.
    """
    lengths = np.array([len(text) for text in texts], np.int64)
    answers = [Answer(ended=False) for _ in texts]
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] <= LONGEST_TEXT]
    start = 0
    while start < len(order):
        # the longest text of a batch sets the memory for all
        size = max(1, min(BATCH, LONGEST_TEXT**2 // max(int(lengths[order[start : start + BATCH]].max()), 1) ** 2))
        chosen = order[start : start + size]
        some = [texts[i] for i in chosen]
        found = model.answer(some, trace=trace) if isinstance(model, Hybrid) else model.answer(some)
        for i, answer in zip(chosen, found, strict=True):
            answers[i] = answer
        start += size
    return answers
