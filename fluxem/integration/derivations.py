"""The derivation that the metadata of a question about numbers may give: which reductions lead to its answer."""

from __future__ import annotations

from typing import Any

from fluxem import registry
from fluxem.domains import number
from fluxem.errors import InputError
from fluxem.integration.reductions import CHOICES
from fluxem.integration.sample_format import Sample

_CHOICE = {
    (registry.OPERATIONS[index].name, swapped): choice
    for choice, (index, swapped) in enumerate(CHOICES)
    if registry.OPERATIONS[index] in number.OPERATIONS
}


def derivation_of(sample: Sample) -> list[tuple[int, int]]:
    """The reductions of `metadata.derivation` as (pair, index in `CHOICES`), in the order in which they are done.

    They are given as lists [pair, name of the operation, swapped] and make one number of all spans of the sample.
    InputError names a sample whose derivation is missing or does not.
    """
    steps = sample.metadata.get("derivation")
    if isinstance(steps, list) and len(steps) == len(sample.spans) - 1:
        pairs_left = range(len(steps), 0, -1)
        found = [_reduction(step, pairs) for step, pairs in zip(steps, pairs_left, strict=True)]
        derivation = [reduction for reduction in found if reduction is not None]
        if len(derivation) == len(steps):
            return derivation
    raise InputError(
        f"sample {sample.id}: metadata.derivation is missing or does not make one number of all {len(sample.spans)} "
        "spans; this model needs the derivations that the arithmetic task writes"
    )


def _reduction(step: Any, pairs: int) -> tuple[int, int] | None:
    match step:
        case [int(pair), str(name), bool(swapped)] if 0 <= pair < pairs and (name, swapped) in _CHOICE:
            return pair, _CHOICE[name, swapped]
    return None
