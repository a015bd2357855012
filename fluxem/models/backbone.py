"""The transformer that token-only and hybrid share: pre-norm, rotary positions, prefix attention, local heads.

*Prefix attention* (Raffel et al. 2020, https://arxiv.org/abs/1910.10683): positions of the prefix (the question) see
the whole prefix, positions after it (the answer) see the prefix and what was said before. A stream that is only read
is all prefix. *Rotary positions*: Su et al. 2021, https://arxiv.org/abs/2104.09864. *Local heads*: the first
`local_heads` heads of a layer see `window` positions to either side, the others see everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
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


@dataclass
class Cache:
    """Keys and values of the positions read so far, per layer, for generation one position at a time."""

    keys: list[Tensor] = field(default_factory=list)  # each (B, heads, S, head_dim)
    values: list[Tensor] = field(default_factory=list)
    positions: Tensor | None = None  # (B, S), -1 at padding


class Block(nn.Module):
    """One transformer layer: attention and a ReLU network side by side, on one normalised copy of the stream.

    Parallel layers (Wang and Komatsuzaki 2021; Chowdhery et al. 2022, https://arxiv.org/abs/2204.02311) need two large
    matrix products where the usual layer needs four smaller ones: on one core they train faster at the same size.
    """

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.heads = config.num_heads
        self.dropout = config.dropout
        self.widths = (3 * config.hidden_dim, config.mlp_dim)
        self.norm = nn.LayerNorm(config.hidden_dim)
        self.enter = nn.Linear(config.hidden_dim, sum(self.widths))
        self.leave = nn.Linear(config.hidden_dim + config.mlp_dim, config.hidden_dim)

    def forward(self, x: Tensor, rotation: Tensor, bias: Tensor, cache: Cache | None, layer: int) -> Tensor:
        B, T, H = x.shape
        qkv, wide = self.enter(self.norm(x)).split(self.widths, dim=-1)
        qkv = qkv.view(B, T, 3, self.heads, H // self.heads).permute(2, 0, 3, 1, 4)  # (3, B, nh, T, hd)
        query_key = rotate(qkv[:2], rotation)
        query, key, value = query_key[0], query_key[1], qkv[2]
        if cache is not None:
            if layer < len(cache.keys):
                key = torch.cat([cache.keys[layer], key], dim=2)
                value = torch.cat([cache.values[layer], value], dim=2)
                cache.keys[layer], cache.values[layer] = key, value
            else:
                cache.keys.append(key)
                cache.values.append(value)
        score = torch.matmul(query, key.transpose(-1, -2)) * (H // self.heads) ** -0.5 + bias  # (B, nh, T, S)
        mixed = torch.matmul(torch.softmax(score, dim=-1), value)  # (B, nh, T, hd)
        mixed = mixed.transpose(1, 2).reshape(B, T, H)
        made = self.leave(torch.cat([mixed, F.relu(wide)], dim=-1))
        return x + (dropout(made, self.dropout) if self.training else made)


def dropout(x: Tensor, rate: float) -> Tensor:
    """Zero a share of x, in steps of 1/256, and scale up the rest.

    Eight decisions from one random integer: six times as fast on a core as one float each, as `F.dropout` draws them.
    """
    threshold = round(rate * 256)
    if not threshold:
        return x
    words = torch.randint(-(2**63), 2**63 - 1, (-(-x.numel() // 8),), device=x.device)
    keep = words.view(torch.uint8)[: x.numel()].view_as(x) >= threshold
    return x * (keep * (256 / (256 - threshold)))


def rotate(x: Tensor, rotation: Tensor) -> Tensor:
    """Turn (..., B, nh, T, hd) by (B, 1, T, hd / 2) complex rotations given as (2, B, 1, T, hd / 2) cos and sin."""
    first, second = x.chunk(2, dim=-1)
    cos, sin = rotation[0], rotation[1]
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


class Backbone(nn.Module):
    """Embeddings of B streams in, hidden states of the same shape out."""

    frequencies: Tensor
    local: Tensor

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.hidden_dim)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.num_layers))
        self.norm = nn.LayerNorm(config.hidden_dim)
        head_dim = config.hidden_dim // config.num_heads
        frequencies = 1e4 ** (-torch.arange(0, head_dim, 2) / head_dim)
        self.register_buffer("frequencies", frequencies, persistent=False)
        local = torch.arange(config.num_heads) < config.local_heads
        self.register_buffer("local", local[:, None, None], persistent=False)  # (nh, 1, 1)
        self.apply(self._initialise)

    def _initialise(self, module: nn.Module) -> None:
        if isinstance(module, (nn.Linear, nn.Embedding)):
            small = isinstance(module, nn.Embedding)
            nn.init.normal_(module.weight, std=0.02 if small else module.weight.shape[1] ** -0.5)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, x: Tensor, positions: Tensor, prefix: Tensor, cache: Cache | None = None) -> Tensor:
        """Read B streams.

        Args:
            x: (B, T, H) embeddings.
            positions: (B, T) position of each in its stream, -1 at padding.
            prefix: (B,) length of the prefix: the part in which all see all.
            cache: what was read before; x then continues it.

        Returns:
            (B, T, H) hidden states, normalised; those of padding mean nothing.
        """
        angle = positions.clamp(min=0)[:, None, :, None] * self.frequencies  # (B, 1, T, hd / 2)
        rotation = torch.stack([angle.cos(), angle.sin()])
        if cache is not None:
            seen = positions if cache.positions is None else torch.cat([cache.positions, positions], dim=1)
            cache.positions = seen
        else:
            seen = positions
        bias = self.attention_bias(positions, seen, prefix)
        for layer, block in enumerate(self.blocks):
            x = block(x, rotation, bias, cache, layer)
        return self.norm(x)

    def attention_bias(self, positions: Tensor, seen: Tensor, prefix: Tensor) -> Tensor:
        """(B, nh or 1, T, S) additive: 0 where a position (B, T) sees one of `seen` (B, S), else as good as -inf."""
        distance = positions[:, :, None] - seen[:, None, :]  # (B, T, S)
        sees = (seen >= 0)[:, None, :] & ((distance >= 0) | (seen < prefix[:, None])[:, None, :])
        sees = sees[:, None]
        if self.config.local_heads:
            near = (distance.abs() <= self.config.window)[:, None]
            sees = sees & (near | ~self.local)
        return torch.zeros(sees.shape, device=sees.device).masked_fill_(~sees, -1e9)
