"""Questions with their answers as a model reads them: one table, from which batches are cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import torch
from torch import Tensor

from fluxem.models.speaker import pad


@dataclass(frozen=True)
class Rows:
    """N rows. A model that needs more than tokens has a subclass with more tensors, N the first size of each.

    Attributes:
        tokens: (N, T) question, `ANSWER`, answer, and padding.
        prefix: (N,) length of the question, `ANSWER` included.
        lengths: (N,) length of all but the padding.
    """

    tokens: Tensor
    prefix: Tensor
    lengths: Tensor

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def said(self) -> Tensor:
        """(N,) how many tokens the answers have."""
        return self.lengths - self.prefix

    def take(self, chosen: np.ndarray, device: str) -> Self:
        """The chosen rows, cut to the longest of them, on a device."""
        at = torch.from_numpy(chosen)
        picked = {field.name: getattr(self, field.name)[at] for field in fields(self)}
        picked["tokens"] = picked["tokens"][:, : int(picked["lengths"].max())]
        return type(self)(**{name: value.to(device) for name, value in picked.items()})


def rows_of(questions: Sequence[np.ndarray], answers: Sequence[np.ndarray]) -> Rows:
    """The table of questions and of the answers spoken after them, `ANSWER` first in each."""
    tokens, lengths = pad([np.concatenate(pair) for pair in zip(questions, answers, strict=True)])
    return Rows(tokens, torch.tensor([len(question) + 1 for question in questions]), lengths)
