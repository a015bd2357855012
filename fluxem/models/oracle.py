"""Oracle: not learned. It is told the derivation of every question, and the executor carries it out: the ceiling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from fluxem.domains.base import Span
from fluxem.errors import InputError
from fluxem.integration.derivations import derivation_of
from fluxem.integration.reductions import CHOICES
from fluxem.integration.sample_format import Sample
from fluxem.integration.segmenter import spans as find_spans
from fluxem.integration.stream import Streams
from fluxem.models.answer import Answer
from fluxem.models.hybrid import Hybrid
from fluxem.models.packing import ANSWER_NOW, REDUCE, allowed_candidates


class Oracle(Hybrid):
    """A hybrid that was not trained and whose router is not asked."""

    learned: ClassVar[bool] = False

    def answer(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]] | None = None, *, trace: bool = False
    ) -> list[Answer]:
        """Refuses: a text alone does not say how it is computed."""
        raise InputError("the oracle has learned nothing; it answers samples whose metadata give a derivation")

    def answer_samples(self, samples: Sequence[Sample], *, trace: bool = False) -> list[Answer]:
        """One `Answer` for each sample: its text read as every hybrid reads it, its derivation carried out.

        InputError when a sample has no derivation (see `derivation_of`), or its text no such numbers.
        """
        spans = [find_spans(sample.text) for sample in samples]
        for sample, found in zip(samples, spans, strict=True):
            if [(span.domain, span.value) for span in found] != [(span.domain, span.value) for span in sample.spans]:
                raise InputError(
                    f"sample {sample.id}: the text does not read as its spans; the oracle cannot answer it"
                )
        derivations = [derivation_of(sample) for sample in samples]
        longest = max(map(len, derivations), default=0)
        plan = np.full((len(samples), longest + 1), ANSWER_NOW)  # candidates, one after another
        for row, derivation in enumerate(derivations):
            plan[row, : len(derivation)] = [REDUCE + pair * len(CHOICES) + choice for pair, choice in derivation]
        step = iter(range(longest + 1))

        def route(streams: Streams, rows: np.ndarray) -> np.ndarray:
            scores = np.full(allowed_candidates(streams, self.brackets_wait).shape, -np.inf)
            scores[np.arange(len(rows)), plan[rows, next(step)]] = 0
            return scores

        return self.derive([sample.text for sample in samples], spans, route, trace=trace)
