"""FoNE: a number is one token whose embedding holds its digits as phases.

Zhou et al. 2025, https://arxiv.org/abs/2502.09741.

A number x enters as cos and sin of 2 pi x / 10^i for i = 1, 2, ..., two values a digit, through a linear map, added to
the embedding of the number token. A digit is read from a pair of values of one hidden state: the one of 0 to 9 whose
point on the circle lies in its direction.

What is adapted: a sign has an embedding and a head of its own, and the phases are those of |x|; integers only; several
numbers and other answers are as in `number_tokens`. The paper pads phases with zeros to the width; here two linear maps
begin as that, as far as the width goes, and are learned. The phases of 0 are taken off: the token's embedding can say
the same, and the many zeros in front of a number would else fill a normalised embedding. Additions of three digits are
learned so in a few epochs and were not otherwise; best without dropout, which blurs phases.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fluxem.integration.stream import VIRTUAL
from fluxem.models.number_tokens import NumberTokens

#: Digits of the largest number that is one token. Questions of four operands of nine digits have answers of 36.
DIGITS = 40


class FoNE(NumberTokens):
    """Features of a number: its digits, least significant first, then 1 if it is negative; (n, DIGITS + 1) int64."""

    shares: Tensor
    circle: Tensor

    def __init__(self, architecture: Mapping[str, Any]) -> None:
        super().__init__(architecture)
        H = architecture["hidden_dim"]
        self.into = nn.Linear(2 * DIGITS, H, bias=False)
        self.sign = nn.Embedding(2, H)
        self.out = nn.Linear(H, 2 * DIGITS)
        self.sign_out = nn.Linear(H, 2)
        nn.init.eye_(self.into.weight)
        nn.init.eye_(self.out.weight)
        nn.init.normal_(self.sign.weight, std=0.02)
        place = torch.arange(DIGITS)
        below = place[:, None] - place  # (digit, period)
        self.register_buffer("shares", torch.where(below <= 0, 10.0 ** (below - 1.0), 0.0), persistent=False)
        angle = 2 * math.pi / 10 * torch.arange(10)
        self.register_buffer("circle", torch.stack([angle.cos(), angle.sin()]), persistent=False)  # (2, 10)

    def holds(self, value: int) -> bool:
        return abs(value) < 10**DIGITS

    def features(self, values: Sequence[int]) -> Tensor:
        digits = "".join(f"{abs(value):0{DIGITS}d}"[::-1] + "01"[value < 0] for value in values)
        table = np.frombuffer(digits.encode(), np.uint8).reshape(len(values), DIGITS + 1) - ord("0")
        return torch.from_numpy(table.astype(np.int64))

    def phases(self, features: Tensor) -> Tensor:
        """(n, 2 * DIGITS) cos and sin of 2 pi |x| / 10^i, each pair of these in turn."""
        angle = 2 * math.pi * (features[:, :DIGITS].to(self.shares.dtype) @ self.shares)
        return torch.stack([angle.cos(), angle.sin()], dim=-1).flatten(1)

    def enter(self, features: Tensor) -> Tensor:
        number = self.backbone.embedding.weight[VIRTUAL]
        digits = self.phases(features) - self.phases(torch.zeros_like(features[:1]))
        return self.into(digits) + self.sign(features[:, DIGITS]) + number

    def logits(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Of each digit (n, DIGITS, 10) and of the sign (n, 2), from hidden states (n, H)."""
        return self.out(hidden).view(-1, DIGITS, 2) @ self.circle, self.sign_out(hidden)

    def number_loss(self, hidden: Tensor, features: Tensor) -> Tensor:
        """Cross-entropy, mean over digits and sign."""
        digits, sign = self.logits(hidden)
        loss = F.cross_entropy(digits.flatten(0, 1), features[:, :DIGITS].flatten())
        return (DIGITS * loss + F.cross_entropy(sign, features[:, DIGITS])) / (DIGITS + 1)

    def say(self, hidden: Tensor) -> list[int]:
        digits, sign = (each.argmax(-1).tolist() for each in self.logits(hidden))
        values = [int("".join(map(str, reversed(row)))) for row in digits]
        return [-value if negative else value for value, negative in zip(values, sign, strict=True)]
