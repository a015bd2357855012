"""xVal: a number is one token, its embedding times its value (Golkar et al. 2023, https://arxiv.org/abs/2310.02989).

The answer is a value too, by a linear head trained on the squared error. Values are scaled so that those of training
lie within [-5, 5], as in the paper; larger ones go on from there, none is clipped.

What is adapted: operands and answers have a scale each, for answers can be 10^9 times as large, and one scale would
make every operand zero; the answer is rounded to an integer, for what is asked here is exact. In the paper an
absolute position is added to the token before the first normalisation, and so the value survives it, in a form that
levels off; positions here are rotary, so a learned vector is added in place of that. Several numbers and other answers
are as in `number_tokens`. Dropout blurs a value that has to be right to the unit: best without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fluxem.integration.sample_format import Sample
from fluxem.integration.stream import VIRTUAL
from fluxem.models.number_tokens import NumberTokens

#: The largest scaled value of training.
LARGEST = 5.0


class XVal(NumberTokens):
    """Features of a number: its value, (n, 1) float32."""

    scale: Tensor

    def __init__(self, architecture: Mapping[str, Any]) -> None:
        super().__init__(architecture)
        H = architecture["hidden_dim"]
        self.here = nn.Parameter(torch.empty(H).normal_(std=0.02))
        self.value = nn.Linear(H, 1)
        #: Of operands, of answers; kept with the weights.
        self.register_buffer("scale", torch.ones(2))

    def fit(self, samples: Sequence[Sample]) -> None:
        """Set the scales by the largest operand and the largest answer of the training samples."""
        rows = self.read(samples)
        for index, values in enumerate((rows.numbers, rows.target)):
            largest = values.abs().max().item() if values.numel() else 0
            self.scale[index] = LARGEST / largest if largest else 1.0

    def holds(self, value: int) -> bool:
        return abs(value) < 10**38  # a float32 does

    def features(self, values: Sequence[int]) -> Tensor:
        return torch.tensor([float(value) for value in values], dtype=torch.float32)[:, None]

    def enter(self, features: Tensor) -> Tensor:
        number = self.backbone.embedding.weight[VIRTUAL]
        return features * self.scale[0] * number + self.here

    def number_loss(self, hidden: Tensor, features: Tensor) -> Tensor:
        """Squared error of the scaled value, mean over answers."""
        return F.mse_loss(self.value(hidden), features * self.scale[1])

    def say(self, hidden: Tensor) -> list[int]:
        scale = self.scale[1].item()  # divided by as a Python number, which does not overflow
        return [round(value / scale) for value in self.value(hidden)[:, 0].tolist()]
