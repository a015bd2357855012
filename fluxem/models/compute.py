"""How much a network computes for an answer, counted, not timed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch.utils.flop_counter import FlopCounterMode

from fluxem.integration.sample_format import Sample
from fluxem.models.inference import answer_samples

if TYPE_CHECKING:
    from fluxem.models.kinds import Model


def multiply_adds(model: Model, samples: Sequence[Sample]) -> list[int]:
    """Multiply-adds in the matrix products of the network for the answer to each sample, asked one by one.

    One by one nothing is padding, and a network that has ended computes nothing: what is counted is every decision and
    every character of that answer. What the executor computes is not counted: it runs no network.
    """
    counted = []
    for sample in samples:
        with FlopCounterMode(display=False) as counter:
            answer_samples(model, [sample])
        counted.append(counter.get_total_flops() // 2)  # it counts a multiply-add as two
    return counted
