"""The transformer that token-only and hybrid share: pre-norm, rotary positions, prefix attention, local heads.

*Prefix attention* (Raffel et al. 2020, https://arxiv.org/abs/1910.10683): positions of the prefix (the question) see
the whole prefix, positions after it (the answer) see the prefix and what was said before. A stream that is only read
is all prefix. *Rotary positions*: Su et al. 2021, https://arxiv.org/abs/2104.09864. *Local heads*: the first
`local_heads` heads of a layer see `window` positions to either side, the others see everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class BackboneConfig:
    """Sizes of a backbone. `mlp_dim` is the width inside a block; `hidden_dim` a multiple of 2 * `num_heads`."""

    vocabulary: int
    hidden_dim: int
    num_layers: int
    num_heads: int
    mlp_dim: int
    dropout: float = 0.0
    local_heads: int = 0
    window: int = 6

    @classmethod
    def of(cls, architecture: Mapping[str, Any], vocabulary: int) -> BackboneConfig:
        """From the model section of a configuration, which may hold keys of other parts of a model."""
        sizes = {f.name: architecture[f.name] for f in fields(cls) if f.name in architecture}
        return cls(vocabulary=vocabulary, **sizes)


class Cache:
    """Keys and values of what was read so far, for generation one position at a time."""

    def __init__(self) -> None:
        self.positions: Tensor | None = None  # (B, S), -1 at padding
        self.read: dict[nn.Module, tuple[Tensor, Tensor]] = {}  # by layer, (B, nh, S, hd) each

    def see(self, positions: Tensor) -> Tensor:
        """Add positions (B, T); all that were read, (B, S)."""
        self.positions = positions if self.positions is None else torch.cat([self.positions, positions], dim=1)
        return self.positions

    def extend(self, layer: nn.Module, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Add a layer's keys and values (B, nh, T, hd); all of them, (B, nh, S, hd) each."""
        if layer in self.read:
            before = self.read[layer]
            key, value = torch.cat([before[0], key], dim=2), torch.cat([before[1], value], dim=2)
        self.read[layer] = key, value
        return key, value


@dataclass(frozen=True)
class Attention:
    """Who sees whom, and how queries and keys are turned; the same for all layers that read the same positions."""

    of_queries: tuple[Tensor, Tensor]  # cos and signed sin, (B, Q, 1, hd) each
    of_keys: tuple[Tensor, Tensor]  # (B, T, 1, hd) each
    bias: Tensor  # (B, nh, Q, S): 0 where a query sees a key, else as good as -inf


class Block(nn.Module):
    """One transformer layer: attention and a ReLU network side by side, on one normalised copy of the stream.

    Parallel layers: Wang and Komatsuzaki 2021; Chowdhery et al. 2022, https://arxiv.org/abs/2204.02311. On one core
    they train faster than layers in sequence, at the same size.
    """

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        H = config.hidden_dim
        self.heads = config.num_heads
        self.dropout = config.dropout
        self.norm = nn.LayerNorm(H)
        self.query = nn.Linear(H, H, bias=False)
        self.key_value = nn.Linear(H, 2 * H, bias=False)
        self.out = nn.Linear(H, H, bias=False)
        self.up = nn.Linear(H, config.mlp_dim)
        self.down = nn.Linear(config.mlp_dim, H)

    def forward(self, x: Tensor, attention: Attention, wanted: Tensor | None, cache: Cache | None) -> Tensor:
        """(B, T, H) to (B, T, H), or to (B, Q, H) at the wanted columns (B, Q) alone."""
        B, T, H = x.shape
        normed = self.norm(x)
        key, value = self.key_value(normed).view(B, T, 2, self.heads, -1).unbind(2)  # (B, T, nh, hd) each
        if wanted is not None:
            x, normed = pick(x, wanted), pick(normed, wanted)
        query = self.query(normed).view(B, -1, self.heads, H // self.heads)  # (B, Q, nh, hd)
        query = rotate(query, attention.of_queries).transpose(1, 2)
        key, value = rotate(key, attention.of_keys).transpose(1, 2), value.transpose(1, 2)  # (B, nh, T, hd)
        if cache is not None:
            key, value = cache.extend(self, key, value)  # (B, nh, S, hd)
        query, key, value = query.flatten(0, 1), key.flatten(0, 1), value.flatten(0, 1)  # (B * nh, ..., hd)
        scale = (H // self.heads) ** -0.5
        score = torch.baddbmm(attention.bias.flatten(0, 1), query, key.transpose(1, 2), alpha=scale)  # (B * nh, Q, S)
        mixed = torch.bmm(torch.softmax(score, dim=-1), value).view(B, self.heads, -1, H // self.heads)
        mixed = mixed.transpose(1, 2).reshape(x.shape)  # (B, Q, H)
        made = self.out(mixed) + self.down(F.relu(self.up(normed)))
        return x + (dropout(made, self.dropout) if self.training else made)


def pick(x: Tensor, wanted: Tensor) -> Tensor:
    """The columns `wanted` (B, Q) of (B, T, ...)."""
    return x[torch.arange(len(x), device=x.device)[:, None], wanted]


def dropout(x: Tensor, rate: float) -> Tensor:
    """Zero a share of x, in steps of 1/256 up to 255/256, and scale up the rest.

    Eight decisions from one random integer: six times as fast on a core as one float each, as `F.dropout` draws them.
    """
    threshold = min(round(rate * 256), 255)
    if not threshold:
        return x
    words = torch.randint(-(2**63), 2**63 - 1, (-(-x.numel() // 8),), device=x.device)
    keep = words.view(torch.uint8)[: x.numel()].view_as(x) >= threshold
    return x * (keep * (256 / (256 - threshold)))


def rotate(x: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Turn each pair (i, i + hd / 2) of (B, T, nh, hd) by its angle; cos and signed sin are (B, T, 1, hd)."""
    cos, sin = rotation
    return (x * cos).addcmul(x.roll(x.shape[-1] // 2, dims=-1), sin)


class Backbone(nn.Module):
    """Embeddings of B streams in, hidden states of the same shape out."""

    frequencies: Tensor

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.hidden_dim)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.num_layers))
        self.norm = nn.LayerNorm(config.hidden_dim)
        head_dim = config.hidden_dim // config.num_heads
        frequencies = 1e4 ** (-torch.arange(0, head_dim, 2) / head_dim)
        self.register_buffer("frequencies", frequencies, persistent=False)
        self.apply(self._initialise)

    def _initialise(self, module: nn.Module) -> None:
        if isinstance(module, (nn.Linear, nn.Embedding)):
            small = isinstance(module, nn.Embedding)
            nn.init.normal_(module.weight, std=0.02 if small else module.weight.shape[1] ** -0.5)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(
        self,
        x: Tensor,
        positions: Tensor,
        prefix: Tensor | None = None,
        wanted: Tensor | None = None,
        cache: Cache | None = None,
    ) -> Tensor:
        """Read B streams.

        Args:
            x: (B, T, H) embeddings.
            positions: (B, T) position of each in its stream, -1 at padding.
            prefix: (B,) length of the prefix: the part in which all see all; by default everything.
            wanted: (B, Q) columns whose hidden states are needed, all of them by default; the last layer, a large
                part of a small network, then computes only these.
            cache: what was read before; x then continues it.

        Returns:
            (B, T or Q, H) hidden states, normalised; those of padding mean nothing.
        """
        seen = positions if cache is None else cache.see(positions)
        turns = self._turns(positions)
        everywhere = Attention(turns, turns, self.attention_bias(positions, seen, prefix))
        for block in self.blocks[:-1]:
            x = block(x, everywhere, None, cache)
        last = everywhere
        if wanted is not None:
            asking = pick(positions, wanted)
            last = Attention(self._turns(asking), turns, self.attention_bias(asking, seen, prefix))
        return self.norm(self.blocks[-1](x, last, wanted, cache))

    def _turns(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        angle = positions.clamp(min=0)[:, :, None, None] * self.frequencies  # (B, T, 1, hd / 2)
        sin = angle.sin()
        return angle.cos().repeat(1, 1, 1, 2), torch.cat([-sin, sin], dim=-1)

    def attention_bias(self, positions: Tensor, seen: Tensor, prefix: Tensor | None) -> Tensor:
        """(B, nh, T, S): 0 where a head's position (B, T) sees one of `seen` (B, S), else as good as -inf."""
        B, T, S = *positions.shape, seen.shape[1]
        bias = torch.zeros(B, self.config.num_heads, T, S, device=positions.device)
        bias.masked_fill_((seen < 0)[:, None, None], -1e9)
        distance = positions[:, :, None] - seen[:, None, :]  # (B, T, S)
        if prefix is not None:
            bias.masked_fill_(((distance < 0) & (seen >= prefix[:, None])[:, None, :])[:, None], -1e9)
        if self.config.local_heads:
            bias[:, : self.config.local_heads].masked_fill_((distance.abs() > self.config.window)[:, None], -1e9)
        return bias
