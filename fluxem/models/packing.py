"""Mixed streams as tensors, one or several questions to a row.

Several unrelated questions share a row (*packing*) so that training shows contexts as long as a long question's.
Everything is scattered by index: there is no loop over rows, questions or spans.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fluxem.integration.reductions import CHOICES, FITS
from fluxem.integration.stream import PAD, START, VIRTUAL, Streams

ANSWER_NOW, SPEAK, REDUCE = (
    0,
    1,
    2,
)  # columns of the candidates of a state; reductions come last, pair by pair


@dataclass(frozen=True)
class Packed:
    """B questions in S rows of T positions with V virtual tokens and P adjacent pairs of them."""

    tokens: Tensor  # (S, T) int64, PAD after the end of a row
    positions: Tensor  # (S, T) int64, -1 at padding
    lengths: Tensor  # (S,) int64
    virtual: Tensor  # (V,) flat position of each virtual token
    wanted: Tensor  # (S, Q) columns that the router reads: every START and virtual token, then any
    start_read: Tensor  # (B,) where each question's START is, flat in (S, Q)
    virtual_read: Tensor  # (V,) where each virtual token is, flat in (S, Q)
    vectors: Tensor  # (V, 128) float32
    types: Tensor  # (V,) int64
    left: Tensor  # (P,) index into V of the left token of each pair; the right one is the next
    cell: Tensor  # (P,) flat index into (B, pairs) of each pair
    last: Tensor  # (B,) index into V of each question's last virtual token, -1 without one
    allowed: Tensor  # (B, 2 + pairs * choices) bool

    def to(self, device: str | torch.device) -> Packed:
        return Packed(**{name: value.to(device) for name, value in vars(self).items()})


def allowed_candidates(streams: Streams, brackets_wait: bool = True) -> np.ndarray:
    """What the router may choose in each state: operations whose domains fit, on pairs of neighbours.

    Args:
        streams: B streams.
        brackets_wait: leave out pairs that a bracket makes wait (see `Streams.adjacent`).

    Returns:
        (B, 2 + (K - 1) * C) bool: answer now, speak, then choice by choice for pair after pair.
    """
    B, K = streams.types.shape
    candidates = np.zeros((B, REDUCE + max(K - 1, 0) * len(CHOICES)), bool)
    candidates[:, SPEAK] = True
    if K:
        candidates[:, ANSWER_NOW] = streams.types[:, 0] >= 0
        left, right = streams.types[:, :-1], streams.types[:, 1:]  # -1 after the last, which would be read as a domain
        fits = FITS[left, right] & (right >= 0)[:, :, None]  # (B, K - 1, C)
        if brackets_wait:
            fits &= streams.adjacent()[:, :, None]
        candidates[:, REDUCE:] = fits.reshape(B, -1)
    return candidates


def pack(streams: Streams, row: np.ndarray, brackets_wait: bool = True) -> Packed:
    """Lay question b of `streams` into row `row[b]`; rows are numbered from 0 without a gap.

    Questions of a row follow each other in their order in `streams`, each behind a START. `brackets_wait` is that of
    `allowed_candidates`.
    """
    B = len(streams)
    order = np.argsort(row, kind="stable")
    length = streams.lengths[order] + 1
    begin = np.cumsum(length) - length  # of each question, in the concatenation of all
    first = np.flatnonzero(np.diff(row[order], prepend=-1))  # first question of each row
    offset = begin - np.repeat(begin[first], np.diff(first, append=B))  # of each question in its row
    row_length = np.add.reduceat(length, first)
    S, T = len(first), int(row_length.max())
    base = row[order] * T + offset  # flat position of each START

    used = streams.tokens[order] != PAD
    at = (base[:, None] + 1 + np.arange(used.shape[1]))[used]
    tokens = np.zeros(S * T, np.int64)
    tokens[base] = START
    tokens[at] = streams.tokens[order][used]
    column = np.arange(T)
    positions = np.where(column < row_length[:, None], column, -1)

    types = streams.types[order]
    K = types.shape[1]
    question, place = np.nonzero(types >= 0)
    is_left = np.append(question[1:] == question[:-1], False)[: len(question)]
    count = (types >= 0).sum(1)
    last = np.empty(B, np.int64)
    last[order] = np.where(count > 0, np.cumsum(count) - 1, -1)
    virtual = at[streams.tokens[order][used] == VIRTUAL]
    is_read = np.zeros((S, T), bool)
    is_read.ravel()[base] = is_read.ravel()[virtual] = True
    Q = int(is_read.sum(1).max())
    read = (np.cumsum(is_read, axis=1) - 1 + np.arange(S)[:, None] * Q).ravel()  # flat (S, T) to flat (S, Q)
    start_read = np.empty(B, np.int64)
    start_read[order] = read[base]
    return Packed(
        *map(
            torch.from_numpy,
            (
                tokens.reshape(S, T),
                positions,
                row_length,
                virtual,
                np.argsort(~is_read, axis=1, kind="stable")[:, :Q],
                start_read,
                read[virtual],
                streams.vectors[order][question, place],
                types[question, place],
                np.flatnonzero(is_left),
                (order[question] * max(K - 1, 0) + place)[is_left],
                last,
                allowed_candidates(streams, brackets_wait),
            ),
        )
    )
